"""A trial's command as a process group of its own, and a watchdog that ends it if we are killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.working.work_folder import TrialFolder

__all__ = ["CommandProcess", "Watchdog"]

# Reads lines, each the list of groups that run now. The end of the input is the end of the worker.
_WATCH = (
    "groups=; while read -r line; do groups=$line; done; "
    'for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done'
)


@final
class CommandProcess:
    """One command under way. It is not reaped, and its number not given anew, before `finish`.

    Args:
        words: The program and its arguments.
        environment: All of it.
        folder: Where its output goes.
        ended: Called from another thread once the command has ended.

    Raises:
        OSError: It cannot be started.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: TrialFolder,
        ended: Callable[[], None],
    ) -> None:
        with folder.stdout.open("wb") as out, folder.stderr.open("wb") as err:
            self._child = subprocess.Popen(  # noqa: S603 - running the user's command is the purpose
                list(words),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=dict(environment),
                start_new_session=True,
            )
        self.group = self._child.pid
        self._ended, self._finished = ended, False
        self._waiter = threading.Thread(
            target=self._wait, name=f"command-{self.group}", daemon=True
        )
        self._waiter.start()

    def signal(self, number: int) -> None:
        """Sends a signal to the command and all that it started; to nobody once it is reaped."""
        if self._finished:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, number)

    def finish(self) -> int:
        """Kills what it left running, and returns its exit code; -9 if signal 9 ended it."""
        self._waiter.join()
        self.signal(signal.SIGKILL)  # the leader still holds the group's number
        self._finished = True
        return self._child.wait()

    def _wait(self) -> None:
        # Leaves it a zombie: its group can be signalled until `finish`.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self.group, os.WEXITED | os.WNOWAIT)
        self._ended()


@final
class Watchdog:
    """A shell that kills the commands still running when this process has gone without a word.

    A worker that is killed could not stop its command, and the next attempt at the trial would work
    on the same checkpoint at the same time. What is left is a worker killed between the start of a
    command and the next `watch`, which is one write away when the shell runs already.
    """

    def __init__(self) -> None:
        self._shell: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the shell, unless it runs: before the command that it is to watch first."""
        if self._shell is None:
            self._shell = subprocess.Popen(  # noqa: S603 - our own words
                ["/bin/sh", "-c", _WATCH],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )

    def watch(self, groups: Sequence[int]) -> None:
        """Says which process groups run now; it is to have been started."""
        line = " ".join(str(group) for group in groups)
        with contextlib.suppress(BrokenPipeError):
            os.write(self._pipe(), f"{line}\n".encode())

    def close(self) -> None:
        """Ends it; every command is to have ended."""
        if self._shell is not None and self._shell.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._shell.stdin.close()
            self._shell.wait()
            self._shell = None

    def _pipe(self) -> int:
        assert self._shell is not None  # noqa: S101 - only called while it runs
        assert self._shell.stdin is not None  # noqa: S101 - it was started with one
        return self._shell.stdin.fileno()
