"""The names of `ax.utils.measurement.synthetic_functions`: functions whose minimum is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.experiment import BraninMetric, Hartmann6Metric

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

__all__ = ["SyntheticFunction", "branin", "hartmann6"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticFunction:
    """A function to be minimized, called with its numbers or with an array of points.

    Attributes:
        name: What it is called.
        f: Its value at one point, an array.
        domain: Lower and upper bound of each number.
        fmin: Its smallest value in the domain.
        minimums: Where it takes that value.
    """

    name: str
    f: Callable[[np.ndarray[Any, Any]], float]
    domain: tuple[tuple[float, float], ...]
    fmin: float
    minimums: tuple[tuple[float, ...], ...]

    def __call__(self, *x: Any) -> Any:
        """The value at one point, given as numbers or as an array; an array of values for many.

        Raises:
            ValueError: A point does not have as many numbers as the function takes.
        """
        import numpy as np

        points = np.asarray(x[0] if len(x) == 1 else x, dtype=np.float64)
        width = len(self.domain)
        if points.ndim not in (1, 2) or points.shape[-1] != width:
            raise ValueError(f"{self.name}: expected {width} numbers, got shape {points.shape}")
        if points.ndim == 1:
            return self.f(points)
        return np.array([self.f(point) for point in points])

    @property
    def required_dimensionality(self) -> int:
        """How many numbers it takes."""
        return len(self.domain)


branin = SyntheticFunction(
    name="branin",
    f=BraninMetric("branin", []).f,
    domain=((-5.0, 10.0), (0.0, 15.0)),
    fmin=0.397887,
    minimums=((-3.141593, 12.275), (3.141593, 2.275), (9.42478, 2.475)),
)
hartmann6 = SyntheticFunction(
    name="hartmann6",
    f=Hartmann6Metric("hartmann6", []).f,
    domain=((0.0, 1.0),) * 6,
    fmin=-3.32237,
    minimums=((0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573),),
)
