"""Plug-ins: Python files and installed packages whose decorators add to the registries.

Their code runs when a study that names them is read to be run, tabulated or judged, and in each worker before the first
block; never when results are loaded or reported.
"""

from __future__ import annotations
import __future__

import ast
import hashlib
import inspect
import linecache
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from simstudy.errors import ConfigError, PluginError, SimstudyError, bad_value, unknown_name
from simstudy.registry import Registration, register_ours, registering

#: Group of entry points in which installed packages offer plug-ins.
GROUP = "simstudy"

#: Flags of a compiled file that `from __future__ import` sets.
FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

#: Larger files are not source code.
LARGEST = 1_000_000


@dataclass(frozen=True)
class Plugin:
    """Source code that registers something.

    Parameters
    ----------
    name : str
        As a study file names it: a path such as "my_methods.py", or the name of an entry point.
    path : str
        Absolute path, shown in tracebacks; it need not exist in a worker on another machine.
    text : str
        The source code of a file; empty for an installed package, which is imported.
    codes : tuple of str
        Hashes of its statements, 16 hexadecimal digits; `Registry.code` has that of each entry.
    version : str
        Hash of all of it.
    """

    name: str
    path: str
    text: str
    codes: tuple[str, ...]
    version: str


#: What plug-ins have registered in this process, by their version.
_active: dict[str, list[Registration]] = {}
#: Their files, to tell their lines in a traceback from the package's own.
_files: set[str] = set()


def read_plugin(name: str, folder: Path) -> Plugin:
    """The plug-in that a study file in `folder` names; nothing of it is executed.

    Parameters
    ----------
    name : str
        A path that ends in ``.py``, relative to `folder` or absolute; otherwise the name of an entry point in the group
        ``simstudy`` of an installed package.
    folder : Path
        Where the study file is.

    Raises
    ------
    ConfigError
        There is no such file or entry point, or the file cannot be read.
    """
    if not name.endswith(".py"):
        return _installed(name)
    path = (folder / name).absolute()
    try:
        if not path.is_file():
            raise ConfigError(bad_value("plugins", name, f"a Python file in {folder.absolute()}, or an entry point"))
        if path.stat().st_size > LARGEST:
            raise ConfigError(bad_value("plugins", name, f"a Python file of at most {LARGEST} bytes"))
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"plugins: {name} cannot be read: {error}") from None
    codes = tuple(code for _, code in statements(text, name))
    return Plugin(name, str(path), text, codes, _hash(text))


def _installed(name: str) -> Plugin:
    found = {each.name: each for each in entry_points(group=GROUP)}
    if name not in found:
        if not found:
            raise ConfigError(
                bad_value("plugins", name, f"a path that ends in .py: no package offers entry points in {GROUP!r}")
            )
        raise ConfigError(unknown_name("plugins", name, found))
    module = found[name].value.partition(":")[0]
    # A package's code is known once it is imported, which happens once a process: its name and version stand for it.
    distribution = found[name].dist
    code = _hash(f"{name} {'' if distribution is None else distribution.version}")
    register_ours()
    with registering(code) as made:
        loaded = found[name].load()
    _files.add(inspect.getfile(loaded if isinstance(loaded, ModuleType) else sys.modules[module]))
    _active.setdefault(code, made)
    return Plugin(name, module, "", (code,), code)


def activate(plugins: Iterable[Plugin]) -> None:
    """Make everything that these plug-ins register known in this process; their code is executed once a process.

    Raises
    ------
    ConfigError
        The code of a plug-in raises; the sentence names its line.
    """
    for plugin in plugins:
        if plugin.version not in _active:
            _active[plugin.version] = _execute(plugin) if plugin.text else _import(plugin)
        for register in _active[plugin.version]:
            register()


def portable(cls: type, plugins: tuple[Plugin, ...], values: list[Any]) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """What ``__reduce__`` returns for an object that holds objects of plug-ins.

    Classes of a plug-in are pickled by name, which exists in another process only once the plug-in is active there.
    """
    return _restored, (cls, plugins, pickle.dumps(values))


def _restored(cls: type, plugins: tuple[Plugin, ...], pickled: bytes) -> Any:
    activate(plugins)
    return cls(*pickle.loads(pickled))


def _import(plugin: Plugin) -> list[Registration]:
    """Registrations of an installed package, in a worker that has not seen it yet."""
    found = _installed(plugin.name)
    if found.version != plugin.version:
        raise ConfigError(f"plugins: package {plugin.name} has another version here than where the study was read")
    return _active[found.version]


