"""The charts of an experiment as figures: what `experiment.plot` is."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from armwright.looking.charts import Charts
from armwright.looking.drawing import drawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair

    from armwright.experiment import Experiment, TParamValue
    from armwright.persistence import StoredExperiment

__all__ = ["Plots"]


@final
class Plots:
    """Draws an experiment as it is at each call; of a folder, as its last `refresh` found it.

    Each method returns a figure of Altair's: notebooks show it, `figure.save("trace.svg")` writes
    it as SVG, PNG or HTML. All raise `UsageError` where there is nothing to draw yet, and without
    the extra `plot`.
    """

    def __init__(self, subject: Experiment | StoredExperiment) -> None:
        self._subject = subject

    def __repr__(self) -> str:
        names = ", ".join(name for name in dir(self) if not name.startswith("_"))
        return f"Plots({names})"

    def trace(self, metric: str | None = None) -> altair.Chart:
        """What each trial measured, and the best so far."""
        return drawn(self._charts.figure("trace", metric=metric))

    def slice(
        self,
        *parameters: str,
        metric: str | None = None,
        around: Mapping[str, TParamValue] | None = None,
    ) -> altair.Chart:
        """What a model expects along each of some parameters, with its uncertainty.

        Args:
            *parameters: By name; the six that matter most where none is named.
            metric: What is expected; the first objective where none is named.
            around: Where other parameters are held; those of the best trial where left out.
        """
        from armwright.looking.figure_model import slice_figure

        charts = self._charts
        return drawn(slice_figure(charts.slices(parameters, metric, around), charts.seen))

    def contour(
        self,
        across: str | None = None,
        up: str | None = None,
        *,
        metric: str | None = None,
        around: Mapping[str, TParamValue] | None = None,
    ) -> altair.Chart:
        """What a model expects over two parameters, and how sure it is.

        Args:
            across: From left to right; the two that matter most where both are left out.
            up: From below.
            metric: What is expected; the first objective where none is named.
            around: Where other parameters are held; those of the best trial where left out.
        """
        from armwright.errors import UsageError
        from armwright.looking.figure_model import contour_figure

        if (across is None) != (up is None):
            raise UsageError(f"contour: name two parameters or none, got {across or up}")
        charts, pair = self._charts, None
        if across is not None and up is not None:
            pair = (across, up)
        return drawn(contour_figure(charts.contour(pair, metric, around), charts.seen))

    def importance(self, metric: str | None = None) -> altair.Chart:
        """How much each parameter matters, with intervals."""
        return drawn(self._charts.figure("importance", metric=metric))

    def parallel(self, metric: str | None = None) -> altair.Chart:
        """Every result as a line across its parameters."""
        return drawn(self._charts.figure("parallel", metric=metric))

    def pareto(self) -> altair.Chart:
        """The trade-offs between several objectives."""
        return drawn(self._charts.figure("pareto"))

    def cross_validation(self, metric: str | None = None) -> altair.Chart:
        """What a model expects of each result without it, against what was measured."""
        return drawn(self._charts.figure("cross_validation", metric=metric))

    def constraints(self) -> altair.Chart:
        """How the outcome constraints are kept, and how many trials keep them."""
        return drawn(self._charts.figure("constraints"))

    def feasibility(self) -> altair.Chart:
        """Where trials failed or broke a constraint, and how likely that is elsewhere."""
        return drawn(self._charts.figure("feasibility"))

    def failures(self) -> altair.Chart:
        """What went wrong, by kind."""
        return drawn(self._charts.figure("failures"))

    def timeline(self) -> altair.Chart:
        """Who ran what when."""
        return drawn(self._charts.figure("timeline"))

    @property
    def _charts(self) -> Charts:
        return Charts(self._subject)
