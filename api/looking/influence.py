"""How much each parameter matters: its share of the variance of what the model expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.generation import ModelBridge

__all__ = ["Influence", "Influences", "influences_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """How much one parameter matters.

    Attributes:
        parameter: Its name.
        total: Share of the variance that it makes alone or with others, its total Sobol index.
        low: Lower end of the 95 % interval of that estimate.
        high: Upper end.
        first: Share that it makes alone.
    """

    parameter: str
    total: float
    low: float
    high: float
    first: float


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Influences:
    """How much each parameter matters to a metric.

    Attributes:
        metric: Its name.
        items: The parameter that matters most first.
        results: How many results the model knows.
    """

    metric: str
    items: tuple[Influence, ...]
    results: int


def influences_of(model: ModelBridge, metric: str | None = None) -> Influences:
    """How much each parameter matters, by what the model expects over the search space.

    Args:
        model: A Gaussian process with data.
        metric: Of which metric; the first objective where none is named.

    Raises:
        UsageError: The model is no Gaussian process, or does not know the metric.
    """
    from armwright.generation.diagnostics import models_of, sensitivities

    try:
        models = models_of(model)
        first = models.known[0]
    except (NotImplementedError, IndexError) as error:
        raise UsageError(
            f"cannot plot: {type(model).__name__} has no importance of parameters"
        ) from error
    config = model.optimization_config
    if metric is None:
        aimed = [item.name for item in config.objective.metrics] if config is not None else []
        metric = next((name for name in aimed if name in models.known), first)
    if metric not in models.known:
        raise UsageError(f"cannot plot: the model predicts {models.known}, got {metric!r}")
    found = sensitivities(models, metric)
    items = [
        Influence(
            parameter=parameter.name,
            total=float(found.total[0, at]),
            low=float(found.total_interval[0, at, 0]),
            high=float(found.total_interval[0, at, 1]),
            first=float(found.first[0, at]),
        )
        for at, parameter in enumerate(models.encoding.parameters)
    ]
    items.sort(key=lambda item: -item.total)
    return Influences(metric=metric, items=tuple(items), results=len(models._observed[metric].arms))
