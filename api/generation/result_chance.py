"""How likely arms are to give a result at all, by which failed and which did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.experiment import Arm
from armwright.generation.encoding import encode, failing_arms, latest_data
from armwright.optimizer import success_chance, to_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from armwright.experiment import Experiment, TParameterization

__all__ = ["result_chance"]


def result_chance(
    experiment: Experiment,
) -> Callable[[Sequence[TParameterization]], NDArray[np.float64]] | None:
    """The chance that a point gives a result, as the search for arms weighs it.

    Args:
        experiment: Its failed trials, and its completed ones.

    Returns:
        Gives a chance for each of some points, values of all parameters within the search space;
        None where nothing has failed because of its arm.
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
    problem = encoding.problem
    succeeded, came_to_nothing = (to_model(problem, encoding.rows(arms)) for arms in (good, failed))

    def chances(points: Sequence[TParameterization]) -> NDArray[np.float64]:
        asked = to_model(problem, encoding.rows([Arm(dict(point)) for point in points]))
        return success_chance(problem, succeeded, came_to_nothing, asked)

    return chances
