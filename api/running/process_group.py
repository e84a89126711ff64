"""One command in a process group of its own, which outlives the process that started it.

The command runs under a shell that writes its exit code into a file when it ends. So any process of
this machine, also one started later, can tell how it ended; and a whole group can be stopped. One
that is stopped or killed leaves no exit code, as its shell dies with it.

    record    what is remembered of a group, JSON: pid (of the shell, which is the group's number),
              host, start_ticks (tells a later process of the same pid apart; None where unknown)
              and folder, which holds stdout, stderr and exit_code
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["exit_code", "is_running", "start", "stop"]

Record = Mapping[str, Any]

# The rename makes the file appear whole. No trap: while the shell starts the command, a signal that
# it catches would be lost on both.
_SHELL = '"$@"; code=$?; echo "$code" > "$0.part" && mv "$0.part" "$0"; exit "$code"'
_POLL_S = 0.05
_STATE, _GROUP, _STARTED = 0, 2, 19  # places in what `_stat` returns
# After SIGKILL nothing should be left but for a process that the kernel holds up.
_KILL_S = 2.0


def start(
    words: Sequence[str], *, folder: Path, environment: Mapping[str, str]
) -> tuple[dict[str, Any], "subprocess.Popen[bytes]"]:
    """Starts a command; returns its record, and the child to reap.

    Args:
        words: The program and its arguments.
        folder: An existing folder for what it leaves.
        environment: The whole environment.
    """
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        child = subprocess.Popen(  # noqa: S603 - running the user's command is the purpose
            ["/bin/sh", "-c", _SHELL, str(folder / "exit_code"), *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=dict(environment),
            start_new_session=True,
        )
    record = {
        "pid": child.pid,
        "host": os.uname().nodename,
        "start_ticks": _start_ticks(child.pid),
        "folder": str(folder),
    }
    return record, child


def exit_code(record: Record) -> int | None:
    """The command's exit code; None while it runs, and if it was stopped or killed."""
    try:
        return int((Path(record["folder"]) / "exit_code").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def is_running(record: Record, child: "subprocess.Popen[bytes] | None" = None) -> bool:
    """Whether the command still runs. On another machine it does until its exit code is there."""
    if child is not None:
        return child.poll() is None
    if exit_code(record) is not None:
        return False
    if record["host"] != os.uname().nodename:
        return True
    return _group_exists(record["pid"]) and _start_ticks(record["pid"]) == record["start_ticks"]


def stop(
    record: Record,
    child: "subprocess.Popen[bytes] | None" = None,
    *,
    grace_s: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Ends the whole group: asks with SIGTERM, and after `grace_s` seconds kills what is left."""
    group = record["pid"]
    if record["host"] != os.uname().nodename or exit_code(record) is not None:
        return
    if _start_ticks(group) not in (None, record["start_ticks"]):
        return  # it has gone, and its number was given to another process
    for number, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, _KILL_S)):
        _signal(group, number)
        deadline = clock() + patience_s
        while _is_left(group, child):
            if clock() >= deadline:
                break
            sleep(_POLL_S)
        else:
            return


def _is_left(group: int, child: "subprocess.Popen[bytes] | None") -> bool:
    if child is not None:
        child.poll()  # reaps it
    return _group_exists(group)


def _group_exists(group: int) -> bool:
    """Whether a process of the group is alive; zombies, which others must reap, are not."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # a process of another user: the number has been given anew
        return False
    if not Path("/proc/self/stat").exists():
        return True
    stats = (_stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return any(stat and stat[_GROUP] == str(group) and stat[_STATE] not in "ZX" for stat in stats)


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None where the system does not tell."""
    stat = _stat(pid)
    return int(stat[_STARTED]) if stat else None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat behind the program's name; empty if there is no such file."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()  # the name is in brackets and may hold anything
