"""Python's search for garbage, left out where a process is ours and short.

Objects that refer to one another in circles are looked for again and again while modules are
imported, and once more over everything when the process ends. With JAX loaded that is a third of
the CPU time of `armwright ask`, and what it finds would be given back a moment later anyway.
"""

from __future__ import annotations

import atexit
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["left_at_exit", "uncollected"]


def left_at_exit() -> None:
    """Has this process end without a last search."""
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search within the block, for work that ends soon."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
