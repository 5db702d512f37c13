"""What every process of ours does first."""

from __future__ import annotations

import ctypes
import signal
import sys

#: Option of Linux's prctl: the signal that a process gets when its parent dies.
PR_SET_PDEATHSIG = 1

#: One thread for linear algebra: more would fight for the cores and could change the last bit of a sum.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def ignore_interrupts() -> None:
    """Leave Ctrl-C, which a terminal sends to every process of a run, to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def prepare_process() -> None:
    """Leave Ctrl-C to the parent, and end with it."""
    ignore_interrupts()
    # Also in the middle of compiled code, where a thread that watches the parent would not get its turn.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