def _execute(plugin: Plugin) -> list[Registration]:
    register_ours()
    name = f"simstudy_plugin_{plugin.version}"
    module = ModuleType(name)
    module.__file__ = plugin.path
    # Dataclasses and pickle look a class's module up; tracebacks look the lines up, also where the file does not exist.
    sys.modules[name] = module
    _files.add(plugin.path)
    linecache.cache[plugin.path] = (len(plugin.text), None, plugin.text.splitlines(keepends=True), plugin.path)
    try:
        # What `from __future__ import` asks for holds for the whole file.
        whole = compile(plugin.text, plugin.path, "exec", dont_inherit=True)
        made: list[Registration] = []
        for node, code in statements(plugin.text, plugin.name):
            with registering(code) as some:
                one = ast.Module([node], [])
                exec(compile(one, plugin.path, "exec", whole.co_flags & FUTURE, dont_inherit=True), module.__dict__)
            made += some
    except ConfigError as error:
        del sys.modules[name]
        raise ConfigError(f"plugins: {plugin.name}: {error}") from None
    except Exception as error:
        del sys.modules[name]
        raise ConfigError(f"plugins: {plugin.name}: {where(error, plugin.path)}") from error
    return made


def statements(text: str, name: str) -> list[tuple[ast.stmt, str]]:
    """The statements of a file, each with the hash of the code that what it registers rests on.

    That is the statement itself, those that give it the names it uses, and theirs in turn, and those that give no name;
    without comments, layout and docstrings. So a change of one function leaves the hash of its neighbours alone.

    Raises
    ------
    ConfigError
        The file is not Python.
    """
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise ConfigError(f"plugins: {name}: line {line}: {type(error).__name__}: {error}") from None
    bare = ast.parse(text)
    for node in ast.walk(bare):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body[0] = ast.Pass()
    gives = [_names_given(node) for node in bare.body]
    uses = [{each.id for each in ast.walk(node) if isinstance(each, ast.Name)} for node in bare.body]
    always = {k for k, given in enumerate(gives) if not given}
    codes = [
        _hash("\n".join(ast.dump(bare.body[k]) for k in sorted(_behind({own} | always, gives, uses))))
        for own in range(len(gives))
    ]
    return list(zip(module.body, codes, strict=True))


def _names_given(node: ast.stmt) -> set[str]:
    """Names that a statement of a module binds."""
    given = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    defined = {
        each.name for each in ast.walk(node) if isinstance(each, DOCUMENTED) and not isinstance(each, ast.Module)
    }
    imported = [each.names for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom)]
    return given | defined | {(each.asname or each.name).partition(".")[0] for names in imported for each in names}


def _behind(start: set[int], gives: list[set[str]], uses: list[set[str]]) -> set[int]:
    """Statements that some rest on, directly or not."""
    found = set(start)
    while True:
        used = set().union(*(uses[k] for k in found))
        more = {k for k, given in enumerate(gives) if given & used} - found
        if not more:
            return found
        found |= more


def is_users(filename: str) -> bool:
    """Whether a file of a traceback is a plug-in's."""
    return filename in _files


def words(error: BaseException) -> str:
    """An error with its type and the lines of the user's own code that led to it, innermost first."""
    lines = [frame for frame in reversed(extract_tb(error.__traceback__)) if is_users(frame.filename)]
    places = [f"{frame.filename}, line {frame.lineno}, in {frame.name}: {frame.line}" for frame in lines]
    return "\n  ".join([f"{type(error).__name__}: {error}", *places])


@contextmanager
def users_code(what: str) -> Iterator[None]:
    """Turn an error that came from a plug-in's lines into a sentence; an error of ours keeps its traceback.

    Raises
    ------
    PluginError
        Names `what` was asked, the error, and the lines of the plug-in.
    """
    try:
        yield
    except SimstudyError:
        raise
    except Exception as error:
        if any(is_users(frame.filename) for frame in extract_tb(error.__traceback__)):
            raise PluginError(f"{what} failed: {words(error)}") from error
        raise


def where(error: BaseException, path: str) -> str:
    """An error in words, with the line of the file that raised it."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return f"line {error.lineno}: {type(error).__name__}: {error.msg}"
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{'' if line is None else f'line {line}: '}{type(error).__name__}: {error}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
