"""One BLAS thread while we compute.

Two OpenBLAS threads that wait for each other on a busy machine made a 256 x 256 Cholesky 500 times
slower than one thread; the matrices here are too small to gain from more.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from armwright.optimizer.lapack import lapack_is_loaded

__all__ = ["limit_new_libraries", "one_blas_thread"]


class _Guard:
    """The limit is the process's, so the first thread in sets it and the last one out restores."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before: list[tuple[Any, int]] = []
        self._libraries: dict[bool, list[Any]] = {}

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._before = [(lib, lib.get_num_threads()) for lib in self._loaded()]
                for lib, _ in self._before:
                    _set_threads(lib, 1)

    def renew(self) -> None:
        """Limits libraries that were loaded since the first thread came in."""
        with self._lock:
            known = {lib.filepath for lib, _ in self._before}
            for lib in self._loaded() if self._inside else ():
                if lib.filepath not in known:
                    self._before.append((lib, lib.get_num_threads()))
                    _set_threads(lib, 1)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                for lib, count in self._before:
                    _set_threads(lib, count)

    def _loaded(self) -> list[Any]:
        """Controllers of the BLAS libraries in this process.

        JAX takes its LAPACK from SciPy when it first needs it; a controller knows only the
        libraries that were loaded when it was made, so it is made anew when that has appeared.
        """
        loaded = lapack_is_loaded()
        if loaded not in self._libraries:
            from threadpoolctl import ThreadpoolController

            found = ThreadpoolController().select(user_api="blas")
            self._libraries[loaded] = list(found.lib_controllers)
        return self._libraries[loaded]


def _set_threads(lib: Any, count: int) -> None:
    """Sets a library's threads from whichever thread this is.

    From 3.8 on, threadpoolctl obeys only the thread that came first, for as long as that thread
    lives; a suggestion made in another one would go unguarded. The lock above settles the order.
    """
    getattr(lib, "_real_set_num_threads", lib.set_num_threads)(count)


_guard = _Guard()


def limit_new_libraries() -> None:
    """Extends the limit to a BLAS that was loaded within the block, such as JAX's LAPACK.

    Its two threads, unlimited, made the first fit of a process on a busy machine take 0.5 s.
    """
    _guard.renew()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limits every loaded BLAS to one thread within the block, then restores what was set."""
    _guard.enter()
    try:
        yield
    finally:
        _guard.leave()
