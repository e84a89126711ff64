"""Compiling in a process of its own, which leaves what it made on disk.

For what will be needed soon (the next padded size) and for what cannot be waited for (a deadline).
A process and not a thread: it takes none of ours' time, and ours may end while it works, where
a thread inside the compiler would have to be waited for. It ends by itself after some seconds; a
batch system that ends a job's processes ends it too, and no harm is done: entries are written whole
or not at all. One process of a machine at a time makes an entry; the others wait for it or go on.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["compile_elsewhere", "compiles_ahead", "is_compiling_ahead", "main"]

_ahead = False
_children: list["subprocess.Popen[bytes]"] = []


def compiles_ahead(*, on: bool = True) -> None:
    """Says whether this process lives long enough to compile for the next padded size beforehand.

    Off until said; `ARMWRIGHT_COMPILE_AHEAD=off` turns it off for good.
    """
    global _ahead
    _ahead = on


def is_compiling_ahead() -> bool:
    """Whether programs are to be compiled before they are needed."""
    chosen = os.environ.get("ARMWRIGHT_COMPILE_AHEAD", "").lower()
    return _ahead and chosen not in {"off", "0", "no", "false"}


def compile_elsewhere(wanted: Sequence[tuple[str, int, Any]]) -> bool:
    """Begins to compile in another process; returns at once, and whether one was started.

    Args:
        wanted: Kind, number (of searches, of draws), and shapes of the arguments of each program.
    """
    _children[:] = [child for child in _children if child.poll() is None]
    if not wanted or not sys.executable:
        return False
    try:
        child = subprocess.Popen(
            [sys.executable, "-c", "from armwright.optimizer.compiling import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert child.stdin is not None  # noqa: S101 - it is a pipe
        with child.stdin as stream:
            stream.write(pickle.dumps(list(wanted)))
    except OSError:
        return False
    _children.append(child)
    return True


def main() -> None:
    """The other process: compiles what it is told on standard input."""
    os.nice(5)
    wanted = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
    from armwright.optimizer.compiled import make

    for kind, number, shapes in wanted:
        make(kind, number, shapes)
