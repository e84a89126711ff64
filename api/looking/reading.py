"""Makes the records that charts read, from an experiment in memory or in a folder."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from armwright.experiment import ScalarizedObjective
from armwright.experiment.aimed_at import aimed_at
from armwright.experiment.restriction import restrictions_of
from armwright.experiment.status_quo import is_status_quo
from armwright.looking.axis import axis_of
from armwright.looking.looked_at import Aim, LookedAt, SeenAttempt, SeenTrial
from armwright.persistence import StoredExperiment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.experiment import (
        BaseTrial,
        Experiment,
        Metric,
        OptimizationConfig,
        SearchSpace,
        TModelPredict,
        TParamValue,
    )
    from armwright.looking.axis import Axis

__all__ = ["look", "predicted"]

_Values = dict[str, tuple[float, float]]
_HERE = "this process"
_STATUSES = {"CANDIDATE": "waiting", "STAGED": "running", "DISPATCHED": "running"}


def look(subject: Experiment | StoredExperiment) -> LookedAt:
    """What there is to see of an experiment now.

    Args:
        subject: In memory, or in a folder; of a folder what its last `refresh` found.
    """
    config, aims = subject.optimization_config, _aims(subject.optimization_config)
    if isinstance(subject, StoredExperiment):
        from armwright.looking.reading_folder import read_folder

        alone = config.objective.metrics if config else []
        found = read_folder(subject, alone[0].name if len(alone) == 1 else None)
        seen = [_with_sums(trial, config) for trial in found.trials]
        return LookedAt(
            name=subject.name,
            description=subject.description or "",
            place=subject.url,
            budget=subject.budget,
            trials=tuple(seen),
            attempts=found.attempts,
            damaged=found.damaged,
            archived=found.archived,
            fits=found.fits,
            fitted_to=found.fitted_to,
            aims=aims,
            status_quo=subject.status_quo,
            restrictions=restrictions_of(config, _own(subject.status_quo, seen)),
            metrics=_metric_names(aims, subject.metrics),
            axes=_axes(subject.search_space),
            parameter_constraints=tuple(
                repr(item) for item in subject.search_space.parameter_constraints
            ),
        )
    seen = [_with_sums(trial, config) for trial in _trials(subject)]
    status_quo = None if subject.status_quo is None else dict(subject.status_quo.parameters)
    return LookedAt(
        name=subject._name or "experiment",
        description=subject.description or "",
        place="",
        budget=None,
        trials=tuple(seen),
        attempts=tuple(filter(None, map(_attempt, subject.trials.values()))),
        aims=aims,
        status_quo=status_quo,
        restrictions=restrictions_of(config, _own(status_quo, seen)),
        metrics=_metric_names(aims, subject.metrics),
        axes=_axes(subject.search_space),
        parameter_constraints=tuple(map(repr, subject.search_space.parameter_constraints)),
    )


def _own(
    status_quo: Mapping[str, TParamValue] | None, trials: Iterable[SeenTrial]
) -> list[Mapping[str, tuple[float, float]]]:
    """What completed trials measured at the status quo's parameters."""
    return [
        trial.values
        for trial in trials
        if trial.status == "completed" and is_status_quo(trial.parameters, status_quo)
    ]


def _axes(space: SearchSpace) -> tuple[Axis, ...]:
    return tuple(axis_of(parameter) for parameter in space.parameters.values())


def _aims(config: OptimizationConfig | None) -> tuple[Aim, ...]:
    if config is None:
        return ()
    return tuple(
        Aim(metric=item.name, minimize=item.minimize) for item in aimed_at(config.objective)
    )


def _with_sums(trial: SeenTrial, config: OptimizationConfig | None) -> SeenTrial:
    """The trial with the weighted sum that is its objective, where there is one."""
    objective = config and config.objective
    if not isinstance(objective, ScalarizedObjective):
        return trial
    (aim,) = aimed_at(objective)
    mean, sem = aim.result(trial.values)
    if not math.isfinite(mean):
        return trial
    return replace(trial, values={**trial.values, aim.name: (mean, sem)})


def _metric_names(aims: tuple[Aim, ...], metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(aim.metric for aim in aims), *metrics]))


def _trials(experiment: Experiment) -> list[SeenTrial]:
    values: dict[tuple[int, str], _Values] = {}
    if experiment.trials:
        from armwright.generation.encoding import latest_data

        for record in latest_data(experiment).df.to_dict("records"):
            mean, sem = float(record["mean"]), float(record.get("sem", math.nan))
            key = (int(record["trial_index"]), str(record["arm_name"]))
            mean = mean if math.isfinite(mean) else math.nan
            values.setdefault(key, {})[str(record["metric_name"])] = (mean, sem)
    found = []
    for index, trial in experiment.trials.items():
        expected: dict[str, _Values] = {}
        made_by: dict[str, str] = {}
        for run in trial.generator_runs:
            by_arm = predicted(run.model_predictions, len(run.arms))
            for arm, item in zip(run.arms, by_arm, strict=True):
                expected[arm.signature] = item
                made_by[arm.signature] = run._model_key or ""
        found += [
            SeenTrial(
                trial=index,
                arm=arm.name,
                status=_status(trial, arm.name),
                parameters=dict(arm.parameters),
                values=values.get((index, arm.name), {}),
                reason=trial.abandoned_reason or "",
                model=made_by.get(arm.signature, ""),
                expected=expected.get(arm.signature, {}),
            )
            for arm in trial.arms
        ]
    return found


def _status(trial: BaseTrial, arm: str) -> str:
    """What became of an arm: that of its trial, unless it came to nothing by itself."""
    if arm in {item.name for item in trial.abandoned_arms}:
        return "abandoned"
    if arm in trial.run_metadata.get("failed_arms", {}):
        return "failed"
    return _STATUSES.get(trial.status.name, trial.status.name.lower())


def predicted(predictions: TModelPredict | None, count: int) -> list[_Values]:
    """What a generator run expected of each of its arms: metric to mean and standard deviation."""
    if predictions is None:
        return [{} for _ in range(count)]
    means, covariances = predictions
    return [
        {
            metric: (
                float(values[at]),
                math.sqrt(max(float((covariances or {})[metric][metric][at]), 0.0)),
            )
            for metric, values in means.items()
            if metric in (covariances or {})
        }
        for at in range(count)
    ]


def _attempt(trial: BaseTrial) -> SeenAttempt | None:
    if trial.time_run_started is None:
        return None
    ended = trial.time_completed
    return SeenAttempt(
        trial=trial.index,
        attempt=1,
        worker=_HERE,
        began=round(trial.time_run_started.timestamp() * 1000),
        ended=None if ended is None else round(ended.timestamp() * 1000),
        state=_STATUSES.get(trial.status.name, trial.status.name.lower()),
    )
