"""What the doctor says of a place: which promises hold there, what it costs, what is left lying."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from armwright.store.verdict import Report

__all__ = ["Diagnosis", "Guarantee", "Patient"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """One thing that the store wants of a file system.

    Attributes:
        name: Short, for programs.
        holds: Whether it was seen to hold; None where that could not be found out.
        words: What was found and what follows from it.
    """

    name: str
    holds: bool | None
    words: str

    def __str__(self) -> str:
        mark = {True: "yes", False: "NO", None: "unknown"}[self.holds]
        return f"{self.name}: {mark}: {self.words}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What was found in one experiment.

    Attributes:
        name: Of the experiment.
        report: What checking it said; None where it could not be opened.
        problem: Why not.
        silent: Attempts whose owners have gone, in words.
        half_written: Claims and ends that were left so, in words, which are not given up yet.
        foreign: Claims and ends of another experiment that trials wait for, in words.
        unpromised: Running attempts, as `trial.attempt`, of which nobody but their owner or a
            person can say that they have ended.
        unused: Numbers below the highest that no trial has.
    """

    name: str
    report: Report | None = None
    problem: str = ""
    silent: tuple[str, ...] = ()
    half_written: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unpromised: tuple[str, ...] = ()
    unused: tuple[int, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing needs anybody's attention."""
        return self.report is not None and self.report.ok and not self.silent

    def lines(self) -> list[str]:
        """For people."""
        if self.report is None:
            return [f"experiment {self.name!r}: {self.problem}"]
        lines = [f"experiment {self.name!r}: {str(self.report).partition(': ')[2]}"]
        lines += [f"  stuck: {words}" for words in self.silent]
        for words in self.half_written:
            lines.append(
                f"  half written: {words}; it goes on in ten minutes, or by armwright requeue"
            )
        for words in self.foreign:
            lines.append(f"  another experiment's: {words}; it goes on by armwright requeue")
        if self.unpromised:
            few = ", ".join(self.unpromised[:5]) + (", ..." if len(self.unpromised) > 5 else "")
            lines.append(
                f"  running without a promise to show signs of life: {few}; only their owners or "
                "people can end them"
            )
        return lines

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "name": self.name,
            "ok": self.ok,
            "report": self.report and self.report.as_dict(),
            "problem": self.problem,
            "silent": list(self.silent),
            "half_written": list(self.half_written),
            "foreign": list(self.foreign),
            "unpromised": list(self.unpromised),
            "unused": list(self.unused),
        }


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What the doctor found.

    Attributes:
        url: Of the root or the experiment.
        guarantees: What holds on this file system.
        latency: Milliseconds of each call, the median of a few.
        visible_after: Seconds until a new file is listed; None if not measured.
        skew: Seconds that the server's clock is ahead of this machine's; None if not measured.
            Nothing depends on it.
        patients: The experiments.
        repaired: What was done about it, in words; empty unless asked for.
    """

    url: str
    guarantees: tuple[Guarantee, ...]
    latency: Mapping[str, float] = field(default_factory=dict)
    visible_after: float | None = None
    skew: float | None = None
    patients: tuple[Patient, ...] = ()
    repaired: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every guarantee holds or is unknown, and no experiment needs attention."""
        return all(item.holds is not False for item in self.guarantees) and all(
            patient.ok for patient in self.patients
        )

    def __str__(self) -> str:
        lines = [f"{self.url}: {'all is well' if self.ok else 'needs attention'}"]
        lines += [f"  {item}" for item in self.guarantees]
        if self.latency:
            times = ", ".join(f"{name} {ms:.1f} ms" for name, ms in self.latency.items())
            lines.append(f"  latency: {times}")
        if self.skew is not None:
            ahead = "ahead of" if self.skew >= 0 else "behind"
            lines.append(
                f"  clock: the server's is {abs(self.skew):.1f} s {ahead} this machine's; nothing "
                "depends on it"
            )
        for patient in self.patients:
            lines += [f"  {line}" for line in patient.lines()]
        lines += [f"  repaired: {words}" for words in self.repaired]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        wait = self.visible_after
        return {
            "url": self.url,
            "ok": self.ok,
            "guarantees": [
                {"name": item.name, "holds": item.holds, "words": item.words}
                for item in self.guarantees
            ],
            "latency_ms": dict(self.latency),
            "visible_after_s": None if wait is None or math.isinf(wait) else wait,
            "server_clock_ahead_s": self.skew,
            "experiments": [patient.as_dict() for patient in self.patients],
            "repaired": list(self.repaired),
        }
