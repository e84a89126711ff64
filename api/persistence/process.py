"""Whether the process that wrote a fact still runs, where this machine can tell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_gone"]


def is_gone(writer: Mapping[str, Any]) -> bool:
    """Whether it was a process of this machine that runs no more.

    False where that cannot be told: another host, or a system without /proc. A later process with
    the same number is told apart by its start time.

    Args:
        writer: What the fact says of its writer: host, pid, start_ticks.
    """
    if writer.get("host") != os.uname().nodename or not isinstance(writer.get("pid"), int):
        return False
    if not Path("/proc/self/stat").exists():
        return False
    try:
        stat = Path(f"/proc/{writer['pid']}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    except OSError:
        return False
    # The second field is the program's name in brackets and may hold anything.
    ticks = int(stat.rpartition(")")[2].split()[19])
    return writer.get("start_ticks") not in (None, ticks)
