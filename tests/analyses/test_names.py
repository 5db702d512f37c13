"""What reads results asks entries of registries what they are; it compares no names and takes no label apart."""

import ast
from pathlib import Path

import pytest

import simstudy
from simstudy.estimators.registry import ESTIMATORS
from simstudy.families import FAMILIES
from simstudy.penalties import PENALTIES

NAMES = {*FAMILIES, *PENALTIES, *ESTIMATORS}
FOLDERS = ("analyses", "report", "verdicts", "workflow")
FILES = [path for folder in FOLDERS for path in sorted((Path(simstudy.__file__).parent / folder).rglob("*.py"))]
#: The limit laws are those of one attack, which is another estimator in one family.
ATTACKS = "method.arguments"


def asked_by_name(source: str) -> list[str]:
    """Comparisons with a name of a registry, and texts that are split at the signs that labels are made of."""
    found = []
    for node in ast.walk(ast.parse(source)):
        constants = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        method = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        compares = (isinstance(node, ast.Compare) or method == "startswith") and NAMES & constants
        splits = method in {"split", "partition", "rpartition"} and {"_", " "} & constants
        if (compares or splits) and ATTACKS not in ast.unparse(node):
            found.append(ast.unparse(node))
    return found


def test_nothing_that_reads_results_compares_names_or_parses_labels() -> None:
    assert {path: asked for path in FILES if (asked := asked_by_name(path.read_text()))} == {}


@pytest.mark.parametrize(
    "source", ["family == 'binomial'", "a in {'lasso', 'x'}", "a.startswith('fgsm')", "label.split('_')"]
)
def test_a_name_that_is_compared_is_seen(source: str) -> None:
    assert asked_by_name(source) == [source]
