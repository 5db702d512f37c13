"""Compiled functions that are called and not copied: kernels from slots, functions of families by their address.

numba copies the compiled code of a function into each of its callers and optimises it there again, so that a solver of
some levels takes a minute to compile; and a function that is handed over as an object makes a new type of caller. Here
a call goes through a pointer whose signature is known. Its value is an argument, a number like others (`at_address`),
or stands in a slot in memory whose symbol is the same in every process (`kernel`).
"""

from __future__ import annotations

import ctypes
import gc
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import njit, typeof, types
from numba._dynfunc import make_function
from numba.core.ccallback import CFunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering
from numba.core.typing.templates import Signature
from numba.extending import get_cython_function_address, intrinsic

#: Division by zero gives infinity or NaN, as in numpy: an exception inside compiled code leaks its arrays.
OPTIONS = {"error_model": "numpy"}

#: Called before the first compilation in this process, with the name of what is compiled.
LISTENERS: list[Callable[[str], None]] = []

#: numba's own type hints leave out some of the options.
NJIT: Any = njit

FOLDER = Path(__file__).parent


def folder_stamp() -> tuple[tuple[str, float, int], ...]:
    """Names, times and sizes of the sources of this folder: a caller is stale where anything that it calls changed."""
    files = sorted(FOLDER.glob("*.py"))
    return tuple((path.name, path.stat().st_mtime, path.stat().st_size) for path in files)


STAMP = folder_stamp()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave cycles until later: looking for them takes a fifth of the time of a compilation."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Callback(CFunc):
    def _compile_uncached(self) -> Any:
        for listener in LISTENERS:
            listener(self.__qualname__)
        with _uncollected():
            return super()._compile_uncached()  # type: ignore[misc]


def _stamped(cache: Any, of_folder: bool) -> None:
    if of_folder and hasattr(cache, "_cache_file"):
        cache._cache_file._source_stamp = STAMP


def compile_function(function: Callable[..., Any], signature: Signature, *, of_folder: bool = False) -> Any:
    """Compile a function for one signature, or load it from the cache of its file.

    Where the function has no file (an interactive session) it is compiled in each process.

    Raises
    ------
    numba.core.errors.NumbaError
        It is not plain arithmetic.
    """
    callback: Any = _Callback(function, (signature.args, signature.return_type), {}, OPTIONS)
    try:
        callback.enable_caching()
        _stamped(callback._cache, of_folder)
    except RuntimeError:
        pass
    callback.compile()
    return callback


def _intrinsic(arguments: int, typer: Callable[..., Any]) -> Any:
    def call(_: Any, *given: Any) -> Any:
        return typer(given)

    names = ["typingctx", *(f"a{k}" for k in range(arguments))]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    call.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])  # type: ignore[attr-defined]
    return intrinsic(call)


def _function_type(context: Any, signature: Signature) -> ir.FunctionType:
    arguments = [context.get_value_type(each) for each in signature.args]
    return ir.FunctionType(context.get_value_type(signature.return_type), arguments)


def at_address(signature: Signature) -> Any:
    """A function of (address, *arguments) for compiled code, which calls what is at the address."""

    def emit(context: Any, builder: Any, given: Signature, values: Any) -> Any:
        function = builder.inttoptr(values[0], _function_type(context, signature).as_pointer())
        pairs = zip(values[1:], given.args[1:], signature.args, strict=True)
        return builder.call(function, [context.cast(builder, *each) for each in pairs])

    def typer(given: Any) -> Any:
        return signature.return_type(types.int64, *given[1:]), emit

    return _intrinsic(1 + len(signature.args), typer)


class Slot:
    """A function that compiled code calls through a slot in memory, whose symbol is known in every process.

    The slot is empty until `build` has run in this process: what a fit never calls need not be compiled.

    Parameters
    ----------
    symbol : str
    signature : numba signature
    """

    def __init__(self, symbol: str, signature: Signature) -> None:
        self.symbol, self.signature = symbol, signature
        self.slot = ctypes.c_int64(0)
        llvm.add_symbol(self.symbol, ctypes.addressof(self.slot))

    def build(self) -> None:
        """Fill the slot."""
        raise NotImplementedError

    def intrinsic(self) -> Any:
        """Make the function that compiled code sees."""

        def emit(context: Any, builder: Any, given: Signature, values: Any) -> Any:
            slot = builder.module.globals.get(self.symbol)
            if slot is None:
                slot = ir.GlobalVariable(builder.module, ir.IntType(64), self.symbol)
            function = builder.inttoptr(builder.load(slot), _function_type(context, self.signature).as_pointer())
            pairs = zip(values, given.args, self.signature.args, strict=True)
            return builder.call(function, [context.cast(builder, *each) for each in pairs])

        return _intrinsic(len(self.signature.args), lambda _: (self.signature.return_type(*self.signature.args), emit))


