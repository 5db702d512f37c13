"""A process that fits blocks and hands over each row at once, so that a single fit can be stopped from outside.

Started by `guard` as ``python -m simstudy.runner.child DESCRIPTOR``; it ends when the other end of its pipe is closed.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from simstudy.runner.block import block_rows, thread_controller
from simstudy.runner.prepare import prepare
from simstudy.runner.process import prepare_process


def serve(connection: Connection) -> None:
    """Answer requests (block, position) with the block's rows from that position on, until the pipe is closed."""
    connection.send("ready")
    with thread_controller().limit(limits=1):
        while True:
            try:
                block, position = connection.recv()
            except EOFError:
                return
            prepare(block.methods)
            connection.send("prepared")
            for row in block_rows(block, position):
                connection.send(row)


if __name__ == "__main__":
    prepare_process()
    serve(Connection(int(sys.argv[1])))
