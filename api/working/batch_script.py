"""The sbatch file of an array of workers: what Slurm is to give, and one line that works."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError
from armwright.working.duration import seconds_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["BatchScript", "array_of", "side_by_side"]

_COUNT = re.compile(r"[1-9][0-9]{0,6}")
_TASKS = re.compile(r"[0-9]+(?:-[0-9]+(?::[1-9][0-9]*)?)?(?:,[0-9]+(?:-[0-9]+(?::[1-9][0-9]*)?)?)*")
_TIME = "--time"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BatchScript:
    """A job array in which every task is a worker.

    Attributes:
        url: Of the experiment; absolute.
        name: Of the job.
        array: As sbatch takes it, such as 0-499%50.
        logs: Folder for what the workers say.
        sbatch: Further words for sbatch: options, each followed by its value unless that is part of
            the word.
        worker: Options of the worker.
        command: What runs a trial.
        python: The interpreter that has armwright.
    """

    url: str
    name: str
    array: str
    logs: Path
    sbatch: Sequence[str]
    worker: Sequence[str]
    command: Sequence[str]
    python: str = sys.executable

    def text(self) -> str:
        """The whole file.

        Raises:
            UsageError: A word for sbatch is no option of its.
        """
        ours = {
            "--job-name": f"armwright-{self.name}",
            "--array": self.array,
            "--output": str(self.logs / "%A_%a.log"),
            "--open-mode": "append",  # a job that is queued again goes on in its log
        }
        theirs = _options(self.sbatch)
        said = {word.partition("=")[0].partition(" ")[0] for word in theirs}
        said |= {_LONG[word] for word in said if word in _LONG}
        lines = [f"{key}={shlex.quote(value)}" for key, value in ours.items() if key not in said]
        if not said & {"--requeue", "--no-requeue"}:
            lines.append("--requeue")
        words = [self.python, "-m", "armwright.cli", "worker", self.url, *self.worker, "--"]
        return "\n".join(
            [
                "#!/bin/bash",
                *(f"#SBATCH {line}" for line in (*lines, *theirs)),
                "",
                "# Every task takes trials until the budget is used up; exec, for the signals.",
                f"exec {shlex.join([*words, *self.command])}",
                "",
            ]
        )


_LONG = {"-J": "--job-name", "-a": "--array", "-o": "--output", "-t": "--time"}


def array_of(text: str) -> str:
    """An array as sbatch takes it: a number of tasks, or what sbatch itself understands.

    Raises:
        UsageError: It is neither.
    """
    tasks, percent, most = text.partition("%")
    if (percent and not _COUNT.fullmatch(most)) or not _TASKS.fullmatch(tasks):
        raise UsageError(
            f"expected a number of tasks, got {text!r}", hint="--array 500, --array 500%50 or 0-9"
        )
    if tasks.isdecimal():
        if int(tasks) < 1:
            raise UsageError(f"expected at least one task, got {text!r}")
        tasks = f"0-{int(tasks) - 1}"
    return f"{tasks}{percent}{most}"


def side_by_side(array: str) -> int:
    """How many tasks of an array may run at once."""
    tasks, _, most = array.partition("%")
    count = 0
    for part in tasks.split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        count += len(range(int(first), int(last or first) + 1, int(step or 1)))
    return min(count, int(most)) if most else count


def _options(words: Sequence[str]) -> list[str]:
    """The words for sbatch, each option with its value on a line of its own."""
    lines: list[list[str]] = []
    for word in words:
        if word.startswith("-") and word != "-":
            lines.append([word])
        elif lines and len(lines[-1]) == 1 and "=" not in lines[-1][0]:
            lines[-1].append(word)
        else:
            raise UsageError(
                f"expected an option of sbatch, got {word!r}",
                hint="options follow the experiment, the command follows --",
            )
    return [_line(line) for line in lines]


def _line(words: Sequence[str]) -> str:
    name, equals, value = words[0].partition("=")
    if len(words) == 2:
        equals, value = "=" if name.startswith("--") else " ", words[1]
    if name in (_TIME, "-t") and value and value[-1] in "smhd":
        minutes, seconds = divmod(round(seconds_of(value)), 60)
        value = f"{minutes}:{seconds:02d}"
    return f"{name}{equals}{shlex.quote(value)}" if equals else name
