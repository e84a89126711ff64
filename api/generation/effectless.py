"""What is said of a model and has no effect for an experiment, in words.

Options that never go together are refused where a model is made. Those here depend on what is
tuned, and an experiment may change: they hold as soon as they can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.experiment import ChoiceParameter, MultiObjective, ScalarizedObjective

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.experiment import OptimizationConfig, SearchSpace

__all__ = ["effectless"]


def effectless(
    said: Mapping[str, Any],
    config: OptimizationConfig,
    space: SearchSpace,
    *,
    is_held: bool = False,
) -> Iterator[str]:
    """The options without effect, each with the reason.

    Args:
        said: Options of the Gaussian process that somebody gave, by name.
        config: What arms are for.
        space: Where they come from.
        is_held: Whether values are asked for that every arm is to have.
    """
    scale = said.get("output_warp", "none")
    if scale != "none" and (why := _unscaled(config, space, is_held=is_held)):
        yield f"output_warp {scale} is without effect: {why}"
    if said.get("input_warp") and len(config.metrics) > 1:
        names = ", ".join(sorted(config.metrics))
        yield f"input_warp is without effect: one metric may be modelled, these are {names}"


def _unscaled(config: OptimizationConfig, space: SearchSpace, *, is_held: bool) -> str:
    """Why the objective is on its own scale; empty where it need not be."""
    if isinstance(config.objective, MultiObjective | ScalarizedObjective):
        return f"of several objectives each is on its own scale, got {config.objective}"
    for parameter in space.tunable_parameters.values():
        if parameter.is_fidelity or (isinstance(parameter, ChoiceParameter) and parameter.is_task):
            kind = "a fidelity" if parameter.is_fidelity else "a task"
            return f"arms are made at the target of {parameter.name}, which is {kind}"
    return "every arm has fixed features" if is_held else ""
