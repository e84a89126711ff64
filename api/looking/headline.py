"""What an experiment comes to in a few lines: best, budget, health."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import NothingLeftError, UsageError
from armwright.looking.ends import ends_of
from armwright.looking.timeline import timeline_of
from armwright.looking.trace import trace_of
from armwright.persistence import StoredExperiment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Experiment, TParamValue
    from armwright.looking.looked_at import LookedAt

__all__ = ["Best", "Headline", "best_of", "headline_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best trial.

    Attributes:
        trial: Its number.
        metric: By which it is best.
        mean: What it measured.
        sem: Standard error of that; NaN where unknown.
        expected: What the model expects there; NaN where none was asked.
        expected_sd: How sure it is.
        parameters: What was run.
    """

    trial: int
    metric: str
    mean: float
    sem: float
    expected: float
    expected_sd: float
    parameters: Mapping[str, TParamValue]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What an experiment comes to.

    Attributes:
        best: The best trial; None where there is none, or are several objectives.
        no_best: Why there is none; empty where there is one.
        trade_offs: How many best trade-offs there are between several objectives.
        trials: How many there are.
        budget: How many there are to be; None for no end.
        statuses: How many have each status, most first.
        notices: What somebody who looks should know first, in sentences.
    """

    best: Best | None
    no_best: str
    trade_offs: int
    trials: int
    budget: int | None
    statuses: tuple[tuple[str, int], ...]
    notices: tuple[str, ...]


def headline_of(subject: Experiment | StoredExperiment, seen: LookedAt) -> Headline:
    """What an experiment comes to.

    Args:
        subject: The experiment; of a folder its own rule says which trial is best.
        seen: The same as records.
    """
    best, no_best, trade_offs = None, "", 0
    if len(seen.aims) > 1:
        from armwright.looking.front import front_of

        trade_offs = sum(point.on_front for point in front_of(seen).points)
        no_best = "of several objectives no one trial is best"
    else:
        try:
            best = best_of(subject, seen)
        except (NothingLeftError, UsageError) as error:
            no_best = error.message
    ends = ends_of(seen)
    return Headline(
        best=best,
        no_best=no_best,
        trade_offs=trade_offs,
        trials=sum(count for _, count in ends.statuses),
        budget=seen.budget,
        statuses=ends.statuses,
        notices=tuple(_notices(seen)),
    )


def best_of(subject: Experiment | StoredExperiment, seen: LookedAt) -> Best:
    """The best trial, by the rule of `StoredExperiment.best` where it is in a folder.

    Raises:
        NothingLeftError: No completed trial keeps the constraints.
        UsageError: There is no objective, or are several.
    """
    if isinstance(subject, StoredExperiment):
        found = subject.best()
        return Best(
            trial=found.number,
            metric=found.metric,
            mean=found.mean,
            sem=found.sem,
            expected=math.nan if found.expected is None else found.expected,
            expected_sd=math.nan if found.expected_sd is None else found.expected_sd,
            parameters=found.arm.parameters,
        )
    trace = trace_of(seen)
    incumbent = trace.incumbent
    if incumbent is None:
        raise UsageError(f"no completed trial of {seen.name!r} keeps the constraints")
    trials = seen.measured(trace.metric)
    return Best(
        trial=incumbent.trial,
        metric=trace.metric,
        mean=incumbent.value,
        sem=incumbent.sem,
        expected=math.nan,
        expected_sd=math.nan,
        parameters=next(t.parameters for t in trials if t.trial == incumbent.trial),
    )


def _notices(seen: LookedAt) -> list[str]:
    """What is wrong, worst first."""
    ends = ends_of(seen)
    total = sum(count for _, count in ends.statuses)
    found = [f"A file cannot be read: {path}: {problem}." for path, problem in seen.damaged[:20]]
    if len(seen.damaged) > len(found):
        found.append(f"{len(seen.damaged) - len(found)} more files cannot be read.")
    bad = dict(ends.statuses)
    if not total:
        found.append("There is no trial yet.")
    elif not ends.completed:
        most = f", most often {ends.kinds[0][0]}" if ends.kinds else ""
        failed = bad.get("failed", 0)
        found.append(
            f"No trial is completed yet: {failed} of {total} failed{most}."
            if failed
            else f"No trial of {total} is completed yet."
        )
    elif bad.get("failed", 0) * 4 > total:
        found.append(f"{bad['failed']} of {total} trials failed, most often {ends.kinds[0][0]}.")
    if ends.completed and ends.infeasible == ends.completed:
        found.append("No completed trial keeps the outcome constraints.")
    if any(item.relative for item in seen.restrictions):
        found.append("Constraints relative to the status quo are not judged on this page.")
    times = timeline_of(seen)
    if times.wasted * 4 > times.busy > 0:
        found.append(f"{times.wasted / times.busy:.0%} of the time of all workers came to nothing.")
    return found
