"""Compiled programs on disk, so that a new process need not compile what an old one did.

A folder of ours, never JAX's own compilation cache, so that a user's JAX stays as it is:
`$ARMWRIGHT_CACHE`, else `$XDG_CACHE_HOME/armwright`, else `~/.cache/armwright`; ARMWRIGHT_CACHE=off
turns it off. Entries are keyed by everything a machine program depends on: versions, the
processor's features, compiler flags, our source. An entry is a SHA-256 and what it is of.

Nothing here is needed for correctness: no folder, no permission, a full disk, a damaged, foreign or
unloadable entry all mean compiling again. A process leaves a mark while it loads an entry for the
first time, so that an entry that crashed a process is not tried a second time.
"""

import contextlib
import hashlib
import logging
import os
import platform
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

__all__ = ["Entry", "cache_folder", "entry_for"]

_log = logging.getLogger(__name__)
_DIGEST = 32
_LONGEST_MAKING = 120.0  # seconds


def cache_folder() -> Path | None:
    """Where compiled programs are kept, whether or not it exists; None where that is turned off."""
    chosen = os.environ.get("ARMWRIGHT_CACHE", "")
    if chosen.lower() in {"off", "0", "no", "false"}:
        return None
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not base and "HOME" not in os.environ:
        return None
    return Path(base or Path.home() / ".cache") / "armwright"


class Entry:
    """One compiled program on disk, there or not."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> bytes | None:
        """The bytes written, or None where there are none that can be trusted."""
        try:
            facts = self.path.stat()
            if facts.st_uid != os.getuid() or facts.st_mode & 0o022:
                _log.info("cache entry %s is not only ours to write: ignored", self.path)
                return None
            content = self.path.read_bytes()
        except OSError:
            return None
        digest, body = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(body).digest() != digest:
            _log.info("cache entry %s is damaged: ignored", self.path)
            return None
        return None if self._crashed() else body

    def write(self, body: bytes) -> None:
        """Writes the entry whole or not at all; a folder that cannot be written is left alone."""
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            temporary.replace(self.path)
        except OSError as error:
            _log.info("cache entry %s could not be written: %s", self.path, error)
            with contextlib.suppress(OSError):
                temporary.unlink()

    def trying(self) -> AbstractContextManager[None]:
        """Marks the entry as being tried within the block; the mark survives only a crash."""
        return self._marked("trying")

    def making(self) -> AbstractContextManager[None]:
        """Marks the entry as being made within the block, so that others may wait for it."""
        return self._marked("making")

    @contextmanager
    def _marked(self, word: str) -> Iterator[None]:
        mark = self.path.with_name(f"{self.path.name}.{_here()}.{os.getpid()}.{word}")
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            mark.touch()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                mark.unlink()

    @property
    def is_being_made(self) -> bool:
        """Whether another process of this machine, which lives, is about to write the entry."""
        for mark in self.path.parent.glob(f"{self.path.name}.{_here()}.*.making"):
            process = int(mark.name.split(".")[-2])
            with contextlib.suppress(OSError):
                is_fresh = time.time() - mark.stat().st_mtime < _LONGEST_MAKING
                if is_fresh and process != os.getpid() and _alive(process):
                    return True
        return False

    def _crashed(self) -> bool:
        """Whether a process of this machine died while it tried the entry; clears its mark."""
        crashed = False
        for mark in self.path.parent.glob(f"{self.path.name}.{_here()}.*.trying"):
            if not _alive(int(mark.name.split(".")[-2])):
                crashed = True
                _log.info("cache entry %s crashed a process: compiling again", self.path)
                with contextlib.suppress(OSError):
                    mark.unlink()
        return crashed


def entry_for(what: str, *, device: str) -> Entry | None:
    """The entry of a program; None where caching is turned off.

    Args:
        what: Tells the programs of one version of armwright apart.
        device: Kind of the device the program is for.
    """
    folder = cache_folder()
    if folder is None:
        return None
    return Entry(folder / f"{_platform_key()}" / f"{_hash(what, device)}.program")


@cache
def _platform_key() -> str:
    """Folder name for these versions, this processor and this source."""
    from jax import __version__ as jax_version
    from jaxlib.version import __version__ as jaxlib_version

    source = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    rest = _hash(
        _processor(),
        os.environ.get("XLA_FLAGS", ""),
        hashlib.sha256(source).hexdigest(),
        *map(str, sys.version_info[:2]),
    )
    return f"jax-{jax_version}-jaxlib-{jaxlib_version}-{rest}"


def _processor() -> str:
    """Machine type and, where the system tells, the processor's model and features."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    wanted = ("model name", "flags", "Features", "CPU part")
    facts = sorted({line for line in lines if line.startswith(wanted)})
    return "\n".join([platform.machine(), platform.processor(), *facts])


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _here() -> str:
    return _hash(socket.gethostname())[:8]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
