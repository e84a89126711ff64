"""Which chart is drawn by which name, as Vega-Lite specifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.looking.charts import Charts

__all__ = ["KINDS", "checked_kind", "figure_of"]

KINDS = (
    *("trace", "slice", "contour", "importance", "parallel", "pareto"),
    *("cross_validation", "constraints", "feasibility", "failures", "timeline"),
)


def checked_kind(kind: str, parameters: tuple[str, ...]) -> str:
    """The kind as it is spelled here.

    Raises:
        UsageError: There is no such kind, or it does not take these parameters.
    """
    kind = kind.replace("-", "_")
    if kind not in KINDS:
        raise UsageError(f"expected one of the charts {', '.join(KINDS)}, got {kind!r}")
    if parameters and kind not in ("slice", "contour"):
        raise UsageError(f"{kind}: takes no parameters, got {', '.join(parameters)}")
    if kind == "contour" and len(parameters) not in (0, 2):
        raise UsageError(f"contour: expected two parameters, got {', '.join(parameters)}")
    return kind


def figure_of(
    charts: Charts,
    kind: str,
    *,
    metric: str | None = None,
    parameters: tuple[str, ...] = (),
    with_lines: bool = True,
) -> dict[str, Any]:
    """A chart by the name of its kind.

    Args:
        charts: Of the experiment.
        kind: One of `KINDS`.
        metric: Of which metric; the first objective where none is named.
        parameters: Which parameters a slice or a contour is along.
        with_lines: Whether parallel coordinates have their lines, which a page makes itself.

    Raises:
        UsageError: There is no such kind, or nothing to draw yet; says what is missing.
    """
    from armwright.looking import figure_judged, figure_model, figure_results
    from armwright.looking.figure_bounds import bounds_figure
    from armwright.looking.figure_ends import ends_figure
    from armwright.looking.figure_feasibility import feasibility_figure
    from armwright.looking.figure_front import front_figure
    from armwright.looking.parallel import parallel_figure

    kind, seen = checked_kind(kind, parameters), charts.seen
    if kind == "trace":
        return figure_results.trace_figure(charts.trace(metric))
    if kind == "pareto":
        return front_figure(charts.front())
    if kind == "parallel":
        charts.trace(metric)  # says what is missing
        order = charts.order(metric)
        return parallel_figure(seen, metric, order=order, with_lines=with_lines)
    if kind == "failures":
        return ends_figure(charts.ends())
    if kind == "constraints":
        return bounds_figure(charts.bounds())
    if kind == "feasibility":
        return feasibility_figure(charts.feasibility(), seen)
    if kind == "timeline":
        return figure_results.timeline_figure(charts.timeline())
    if kind == "importance":
        return figure_judged.importance_figure(charts.influences(metric))
    if kind == "slice":
        return figure_model.slice_figure(charts.slices(parameters, metric), seen)
    if kind == "contour":
        pair = (parameters[0], parameters[1]) if parameters else None
        return figure_model.contour_figure(charts.contour(pair, metric), seen)
    return figure_judged.cross_validation_figure(charts.cross_validation(metric))
