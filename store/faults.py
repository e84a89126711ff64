"""File systems that misbehave on purpose, around one that does not: for tests of what stands on it.

    files = FaultyFiles(PosixFiles(), Fault(call=7, how="killed after"))
    folder = ExperimentFolder.open_at(Location(url=..., files=files, path=...))

`FaultyFiles` counts the calls and strikes at one of them; `StaleFiles` shows folders as they were.
"""

import errno
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn, final

from armwright.store.failure import read_failure, write_failure
from armwright.store.files import MAX_READ_BYTES, Files, Listing, Outcome, Relaxed

__all__ = ["HOWS", "Fault", "FaultyFiles", "Killed", "StaleFiles"]

How = Literal["killed before", "killed after", "reply lost", "not done", "power lost"]
HOWS: tuple[How, ...] = ("killed before", "killed after", "reply lost", "not done")


@final
class Killed(BaseException):
    """Stands for the death of the process; whoever catches it must do nothing more."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong.

    Attributes:
        call: Which call of the file system, counted from 1.
        how: `killed before` or `killed after` it: the process does nothing more. `reply lost`: it
            is done, and the caller hears of a doubtful error. `not done`: the same error, and it is
            not done. `power lost` before it: killed, and names not forced to disk are gone.
        lasting: How many calls from this one on go wrong; a killed process stays dead anyway.
        really: Kill this process with SIGKILL, where False raises `Killed`.
    """

    call: int
    how: How
    lasting: int = 1
    really: bool = False


@final
class FaultyFiles:
    """A file system on which one call goes wrong.

    Attributes:
        calls: Names of the calls made so far, in order.
        fault: What goes wrong; None for nothing.
        dead: Whether the process has been killed; every further call raises `Killed` then.
    """

    def __init__(self, files: Files, fault: Fault | None = None) -> None:
        self.exclusive = files.exclusive
        self.calls: list[str] = []
        self.fault = fault
        self.dead = False
        self._files = files
        self._lock = threading.Lock()
        self._unforced: set[str] = set()

    @property
    def struck(self) -> bool:
        """Whether there were calls enough for the fault."""
        return self.fault is not None and len(self.calls) >= self.fault.call

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none."""
        how = self._begin("create")
        if how == "not done":
            raise write_failure(path, _error(path))
        outcome = self._files.create(path, body, token)
        folder = path.rpartition("/")[0]
        self._unforced = {name for name in self._unforced if name.rpartition("/")[0] != folder}
        self._finish(how, write_failure(path, _error(path)))
        return outcome

    def create_relaxed(self, path: str, body: bytes, token: str) -> Outcome:
        """The same; the name is lost with the power until another is made in its folder."""
        how = self._begin("create")
        if how == "not done":
            raise write_failure(path, _error(path))
        files = self._files
        create = files.create_relaxed if isinstance(files, Relaxed) else files.create
        outcome = create(path, body, token)
        if outcome == "won":
            self._unforced.add(path)
        self._finish(how, write_failure(path, _error(path)))
        return outcome

    def list(self, folder: str) -> Listing:
        """Names what is in a folder."""
        how = self._begin("list")
        listing = self._files.list(folder)
        self._finish(how, read_failure(folder, _error(folder)))
        return listing

    def read(
        self, paths: Iterable[str], limit: int = MAX_READ_BYTES
    ) -> Iterator[tuple[str, bytes | OSError]]:
        """Yields each path with its bytes or its error."""
        wanted = list(paths)
        if not wanted:
            return
        how = self._begin("read")
        if how in ("reply lost", "not done"):
            yield from ((path, _error(path)) for path in wanted)
            return
        yield from list(self._files.read(wanted, limit))
        self._finish(how, _error(wanted[0]))

    def remove(self, path: str) -> None:
        """Removes a file."""
        how = self._begin("remove")
        if how != "not done":
            self._files.remove(path)
        self._finish(how, write_failure(path, _error(path)))

    def remove_many(self, paths: Iterable[str]) -> None:
        """Removes files."""
        wanted = list(paths)
        how = self._begin("remove_many")
        if how != "not done":
            # A killed process may have come half way.
            half = wanted[: len(wanted) // 2] if how == "killed after" else wanted
            self._files.remove_many(half)
        self._finish(how, write_failure(wanted[0] if wanted else "", _error("")))

    def overwrite(self, path: str, body: bytes) -> None:
        """Makes or replaces a file."""
        how = self._begin("overwrite")
        if how != "not done":
            self._files.overwrite(path, body)
        self._finish(how, write_failure(path, _error(path)))

    def modified(self, path: str) -> float | None:
        """Says when a file was last written."""
        how = self._begin("modified")
        stamp = self._files.modified(path)
        self._finish(how, read_failure(path, _error(path)))
        return stamp

    def _begin(self, name: str) -> How | None:
        with self._lock:
            if self.dead:
                raise Killed
            self.calls.append(name)
            fault, call = self.fault, len(self.calls)
            if fault is None or not fault.call <= call < fault.call + fault.lasting:
                return None
        if fault.how == "power lost":
            for path in self._unforced:
                self._files.remove(path)
        if fault.how in ("killed before", "power lost"):
            self._die(fault)
        return fault.how

    def _finish(self, how: How | None, error: Exception) -> None:
        if how == "killed after" and self.fault is not None:
            self._die(self.fault)
        if how is not None:
            raise error

    def _die(self, fault: Fault) -> NoReturn:
        if fault.really:
            os.kill(os.getpid(), signal.SIGKILL)
        self.dead = True
        raise Killed


@final
class StaleFiles:
    """A file system whose listings are those of an earlier moment, as a cache may give them.

    Set `stale` to freeze: each folder is then shown as at its first listing from there on. Creates
    and reads are those of the file system itself, as on NFS.
    """

    def __init__(self, files: Files) -> None:
        self.exclusive = files.exclusive
        self.create, self.read, self.remove = files.create, files.read, files.remove
        self.remove_many, self.overwrite = files.remove_many, files.overwrite
        self.modified = files.modified
        self._files = files
        self._frozen: dict[str, Listing] | None = None

    @property
    def stale(self) -> bool:
        """Whether listings are frozen."""
        return self._frozen is not None

    @stale.setter
    def stale(self, value: bool) -> None:
        self._frozen = {} if value else None

    def list(self, folder: str) -> Listing:
        """Names what was in a folder."""
        if self._frozen is None:
            return self._files.list(folder)
        if folder not in self._frozen:
            self._frozen[folder] = self._files.list(folder)
        return self._frozen[folder]


def _error(path: str) -> OSError:
    return OSError(errno.EIO, os.strerror(errno.EIO), path)
