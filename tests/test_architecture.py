"""The architecture of CONTRIBUTING.md, enforced by reading the sources."""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import simstudy

PACKAGE = Path(simstudy.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

FOUNDATION = {"errors", "extras", "plugins", "registry", "seeding", "records"}
MODEL = {"families", "penalties", "kernels"}
FOLDERS = MODEL | {
    "solvers", "estimators", "estimands", "sources", "theory", "study", "geometry", "runner", "store", "measures",
    "report", "verdicts", "analyses",
}  # fmt: skip

#: Part of the package -> the parts that it may import besides itself.
ALLOWED = {
    **{name: set() for name in FOUNDATION},
    "registry": {"errors"},
    "extras": {"errors"},
    "plugins": {"errors", "registry"},
    "kernels": set(),
    "families": FOUNDATION | {"kernels"},
    "penalties": FOUNDATION | {"kernels"},
    "sources": FOUNDATION | {"families"},
    "geometry": FOUNDATION | {"families", "estimands", "sources", "theory"},
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
    "cli": FOUNDATION | FOLDERS | {"workflow"},
    "__main__": {"cli"},
    "__init__": FOUNDATION | FOLDERS | {"workflow"},
}


def part(module: str) -> str:
    """Row of the table that a module belongs to: "simstudy.store.shards" -> "store"."""
    return module.split(".")[1] if "." in module else "__init__"


def module_name(path: Path) -> str:
    names = ["simstudy", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


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


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_each_file_keeps_the_rules(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    name = module_name(path)
    assert violations(name, tree) == []
    assert imports_inside_functions(tree) == []
    assert len(source.splitlines()) <= 400
    if part(name) != "kernels":
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert {f.name: length(f) for f in functions if length(f) > 50} == {}
        if part(name) != "families":
            # What kernels call for a family takes its arrays one by one.
            assert {f.name: parameters(f) for f in functions if parameters(f) > 9} == {}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_each_file_has_a_docstring_and_a_telling_name(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
    assert ast.get_docstring(ast.parse(path.read_text())), "says what the file holds"


def test_modules_import_each_other_without_cycles() -> None:
    known = {module_name(path) for path in FILES}
    graph = {}
    for path in FILES:
        name = module_name(path)
        targets = {t if t in known else t.rpartition(".")[0] for t in own_imports(ast.parse(path.read_text()))}
        graph[name] = targets - {name}
    assert list(graphlib.TopologicalSorter(graph).static_order())


STANDARD = {"collections", "ctypes", "dataclasses", "enum", "functools", "inspect", "pathlib", "typing", "__future__"}


def test_kernels_need_numpy_and_numba_only() -> None:
    for path in (PACKAGE / "kernels").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                roots = {str(node.module).split(".")[0]}
            elif isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
            else:
                continue
            assert roots <= STANDARD | {"simstudy", "numpy", "numba", "llvmlite"}, path.name


def test_every_part_of_the_package_has_a_row_in_the_table() -> None:
    assert {part(module_name(path)) for path in FILES} <= set(ALLOWED)


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
