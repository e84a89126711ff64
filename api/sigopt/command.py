"""Running a command line for a run: what it logs with `sigopt.log_...` is the run's."""

from __future__ import annotations

import codecs
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO

from armwright.errors import UsageError
from armwright.sigopt.config import config
from armwright.sigopt.global_run import GlobalRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.sigopt.run_context import RunContext

__all__ = ["check_command", "run_command"]

_CHUNK, _MOST_KEPT = 8192, 1 << 20


def check_command(words: Sequence[str]) -> None:
    """Refuses, before there is any run, a command that cannot be started.

    Raises:
        UsageError: There is none of this name, or it may not be executed; says what would do.
    """
    name = words[0]
    if shutil.which(name) is not None:
        return
    if not Path(name).is_file():
        raise UsageError(f"there is no command {name!r}")
    hint = f"say how to run it, for example ./{name}, and make it executable with chmod +x"
    if name.endswith(".py"):
        hint = f"say what runs it: python {name}"
    raise UsageError(f"{name!r} is a file, but no command", hint=hint)


def run_command(
    run: RunContext,
    words: Sequence[str],
    *,
    source: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Runs a command line to its end; does not end the run.

    What it prints is shown, and kept with the run where the user has chosen so.

    Args:
        run: The run in force while it works.
        words: Of the command line.
        source: The source code to be kept with the run.
        environment: What the command is to find, beside what names the run; ours if left out.

    Returns:
        The exit code; minus the signal's number where a signal ended it.

    Raises:
        UsageError: It cannot be started.
    """
    revision = _git_revision()
    if source is not None or revision is not None:
        run.log_source_code(content=source, hash=revision)
    streams = sys.stdout, sys.stderr
    piped = [config.log_collection_enabled or not _is_a_file(stream) for stream in streams]
    out, err = (subprocess.PIPE if pipe else None for pipe in piped)
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command
            list(words), env=_environment(run, environment), stdout=out, stderr=err
        )
    except OSError as error:
        raise UsageError(f"cannot start {words[0]!r}: {error.strerror}") from error
    shown = {
        name: _Shown(stream, to)
        for name, stream, to in zip(
            ("stdout", "stderr"), (process.stdout, process.stderr), streams, strict=True
        )
        if stream is not None
    }
    try:
        return _wait(process)
    finally:
        texts = {name: one.text() for name, one in shown.items()}
        if config.log_collection_enabled:
            run.set_logs(texts)


def _is_a_file(stream: TextIO) -> bool:
    """Whether a program that we start writes to it by itself; not where Python keeps the text."""
    try:
        return stream.fileno() >= 0
    except (OSError, AttributeError):
        return False


def _environment(run: RunContext, given: Mapping[str, str] | None) -> dict[str, str]:
    folder = run.to_json().get("folder")
    place = {}
    if folder is not None:  # else it is behind a connection, which the command has to make itself
        place = {"ARMWRIGHT_STORE": folder.rpartition("/")[0], "SIGOPT_PROJECT": run.run.project}
    found = os.environ if given is None else given
    return {**found, **place, **config.get_environment_context(GlobalRun(run))}


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Waits for the end; what interrupts us is passed on first, unless it has come there too."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        if not _is_in_front():
            process.send_signal(signal.SIGINT)
        process.wait()
        raise
    except SystemExit:
        process.terminate()
        process.wait()
        raise


def _is_in_front() -> bool:
    """Whether a terminal's Ctrl-C is for our group, and so for the command as well."""
    try:
        with Path("/dev/tty").open("rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:  # there is no terminal
        return False


def _git_revision() -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run(  # noqa: S603 - git, as the user has it
        [git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


class _Shown:
    """Passes on what a process prints, and keeps its head and tail."""

    def __init__(self, stream: IO[bytes], to: IO[str]) -> None:
        self._stream, self._to = stream, to
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def _pass_on(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for chunk in iter(lambda: self._stream.read1(_CHUNK), b""):  # type: ignore[attr-defined]
            self._kept += chunk
            if len(self._kept) > _MOST_KEPT:
                self._kept = self._kept[:_CHUNK] + self._kept[-_CHUNK:]
            self._to.write(decoder.decode(chunk))
            self._to.flush()

    def text(self) -> str:
        """What was printed, once all of it was."""
        self._thread.join()
        self._stream.close()
        return self._kept.decode("utf-8", "replace")