class Kernel(Slot):
    """A function of ours in a slot, with the slots that it `needs` whatever the problem."""

    def __init__(self, function: Callable[..., Any], signature: Signature, needs: tuple[Slot, ...]) -> None:
        super().__init__(f"{function.__module__}.{function.__name__}", signature)
        self.function, self.needs = function, needs
        self.callback: Any = None

    def build(self) -> None:
        """Compile it or load it from the cache, after what it needs."""
        if self.callback is not None:
            return
        for each in self.needs:
            each.build()
        self.callback = compile_function(self.function, self.signature, of_folder=True)
        self.slot.value = self.callback.address


class Routine(Slot):
    """A BLAS or LAPACK routine of scipy, in Fortran's calling convention: every argument is a pointer."""

    def __init__(self, library: str, name: str, signature: Signature) -> None:
        super().__init__(f"{library}.{name}", signature)
        self.library, self.name = library, name

    def build(self) -> None:
        """Look up its address."""
        self.slot.value = get_cython_function_address(self.library, self.name)


class System(Slot):
    """A function of the C library that this process runs on."""

    def build(self) -> None:
        """Look up its address."""
        found = getattr(ctypes.CDLL(None), self.symbol.rpartition(".")[2])
        self.slot.value = ctypes.cast(found, ctypes.c_void_p).value or 0


#: Slots by the intrinsic through which compiled code calls them.
KERNELS: dict[Any, Slot] = {}


def kernel(signature: Signature, *needs: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function one that compiled code calls by its symbol.

    Parameters
    ----------
    signature : numba signature
    *needs
        The functions made by this decorator that it calls.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        made = Kernel(function, signature, tuple(KERNELS[each] for each in needs))
        call = made.intrinsic()
        KERNELS[call] = made
        return call

    return decorate


def routine(library: str, name: str, signature: Signature) -> Any:
    """A routine of scipy.linalg.cython_blas or cython_lapack as a function for compiled code that `needs` it."""
    made = Routine(f"scipy.linalg.{library}", name, signature)
    call = made.intrinsic()
    KERNELS[call] = made
    return call


def system(name: str, signature: Signature) -> Any:
    """A function of the C library as a function for compiled code that `needs` it."""
    made = System(f"libc.{name}", signature)
    call = made.intrinsic()
    KERNELS[call] = made
    return call


def address_of(function: Any) -> int:
    """Address of a function made by `kernel`, built where it is not yet; for `at_address`."""
    slot = KERNELS[function]
    slot.build()
    return slot.slot.value


def entry(*needs: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function one that Python calls; what it `needs` is built before its first call."""

    def decorate(function: Callable[..., Any]) -> Any:
        compiled: Any = NJIT(cache=True, **OPTIONS)(function)
        _stamped(compiled._cache, True)
        return Entry(compiled, tuple(KERNELS[each] for each in needs))

    return decorate


class Entry:
    """A compiled function that Python calls."""

    def __init__(self, compiled: Any, needs: tuple[Slot, ...]) -> None:
        self._compiled, self._needs, self._call = compiled, needs, self._first
        self.__doc__, self.__name__ = compiled.__doc__, compiled.__name__

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, built first where this is its first call."""
        return self._call(*arguments)

    def _first(self, *arguments: Any) -> Any:
        for each in self._needs:
            each.build()
        self._call = self._compiled
        with _uncollected():
            self._compiled.compile(tuple(map(typeof, arguments)))
        return self._compiled(*arguments)


class _Part(JITCodeLibrary):
    """The code of a function that nothing but other compiled code calls.

    It is optimised and made machine code within each of its callers; numba would do both for the function alone, too.
    """

    def finalize(self) -> None:
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function into a `_Part`; nothing has its address."""
        context, library = state.targetctx, _Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library, state.flags.no_compile = library, True
        super().run_pass(state)
        found = state["cr"]
        module, name = found.fndesc.lookup_module(), found.fndesc.qualname
        entry_point = make_function(module, name, "no function of Python", 0, found.env, (library,))
        context.insert_user_function(entry_point, found.fndesc, [library])
        state.reload_init.extend(library._reload_init)
        state["cr"] = found._replace(cfunc=entry_point)
        return True


class _PartCompiler(CompilerBase):
    def define_pipelines(self) -> list[Any]:
        """The usual passes, with `_PartLowering`."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [(_PartLowering if each is NativeLowering else each, why) for each, why in passes.passes]
        passes.finalize()
        return [passes]


part = NJIT(no_cpython_wrapper=True, no_cfunc_wrapper=True, pipeline_class=_PartCompiler, **OPTIONS)


def callable_from_python(function: Any) -> Callable[..., Any]:
    """A kernel, or a part of one, as a function for Python, compiled in this process; for tests and experiments."""
    if function in KERNELS:
        for each in KERNELS.values():
            each.build()

    @njit
    def call(arguments: Any) -> Any:
        return function(*arguments)

    return lambda *arguments: call(arguments)
