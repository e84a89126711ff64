"""How likely arms are to give a result at all, by which failed and which did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.experiment import Arm
from armwright.generation.encoding import encode, failing_arms, latest_data
from armwright.optimizer import success_chance, to_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from armwright.experiment import Experiment, TParameterization

__all__ = ["result_chance"]


def result_chance(
    experiment: Experiment, points: Sequence[TParameterization]
) -> NDArray[np.float64] | None:
    """The chance that each point gives a result, as the search for arms weighs it.

    Args:
        experiment: Its failed trials, and its completed ones.
        points: Values of all parameters, within the search space.

    Returns:
        A chance for each point; None where nothing has failed because of its arm.
    """
    config = experiment.optimization_config
    metrics = [metric.name for metric in config.objective.metrics] if config is not None else []
    failed = failing_arms(experiment, latest_data(experiment), metrics)
    if not failed:
        return None
    lost = {arm.signature for arm in failed}
    good = [
        arm
        for trial in experiment.trials.values()
        if trial.status.is_completed
        for arm in trial.arms
        if arm.signature not in lost
    ]
    encoding = encode(experiment.search_space)
    rows = [encoding.rows(arms) for arms in (good, failed, [Arm(dict(p)) for p in points])]
    succeeded, came_to_nothing, asked = (to_model(encoding.problem, part) for part in rows)
    return success_chance(encoding.problem, succeeded, came_to_nothing, asked)
