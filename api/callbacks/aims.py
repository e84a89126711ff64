"""What decides which arm is the best so far: objectives and bounds, by the names of metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.aimed_at import AimedAt, aimed_at
from armwright.experiment.restriction import restrictions_of
from armwright.experiment.status_quo import is_status_quo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from armwright.experiment import Experiment, OptimizationConfig
    from armwright.experiment.restriction import Restriction

    Values = Mapping[str, tuple[float, float]]

__all__ = ["Aims", "aims_of", "aims_of_experiment"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """What decides; nothing is best where there is no objective.

    Attributes:
        objectives: Each of them.
        bounds: The outcome constraints, given what the status quo measured, arm by arm.
        is_own: Whether an arm has the status quo's parameters; None where no bound is relative.
    """

    objectives: tuple[AimedAt, ...] = ()
    bounds: Callable[[Iterable[Values]], tuple[Restriction, ...]] = lambda _: ()
    is_own: Callable[[Mapping[str, Any]], bool] | None = None


def aims_of(
    config: OptimizationConfig | None, *, is_own: Callable[[Mapping[str, Any]], bool]
) -> Aims:
    """What an experiment aims at.

    Args:
        config: Has the objective and the constraints.
        is_own: Whether an arm has the status quo's parameters.
    """
    if config is None:
        return Aims()
    is_relative = any(item.relative for item in config.outcome_constraints)
    return Aims(
        objectives=tuple(aimed_at(config.objective)),
        bounds=lambda own: restrictions_of(config, own),
        is_own=is_own if is_relative else None,
    )


def aims_of_experiment(experiment: Experiment) -> Aims:
    """What an experiment in memory aims at."""

    def is_own(parameters: Mapping[str, Any]) -> bool:
        arm = experiment.status_quo
        return is_status_quo(parameters, None if arm is None else arm.parameters)

    return aims_of(experiment.optimization_config, is_own=is_own)
