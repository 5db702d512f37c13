"""What every process of ours does first."""

from __future__ import annotations

import ctypes
import signal
import sys

#: Option of Linux's prctl: the signal that a process gets when its parent dies.
PR_SET_PDEATHSIG = 1

#: One thread for linear algebra: more would fight for the cores and could change the last bit of a sum.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


#: The same, and no thread for the memory of arrays either, so that the process can copy itself by fork.
ALONE = ONE_THREAD | {"JE_ARROW_MALLOC_CONF": "background_thread:false"}

#: Signals that a terminal or a batch system sends to every process of a run, of which one answers.
PARENTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ignore_interrupts() -> None:
    """Leave Ctrl-C, and what else is sent to all processes of a run, to the parent."""
    for each in PARENTS:
        signal.signal(each, signal.SIG_IGN)


def prepare_process() -> None:
    """Leave interrupts to the parent, and end with it."""
    ignore_interrupts()
    # Also in the middle of compiled code, where a thread that watches the parent would not get its turn.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
