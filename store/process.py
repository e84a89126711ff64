"""Whether the process that wrote a fact still runs, where this machine can tell."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["is_gone", "this_place"]


def this_place() -> str:
    """Names the set of processes in which this one's number means this one; empty if unknown.

    Containers of one machine may share its name, yet each counts its processes for itself.
    """
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - no file, but a name
    except OSError:
        return ""


def is_gone(writer: Mapping[str, Any], place: object) -> bool:
    """Whether it was a process of this machine that runs no more.

    False where that cannot be told: another host or container, or a system without /proc. A later
    process with the same number is told apart by its start time.

    Args:
        writer: What the fact says of its writer: host, pid, start_ticks.
        place: What `this_place` was where it ran.
    """
    here = this_place()
    if not here or place != here or writer.get("host") != os.uname().nodename:
        return False
    pid = writer.get("pid")
    if type(pid) is not int:
        return False
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return True
    except OSError:
        return False
    # The second field is the program's name in brackets and may hold anything.
    fields = stat.rpartition(")")[2].split()
    if fields[0] in ("Z", "X"):  # ended, and only not yet collected by its parent
        return True
    return writer.get("start_ticks") not in (None, int(fields[19]))
