"""A user without rights, also where the tests run as root: permissions of files hold for it."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

#: Version 3 of Linux's capability sets: two words of 32 capabilities, each effective, permitted, inheritable.
VERSION, WORDS = 0x20080522, 6


@contextmanager
def unprivileged() -> Iterator[None]:
    """Take this thread's capabilities away for the time of the context; processes that it starts are not concerned."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, kept = (ctypes.c_uint32 * 2)(VERSION, 0), (ctypes.c_uint32 * WORDS)()
    if libc.capget(header, kept):
        raise OSError(ctypes.get_errno(), "capget")
    effective, dropped = (0, 3), (ctypes.c_uint32 * WORDS)(*kept)
    for word in effective:
        dropped[word] = 0
    libc.capset(header, dropped)
    try:
        yield
    finally:
        libc.capset(header, kept)
