"""What checking a folder says: the problems found, and how much there was to check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, final

__all__ = ["Acknowledged", "Problem", "Report"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A write that the store has confirmed to somebody, who kept a note of it.

    Attributes:
        kind: arm, claim, data, end, late or config.
        number: Of the trial, or the version of a configuration.
        attempt: Of the trial; None for arm, late and config.
        document: What was written.
    """

    kind: Literal["arm", "claim", "data", "end", "late", "config"]
    number: int
    attempt: int | None = None
    document: Mapping[str, Any] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A promise that the folder does not keep.

    Attributes:
        kind: `torn`, `foreign`, `orphan`, `number`, `attempt`, `config`, `fold` or `lost`.
        path: The file it is about; empty if it is about none.
        problem: What is wrong.
    """

    kind: str
    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What `verify` found.

    Attributes:
        url: Of the experiment.
        problems: Promises that are not kept; empty where all is well.
        counts: How many of what: trials by status, facts by kind, temporaries, acknowledged writes.
    """

    url: str
    problems: tuple[Problem, ...]
    counts: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether every promise is kept."""
        return not self.problems

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        if self.ok:
            return f"{self.url}: every promise is kept: {counts}"
        lines = [f"  {problem.kind}: {problem}" for problem in self.problems]
        one = len(lines) == 1
        head = f"{self.url}: {len(lines)} {'problem' if one else 'problems'}: {counts}"
        return "\n".join([head, *lines])

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        problems = [
            {"kind": item.kind, "path": item.path, "problem": item.problem}
            for item in self.problems
        ]
        return {
            "url": self.url,
            "ok": self.ok,
            "problems": problems,
            "counts": dict(self.counts),
        }
