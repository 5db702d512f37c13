"""The architecture of CONTRIBUTING.md, enforced by reading the sources."""

import ast
import graphlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import simstudy
from simstudy.families import FAMILIES
from simstudy.penalties import PENALTIES
from simstudy.sources.registry import SOURCES

PACKAGE = Path(simstudy.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = {*FAMILIES, *PENALTIES, *SOURCES}

FOUNDATION = {"errors", "extras", "lazy", "plugins", "registry", "seeding", "records"}
MODEL = {"families", "penalties", "kernels"}
FOLDERS = MODEL | {
    "solvers", "estimators", "estimands", "sources", "theory", "study", "geometry", "networks", "runner", "store",
    "measures", "report", "verdicts", "analyses",
}  # fmt: skip

#: Part of the package -> the parts that it may import besides itself.
ALLOWED = {
    **{name: set() for name in FOUNDATION},
    "registry": {"errors"},
    "extras": {"errors"},
    "plugins": {"errors", "registry"},
    "lazy": {"registry"},
    "kernels": set(),
    "families": FOUNDATION | {"kernels"},
    "penalties": FOUNDATION | {"kernels"},
    "sources": FOUNDATION | {"families"},
    "geometry": FOUNDATION | {"families", "estimands", "sources", "theory"},
    "networks": FOUNDATION | {"families", "penalties", "estimators", "estimands"},
    "solvers": FOUNDATION | MODEL,
    "estimators": FOUNDATION | {"solvers", "families", "penalties"},
    "estimands": FOUNDATION,
    "study": FOUNDATION | {"families", "penalties", "estimators", "estimands", "sources"},
    "theory": FOUNDATION | MODEL | {"sources", "estimators", "study", "measures"},
    "store": FOUNDATION,
    "runner": FOUNDATION
    | {"solvers", "estimands", "families", "penalties", "sources", "study", "estimators", "theory", "store"},
    "measures": FOUNDATION,
    "report": FOUNDATION | {"measures", "store"},
    "verdicts": FOUNDATION | {"measures", "theory", "study", "sources", "report"},
    "analyses": FOUNDATION
    | {"measures", "theory", "store", "study", "sources", "families", "penalties", "estimators", "runner", "report"}
    | {"verdicts", "geometry"},
    "workflow": FOUNDATION | FOLDERS,
    "__init__": FOUNDATION | FOLDERS | {"workflow"},
    "cli": FOUNDATION | FOLDERS | {"workflow", "__init__"},
    "__main__": {"cli"},
}


def part(module: str) -> str:
    """Row of the table that a module belongs to: "simstudy.store.shards" -> "store"."""
    return module.split(".")[1] if "." in module else "__init__"


def module_name(path: Path) -> str:
    names = ["simstudy", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


TREES = {module_name(path): ast.parse(path.read_text()) for path in FILES}


def own_imports(tree: ast.AST) -> Iterator[str]:
    """Modules of ours that a source imports; `from simstudy.store import shards` counts as simstudy.store.shards."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "simstudy")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            if node.module is not None and node.module.split(".")[0] == "simstudy":
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations(name: str, tree: ast.AST) -> list[str]:
    """Imports of module `name` that the table does not allow."""
    row = part(name)
    return [target for target in own_imports(tree) if part(target) not in ALLOWED[row] | {row}]


def imports_inside_functions(tree: ast.AST) -> list[int]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [n.lineno for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]


def length(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    docstring = ast.get_docstring(function, clean=False)
    return function.end_lineno - function.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)


def parameters(function: ast.FunctionDef) -> int:
    arguments = function.args
    return len(arguments.posonlyargs) + len(arguments.args) + len(arguments.kwonlyargs)


def functions_of(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def comparisons(tree: ast.AST) -> list[str]:
    """Comparisons with the name of a family, a penalty or a source, or with its beginning."""
    found = []
    for node in ast.walk(tree):
        begins = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith"
        constants = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        if (isinstance(node, ast.Compare) or begins) and NAMES & constants:
            found.append(ast.unparse(node))
    return found


def broken(rule: Callable[[str, ast.Module], object]) -> dict[str, object]:
    """Module -> what breaks a rule in it."""
    found = {name: rule(name, tree) for name, tree in TREES.items()}
    return {name: what for name, what in found.items() if what}


def test_imports_are_those_of_the_table() -> None:
    assert broken(violations) == {}


def test_imports_are_at_the_top_of_the_file() -> None:
    assert broken(lambda _, tree: imports_inside_functions(tree)) == {}


def test_files_are_short() -> None:
    assert {path: n for path in FILES if (n := len(path.read_text().splitlines())) > 400} == {}


def test_functions_are_short() -> None:
    def long(name: str, tree: ast.Module) -> object:
        return part(name) != "kernels" and {f.name: length(f) for f in functions_of(tree) if length(f) > 50}

    assert broken(long) == {}


def test_functions_have_few_parameters() -> None:
    """Except kernels, and what kernels call for a family, which takes its arrays one by one."""

    def wide(name: str, tree: ast.Module) -> object:
        measured = {f.name: parameters(f) for f in functions_of(tree)}
        return part(name) not in {"kernels", "families"} and {f: n for f, n in measured.items() if n > 9}

    assert broken(wide) == {}


def test_each_file_says_what_it_holds() -> None:
    assert broken(lambda _, tree: not ast.get_docstring(tree)) == {}


def test_names_of_files_tell_something() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
    assert [path for path in FILES if path.stem in empty] == []


def test_nothing_compares_the_name_of_a_family_a_penalty_or_a_source() -> None:
    assert broken(lambda _, tree: comparisons(tree)) == {}


def test_the_table_of_contributing_is_the_one_that_is_enforced() -> None:
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \|[^|]*\| ([^|]*) \|$", text.partition("## Rules")[0], re.MULTILINE)
    stated: dict[str, set[str]] = {}
    for parts, imports in rows:
        names = set(stated) if imports == "everything above" else set(re.findall(r"`(\w+)`", imports))
        for each in re.findall(r"`(\w+)/?`", parts):
            stated[each] = names | (FOUNDATION if f"`{each}/`" in parts and imports != "nothing at all" else set())
    assert stated == ALLOWED


def test_modules_import_each_other_without_cycles() -> None:
    graph = {}
    for name, tree in TREES.items():
        targets = {t if t in TREES else t.rpartition(".")[0] for t in own_imports(tree)}
        graph[name] = targets - {name}
    assert list(graphlib.TopologicalSorter(graph).static_order())


STANDARD = {
    "collections",
    "contextlib",
    "ctypes",
    "dataclasses",
    "enum",
    "functools",
    "gc",
    "inspect",
    "math",
    "pathlib",
    "time",
    "typing",
    "__future__",
}


def test_kernels_need_numpy_and_numba_only() -> None:
    for name, tree in TREES.items():
        for node in ast.walk(tree) if part(name) == "kernels" else ():
            if isinstance(node, ast.ImportFrom):
                roots = {str(node.module).split(".")[0]}
            elif isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
            else:
                continue
            assert roots <= STANDARD | {"simstudy", "numpy", "numba", "llvmlite"}, name


def test_every_part_of_the_package_has_a_row_in_the_table() -> None:
    assert set(map(part, TREES)) == set(ALLOWED)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("simstudy.estimators.mle", "from simstudy.sources.glm import Scenario"),
        ("simstudy.kernels.prox", "import simstudy.errors"),
        ("simstudy.families", "from simstudy import solvers"),
        ("simstudy.store.shards", "from simstudy.runner import runner"),
    ],
)
def test_a_forbidden_import_is_seen(name: str, source: str) -> None:
    assert violations(name, ast.parse(source)) != []


def test_an_import_inside_a_function_is_seen() -> None:
    assert imports_inside_functions(ast.parse("def f():\n    import json\n")) == [2]


@pytest.mark.parametrize("source", ["law.name == 'binomial'", "a in {'lasso', 'x'}", "a.startswith('elastic_net')"])
def test_a_comparison_of_names_is_seen(source: str) -> None:
    assert comparisons(ast.parse(source)) == [source]
