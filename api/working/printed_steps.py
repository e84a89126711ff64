"""How far a command is, from JSON lines that it prints while it runs: {"step": 3, "loss": 0.7}."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.running.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["PrintedStep", "PrintedSteps", "is_step"]

_MOST_BYTES = 1 << 20  # read at a time; of more, the end
_MOST_STEPS = 10  # told at a time: each is a fact, and people look at a curve, not at every batch


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedStep:
    """One line.

    Attributes:
        step: How far, in units of the command's own.
        values: Of the metrics that it names.
    """

    step: float
    values: Mapping[str, float]


@final
class PrintedSteps:
    """Reads on in a file that grows.

    Args:
        path: Of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def new(self, metrics: Sequence[str], *, at_end: bool = False) -> list[PrintedStep]:
        """The steps that were printed since it was asked last; of many the newest.

        Args:
            metrics: The names whose values are taken.
            at_end: Whether nothing more will be printed, so that a line without an end is whole.
        """
        found: dict[float, PrintedStep] = {}
        for line in self._lines(at_end=at_end):
            step = _step_of(line, metrics)
            if step is not None:
                found.pop(step.step, None)  # said twice, the later one counts
                found[step.step] = step
        return list(found.values())[-_MOST_STEPS:]

    def _lines(self, *, at_end: bool) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                if size < self._at:  # somebody began it anew
                    self._at = 0
                file.seek(max(self._at, size - _MOST_BYTES))
                began, body = file.tell(), file.read(_MOST_BYTES)
        except OSError:  # the command has taken it away
            return
        whole = body if at_end else body[: body.rfind(b"\n") + 1]
        self._at = began + len(whole)
        yield from whole.splitlines()


def is_step(document: Any) -> bool:
    """Whether a line of JSON says how far a command is, and so is no result."""
    if not isinstance(document, dict) or "step" not in document:
        return False
    step = document["step"]
    return isinstance(step, int | float) and not isinstance(step, bool)


def _step_of(line: bytes, metrics: Sequence[str]) -> PrintedStep | None:
    if b'"step"' not in line:
        return None
    try:
        document = json.loads(line)
        if "step" in metrics or not is_step(document) or not math.isfinite(document["step"]):
            return None
        pairs = {name: outcome_of(document, name) for name in metrics if name in document}
    except (ValueError, RecursionError, OverflowError):
        return None
    values = {name: pair[0] for name, pair in pairs.items() if pair is not None}
    return PrintedStep(step=float(document["step"]), values=values) if values else None
