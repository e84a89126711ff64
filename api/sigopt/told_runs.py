"""Tells callbacks, and a line on the screen, of the runs of an experiment's loop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.callbacks.aims import Aims
from armwright.callbacks.progress_line import progress_line
from armwright.callbacks.telling import Teller
from armwright.experiment.aimed_at import AimedAt
from armwright.experiment.restriction import Restriction

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from armwright.sigopt.ai_experiment import AIExperimentContext
    from armwright.sigopt.run_context import RunContext
    from armwright.sigopt.training_run import TrainingRun

__all__ = ["told_runs"]


def told_runs(
    experiment: AIExperimentContext,
    runs: Generator[RunContext, None, None],
    *,
    progress: bool,
    callbacks: Iterable[Any],
) -> Generator[RunContext, None, None]:
    """The runs as they come; of each it is told that it begins and, once it has, that it ended.

    Args:
        experiment: Whose runs they are.
        runs: Begun one after the other, each when the one before is done.
        progress: Whether a line is shown where somebody sees it.
        callbacks: Who is told.

    Raises:
        UsageError: A callback is none.
    """
    callbacks = tuple(callbacks)
    if not progress and not callbacks:
        yield from runs
        return
    failed: set[str] = set()
    seen: dict[Any, Any] = {}

    def counts() -> tuple[int, int]:
        return experiment.progress.finished_run_count, len(failed)

    teller = Teller(callbacks, experiment=experiment.name, aims=_aims(experiment))
    teller.line = progress_line(
        wanted=progress, name=experiment.name, total=experiment.budget, counts=counts
    )
    if teller.line is None and not teller.callbacks:
        yield from runs
        return
    open_run: RunContext | None = None

    def look() -> None:
        """Takes in what others did, and tells of the run that was open if it has ended."""
        nonlocal open_run
        ident, mine = None if open_run is None else open_run.id, None
        open_run = None
        for run in experiment.changed_runs(seen):
            number = _number(experiment, run.id)
            if run.state == "failed" and (not run.deleted or run.id == ident):
                failed.add(run.id)
            else:
                failed.discard(run.id)
            if run.id == ident:
                mine = run
            elif run.state == "completed" and not run.deleted:
                teller.take_in(number, {}, {run.id: _values(run)})
            else:
                teller.forget(number)
        if mine is None or mine.state == "active":
            return
        experiment.refresh()
        arms = {mine.id: dict(mine.assignments)}
        results = {mine.id: _values(mine)}
        teller.ended(
            _number(experiment, mine.id),
            arms,
            state=mine.state,
            results=results,
            counts=not mine.deleted,
        )

    with teller:
        try:
            look()
            while (run := next(runs, None)) is not None:
                open_run = run
                arms = {run.id: dict(run.params)}
                teller.started(_number(experiment, run.id), arms)
                yield run
                look()  # before the next one begins: what a callback raises leaves none open
        finally:
            runs.close()
            if open_run is not None:
                look()


def _aims(experiment: AIExperimentContext) -> Aims:
    """What is best, by the metrics as they are when the loop begins."""
    metrics = experiment.metrics or ()
    bounds = tuple(
        Restriction(
            metric=metric.name,
            bound=float(metric.threshold),
            is_lower=metric.objective != "minimize",
            relative=False,
            limit=float(metric.threshold),
        )
        for metric in metrics
        if metric.threshold is not None
    )
    return Aims(
        objectives=tuple(
            AimedAt(
                name=metric.name,
                factors={metric.name: 1.0},
                minimize=metric.objective == "minimize",
            )
            for metric in metrics
            if metric.strategy == "optimize"
        ),
        bounds=lambda _: bounds,
    )


def _number(experiment: AIExperimentContext, ident: str) -> int:
    """The number of a run: what its id has behind that of its experiment, or the id itself."""
    text = str(ident).removeprefix(str(experiment.id))
    return int(text) if text.isdecimal() else 0


def _values(run: TrainingRun) -> dict[str, tuple[float, float]]:
    """What a run measured: means, and standard deviations of these."""
    found: dict[str, tuple[float, float]] = {}
    for name, item in (run.values or {}).items():
        if item.value is not None:
            sd = math.nan if item.value_stddev is None else float(item.value_stddev)
            found[name] = (float(item.value), sd)
    return found
