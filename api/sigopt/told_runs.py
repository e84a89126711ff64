"""Tells callbacks, and a line on the screen, of the runs of an experiment's loop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.callbacks.aims import AimedAt, Aims, Bound
from armwright.callbacks.progress_line import progress_line
from armwright.callbacks.telling import Teller

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
    failed = 0

    def counts() -> tuple[int, int]:
        return experiment.progress.finished_run_count, failed

    teller = Teller(callbacks, experiment=experiment.name, aims=_aims(experiment))
    teller.line = progress_line(
        wanted=progress, name=experiment.name, total=experiment.budget, counts=counts
    )
    if teller.line is None and not teller.callbacks:
        yield from runs
        return
    for known in experiment.get_runs():
        if known.state == "completed":
            teller.take_in(_number(experiment, known.id), [_values(known)])
    open_run: RunContext | None = None

    def tell_end() -> None:
        nonlocal failed
        run = None if open_run is None else _found(experiment, open_run.id)
        if run is None or run.state == "active":
            return
        experiment.refresh()
        failed += run.state == "failed"
        arms = {run.id: dict(run.assignments)}
        number = _number(experiment, run.id)
        teller.ended(number, arms, state=run.state, results={run.id: _values(run)})

    with teller:
        try:
            for run in runs:
                tell_end()
                open_run = run
                arms = {run.id: dict(run.params)}
                teller.started(_number(experiment, run.id), arms)
                yield run
        finally:
            runs.close()
            tell_end()


def _aims(experiment: AIExperimentContext) -> Aims:
    """What is best, by the metrics as they are when the loop begins."""
    metrics = experiment.metrics or ()
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
        bounds=tuple(
            Bound(
                metric=metric.name,
                bound=float(metric.threshold),
                is_lower=metric.objective != "minimize",
            )
            for metric in metrics
            if metric.threshold is not None
        ),
    )


def _found(experiment: AIExperimentContext, ident: str) -> TrainingRun | None:
    """A run as it is now; runs come newest first."""
    return next((run for run in experiment.get_runs() if run.id == ident), None)


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
