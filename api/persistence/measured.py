"""What the facts of trials say was measured, and which trial is best; no domain view is built."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.experiment import Arm
from armwright.experiment.aimed_at import aimed_at
from armwright.experiment.restriction import keeps_all
from armwright.persistence.asked_trials import BestTrial
from armwright.persistence.data_tables import whole_document
from armwright.persistence.facts import ABANDONED_ARMS, known_run, stored_data
from armwright.persistence.json_codec import object_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import OptimizationConfig
    from armwright.experiment.restriction import Restriction
    from armwright.store import ExperimentFolder, TrialFacts

__all__ = ["best_trial", "given_up", "mean_and_sem", "measured", "only_arm", "result_row"]

Values = dict[str, tuple[float, float]]


def mean_and_sem(metric: str, result: Any) -> tuple[float, float]:
    """Reads a result: a number, or a pair of a mean and its standard error, None if unknown.

    Returns:
        The mean, finite or not, and the standard error, NaN where it is not known.

    Raises:
        UsageError: It is neither, or the standard error is negative or infinite.
    """
    mean, sem = result, None
    if isinstance(result, tuple | list):
        if len(result) != 2:
            raise UsageError(f"{metric} should be a number or (mean, sem), got {result!r}")
        mean, sem = result
    try:
        if isinstance(mean, bool | str) or isinstance(sem, bool | str):
            raise TypeError
        value, error = float(mean), math.nan if sem is None else float(sem)
    except (TypeError, ValueError, OverflowError) as problem:
        raise UsageError(f"{metric} should be a number or (mean, sem), got {result!r}") from problem
    if error < 0 or math.isinf(error):
        raise UsageError(f"the standard error of {metric} should be finite and >= 0, got {error}")
    return value, error


def measured(facts: TrialFacts, folder: ExperimentFolder) -> dict[str, Values]:
    """What a trial measured: for each arm and metric the newest mean, and its sem or NaN.

    Args:
        facts: Of the trial.
        folder: Where its tables are, if it has any.
    """
    found: dict[str, Values] = {}
    for document in stored_data(facts):
        for row in whole_document(document, folder)["rows"]:
            mean, sem = _number(row["mean"]), _number(row.get("sem"))
            if math.isfinite(mean):
                values = found.setdefault(row["arm_name"], {})
                values[row["metric_name"]] = (mean, sem if math.isfinite(sem) else math.nan)
    return found


def _number(item: Any) -> float:
    """A cell of a row: null is NaN, and infinities are spelled out."""
    return math.nan if item is None else float(item)


def only_arm(facts: TrialFacts) -> Arm | None:
    """The arm of a trial of one arm; None for a batch, or where there is none yet."""
    if facts.arm is None or "generator_run_structs" in facts.arm["trial"] or not facts.arm["arms"]:
        return None
    arm = facts.arm["arms"][0]
    return Arm(object_from_json(arm["parameters"]), arm["name"])


def given_up(facts: TrialFacts) -> set[str]:
    """Names of the arms of a batch that were given up."""
    return set(known_run(facts).get(ABANDONED_ARMS, {}))


def best_trial(
    trials: Mapping[int, TrialFacts],
    config: OptimizationConfig,
    constraints: Sequence[Restriction],
    folder: ExperimentFolder,
) -> tuple[BestTrial | None, int]:
    """The completed trial with the best measured objective of those that keep the constraints.

    Args:
        trials: All that count.
        config: Has the objective.
        constraints: Its constraints, all of which can be judged.
        folder: Where the trials' tables are, if they have any.

    Returns:
        It, or None; and the number of completed trials.

    Raises:
        UsageError: The objective has several metrics, and is no weighted sum of them.
    """
    aims = aimed_at(config.objective)
    if len(aims) != 1:
        raise UsageError(
            f"no single trial is best: the objective has several metrics, "
            f"{', '.join(aim.name for aim in aims)}",
            hint="armwright best --pareto shows the best trade-offs",
        )
    aim, sign = aims[0], -1.0 if aims[0].minimize else 1.0
    best: BestTrial | None = None
    completed = 0
    for number, facts in trials.items():
        if facts.status != "completed" or facts.arm is None:
            continue
        completed += 1
        values, left_out = measured(facts, folder), given_up(facts)
        for arm in facts.arm["arms"]:
            found = values.get(arm["name"], {})
            mean, sem = aim.result(found)
            if not math.isfinite(mean) or arm["name"] in left_out:
                continue
            is_better = best is None or sign * mean > sign * best.mean
            if is_better and keeps_all(constraints, found):
                best = BestTrial(
                    number=number,
                    arm=Arm(object_from_json(arm["parameters"]), arm["name"]),
                    metric=aim.name,
                    mean=mean,
                    sem=sem,
                    in_batch=len(facts.arm["arms"]) > 1,
                )
    return best, completed


def result_row(arm: str, metric: str, number: int, mean: float, sem: float) -> dict[str, Any]:
    """What one metric of one arm measured, as a row of data."""
    return {
        "arm_name": arm,
        "metric_name": metric,
        "mean": mean,
        "sem": sem if math.isfinite(sem) else None,
        "trial_index": number,
    }
