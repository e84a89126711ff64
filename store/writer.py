"""Who writes: the little that each file says about the process that made it.

Host, process and scheduler ids, and nothing else of the environment, so that no secret gets in.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Writer", "current_writer", "who"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """One process.

    Attributes:
        id: Random, fresh for each process; two processes never share it, whatever their host says.
        host: Name of the machine.
        pid: Process id on that machine.
        start_ticks: Kernel's start time of the process, in clock ticks since boot, on Linux; tells
            a process from a later one with the same pid.
        slurm_job_id: Of the Slurm job it runs in; stays the same when the job is requeued.
        slurm_restart_count: How many times Slurm requeued that job.
    """

    id: str
    host: str
    pid: int
    start_ticks: int | None = None
    slurm_job_id: str | None = None
    slurm_restart_count: int | None = None

    def document(self) -> dict[str, Any]:
        """What is written into a file; what is not known is left out."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in fields.items() if value is not None}


def current_writer(environ: Mapping[str, str] = os.environ) -> Writer:
    """Returns this process; a forked child is another one."""
    global _current
    if _current is None:
        restarts = environ.get("SLURM_RESTART_COUNT", "")
        _current = Writer(
            id=os.urandom(16).hex(),
            host=_host(),
            pid=os.getpid(),
            start_ticks=_start_ticks(),
            slurm_job_id=environ.get("SLURM_JOB_ID") or None,
            slurm_restart_count=int(restarts) if restarts.isdecimal() else None,
        )
    return _current


def who(writer: Mapping[str, Any]) -> str:
    """Names a writer in a message: `host.pid`."""
    return f"{writer.get('host', '?')}.{writer.get('pid', '?')}"


_current: Writer | None = None


def _host() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "unknown")


def _start_ticks() -> int | None:
    try:
        stat = Path("/proc/self/stat").read_text(encoding="utf-8")
        # The second field is the program's name in brackets and may hold anything.
        return int(stat.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def _forget() -> None:
    global _current
    _current = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
