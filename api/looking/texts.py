"""Which chart is drawn by which name, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.looking.figures import checked_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.looking.charts import Charts

__all__ = ["text_of"]


def text_of(
    charts: Charts,
    kind: str,
    *,
    metric: str | None = None,
    parameters: tuple[str, ...] = (),
    width: int = 80,
) -> Iterator[str]:
    """A chart as lines of text.

    Args:
        charts: Of the experiment.
        kind: One of `KINDS`.
        metric: Of which metric; the first objective where none is named.
        parameters: Which parameters a slice or a contour is along.
        width: Of the terminal, in letters.

    Raises:
        UsageError: There is no such kind, or nothing to draw yet; says what is missing.
    """
    from armwright.looking import text_charts, text_ends, text_front, text_judged, text_model
    from armwright.looking.text_contour import contour_text

    kind = checked_kind(kind, parameters)
    if kind == "trace":
        yield from text_charts.trace_text(charts.trace(metric), width=max(width - 14, 20))
    elif kind == "slice":
        name = metric or charts.modelled
        slices = charts.slices(parameters, name)
        yield from text_model.slice_text(slices, results=charts.known(name), width=width)
    elif kind == "contour":
        pair = (parameters[0], parameters[1]) if parameters else None
        contour = charts.contour(pair, metric)
        yield from contour_text(contour, results=charts.known(contour.metric), width=width)
    elif kind == "importance":
        found = charts.influences(metric)
        yield from text_charts.importance_text(found, width=max(width - 50, 10))
    elif kind == "parallel":
        yield from text_charts.parallel_text(charts.seen, metric, width=width)
    elif kind == "pareto":
        yield from text_front.front_text(charts.front(), width=width)
    elif kind == "constraints":
        yield from text_ends.bounds_text(charts.bounds(), width=width)
    elif kind == "failures":
        yield from text_ends.failures_text(charts.ends(), width=width)
    elif kind == "timeline":
        yield from text_ends.timeline_text(charts.timeline(), width=width)
    elif kind == "feasibility":
        yield from text_judged.feasibility_text(charts.feasibility(), width=width)
    else:
        judged = charts.cross_validation(metric)
        yield from text_judged.cross_validation_text(judged, width=width)
