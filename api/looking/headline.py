"""What an experiment comes to in a few lines: best, budget, health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import NothingLeftError, UsageError
from armwright.looking.ends import ends_of
from armwright.looking.timeline import timeline_of

if TYPE_CHECKING:
    from armwright.looking.best import Best
    from armwright.looking.charts import Charts
    from armwright.looking.looked_at import LookedAt, SeenTrial

__all__ = ["Headline", "headline_of"]


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


def headline_of(charts: Charts) -> Headline:
    """What an experiment comes to.

    Args:
        charts: Of the experiment; they know its best trial.
    """
    seen = charts.seen
    best, no_best, trade_offs = None, "", 0
    if len(seen.aims) > 1:
        from armwright.looking.front import front_of

        trade_offs = sum(point.on_front for point in front_of(seen).points)
        no_best = "of several objectives no one trial is best"
    else:
        try:
            best = charts.best()
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
    if left := [item.text for item in seen.restrictions if not item.is_judged]:
        found.append(f"The status quo has no result yet, so nobody knows {' and '.join(left)}.")
    if unknown := sum(seen.keeps(trial) is None for trial in seen.trials if _is_completed(trial)):
        found.append(f"Of {unknown} completed trials a constraint's metric is not known.")
    times = timeline_of(seen)
    if times.wasted * 4 > times.busy > 0:
        found.append(f"{times.wasted / times.busy:.0%} of the time of all workers came to nothing.")
    return found


def _is_completed(trial: SeenTrial) -> bool:
    return trial.status == "completed"
