"""A process that fits blocks and hands over each row at once, so that a single fit can be stopped from outside.

Started by `guard` as ``python -m simstudy.runner.child DESCRIPTOR``; it ends when the other end of its pipe is closed.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

import numpy as np

from simstudy.estimators import fgsm, mle, penalized
from simstudy.families import FAMILIES
from simstudy.penalties import Lasso, Scad
from simstudy.runner.block import block_rows, thread_controller
from simstudy.runner.process import prepare_process


def warm_up() -> None:
    """Load or compile the kernels before the first fit, whose time may be limited."""
    X, y = np.linspace(-1.0, 1.0, 12).reshape(-1, 1), np.tile([0.0, 1.0, 1.0], 4)
    for family in FAMILIES:
        mle(X, y, family=family)
        for penalty in (Lasso(0.1), Scad(0.1)):
            fgsm(X, y, family=family, penalty=penalty)
            penalized(X, y, family=family, penalty=penalty)


def serve(connection: Connection) -> None:
    """Answer requests (block, position) with the block's rows from that position on, until the pipe is closed."""
    warm_up()
    connection.send("ready")
    with thread_controller().limit(limits=1):
        while True:
            try:
                block, position = connection.recv()
            except EOFError:
                return
            for row in block_rows(block, position):
                connection.send(row)


if __name__ == "__main__":
    prepare_process()
    serve(Connection(int(sys.argv[1])))
