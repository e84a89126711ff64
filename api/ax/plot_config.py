"""What the plot methods of the flat Ax API return: a dict of numbers that can draw itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import altair

__all__ = ["PlotConfig"]


@final
class PlotConfig(dict[str, Any]):
    """The numbers of a plot, by name; notebooks and `render` show it as a chart.

    The chart needs the extra `plot`; without it the numbers are shown.
    """

    _spec: Callable[[], dict[str, Any]] | None = None

    @classmethod
    def of(cls, numbers: Mapping[str, Any], spec: Callable[[], dict[str, Any]]) -> Self:
        """Puts numbers and their chart together.

        Args:
            numbers: By name.
            spec: Makes the chart, as a Vega-Lite specification.
        """
        made = cls(numbers)
        made._spec = spec
        return made

    @property
    def spec(self) -> dict[str, Any]:
        """The chart as a Vega-Lite specification.

        Raises:
            TypeError: This was made without one.
        """
        if self._spec is None:
            raise TypeError(f"a plot of kind {self.get('kind')!r} has no chart, only its numbers")
        return self._spec()

    @property
    def figure(self) -> altair.Chart:
        """The chart as a figure of Altair's.

        Raises:
            UsageError: The extra `plot` is not installed.
        """
        from armwright.looking.drawing import drawn

        return drawn(self.spec)

    def show(self) -> None:
        """Shows the chart, in a notebook or a browser."""
        self.figure.show()

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, Any] | tuple[dict[str, Any], dict[str, Any]] | None:
        """What notebooks show."""
        from importlib.util import find_spec

        if self._spec is None or find_spec("altair") is None:
            return {"text/plain": repr(dict(self))}
        return self.figure._repr_mimebundle_(include, exclude)
