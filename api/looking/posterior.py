"""What a model expects along one parameter, over two, and at points: means and deviations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError
from armwright.experiment import ObservationFeatures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import TParameterization, TParamValue
    from armwright.generation import ModelBridge
    from armwright.looking.axis import Axis

__all__ = ["Contour", "Slice", "contour_of", "expected", "slices_of"]

_GRID = 30  # points per side


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a model expects along one parameter, the others held.

    Attributes:
        metric: What is expected.
        axis: The parameter.
        x: Its values.
        mean: What is expected at each.
        sd: Standard deviations of the noise-free function.
        around: The values of all parameters around which this is cut.
    """

    metric: str
    axis: Axis
    x: tuple[TParamValue, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    around: Mapping[str, TParamValue]

    @property
    def held(self) -> dict[str, TParamValue]:
        """The values of the other parameters."""
        return {name: value for name, value in self.around.items() if name != self.axis.name}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Contour:
    """What a model expects over two parameters, the others held.

    Attributes:
        metric: What is expected.
        across: The parameter from left to right.
        up: The parameter from below.
        x: Values of the first.
        y: Values of the second.
        mean: A row for each value of the second.
        sd: Likewise; standard deviations of the noise-free function.
        around: The values of all parameters around which this is cut.
    """

    metric: str
    across: Axis
    up: Axis
    x: tuple[TParamValue, ...]
    y: tuple[TParamValue, ...]
    mean: tuple[tuple[float, ...], ...]
    sd: tuple[tuple[float, ...], ...]
    around: Mapping[str, TParamValue]

    @property
    def held(self) -> dict[str, TParamValue]:
        """The values of the other parameters."""
        own = (self.across.name, self.up.name)
        return {name: value for name, value in self.around.items() if name not in own}


def slices_of(
    model: ModelBridge,
    axes: Sequence[Axis],
    *,
    metric: str,
    around: TParameterization,
    points: int = _GRID,
) -> list[Slice]:
    """What a model expects along each of some parameters; it is asked once for all of them.

    Args:
        model: One that predicts.
        axes: The parameters.
        metric: What it predicts.
        around: Where the other parameters are held.
        points: How many along a range; a choice has one for each value.

    Raises:
        UsageError: The metric is not predicted.
    """
    grids = [axis.grid(points) for axis in axes]
    asked = [
        {**around, axis.name: value}
        for axis, grid in zip(axes, grids, strict=True)
        for value in grid
    ]
    mean, sd = expected(model, asked, metric)
    found, start = [], 0
    for axis, grid in zip(axes, grids, strict=True):
        end = start + len(grid)
        found.append(
            Slice(
                metric=metric,
                axis=axis,
                x=tuple(grid),
                mean=tuple(mean[start:end]),
                sd=tuple(sd[start:end]),
                around=dict(around),
            )
        )
        start = end
    return found


def contour_of(
    model: ModelBridge,
    across: Axis,
    up: Axis,
    *,
    metric: str,
    around: TParameterization,
    points: int = _GRID,
) -> Contour:
    """What a model expects over two parameters.

    Args:
        model: One that predicts.
        across: The parameter from left to right.
        up: The parameter from below.
        metric: What it predicts.
        around: Where the other parameters are held.
        points: How many along a range.

    Raises:
        UsageError: The metric is not predicted.
    """
    x, y = across.grid(points), up.grid(points)
    grid: list[TParameterization] = [
        {**around, across.name: at_x, up.name: at_y} for at_y in y for at_x in x
    ]
    means, sds = expected(model, grid, metric)
    return Contour(
        metric=metric,
        across=across,
        up=up,
        x=tuple(x),
        y=tuple(y),
        mean=_rows(means, len(x)),
        sd=_rows(sds, len(x)),
        around=dict(around),
    )


def expected(
    model: ModelBridge, points: Sequence[TParameterization], metric: str
) -> tuple[list[float], list[float]]:
    """Means and standard deviations of a metric at points, in its own units.

    Raises:
        UsageError: The metric is not predicted.
    """
    means, covariances = model.predict([ObservationFeatures(parameters=p) for p in points])
    if metric not in means:
        raise UsageError(f"cannot plot: the model predicts {list(means)}, got {metric!r}")
    return means[metric], [math.sqrt(value) for value in covariances[metric][metric]]


def _rows(values: list[float], width: int) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(values[start : start + width]) for start in range(0, len(values), width))
