"""A few results that are far worse than the rest do not squash the trace."""

import altair
import pytest

from armwright.looking.figure_results import trace_figure
from armwright.looking.text_charts import trace_text
from armwright.looking.trace import Trace, TracePoint


def trace_of_values(values, *, minimize=True):
    better = min if minimize else max
    points = []
    for at, value in enumerate(values):
        best = better(values[: at + 1])
        points.append(
            TracePoint(
                trial=at,
                value=value,
                sem=0.0,
                is_feasible=True,
                best=best,
                best_trial=values.index(best),
                quartiles=None,
            )
        )
    return Trace(metric="loss", minimize=minimize, points=tuple(points), window=10)


SQUASHED = [0.5, 0.4, -90.0, 0.3, 0.45, 0.6, 0.55, 0.7]


@pytest.mark.parametrize("minimize", [True, False])
def test_the_scale_leaves_out_what_would_squash_the_rest(minimize):
    sign = -1.0 if minimize else 1.0
    trace = trace_of_values([sign * value for value in SQUASHED], minimize=minimize)
    low, high = sorted(sign * end for end in trace.span)
    assert high == pytest.approx(0.7)
    assert -1.0 < low < 0.3


def test_results_that_are_spread_out_are_all_shown():
    assert trace_of_values([1.0, 2.0, 3.0, 4.0]).span == (1.0, 4.0)


def test_equal_results_are_all_shown():
    assert trace_of_values([2.0, 2.0, 2.0, 9.0]).span == (2.0, 9.0)


def test_what_lies_beyond_the_scale_is_marked_at_its_edge_and_counted():
    trace = trace_of_values(SQUASHED, minimize=False)
    spec = trace_figure(trace)
    altair.Chart.from_dict(spec)
    rows = spec["data"]["values"]
    assert [row["trial"] for row in rows if row["kept"] == "beyond the scale"] == [2]
    assert "1 beyond the scale, up to -90: the triangles" in spec["title"]["subtitle"]
    lines = list(trace_text(trace, width=20))
    assert lines[12].count("v") == 1
    assert "1 results beyond the scale" not in lines[-2]
    assert lines[-2] == "1 beyond the scale, up to -90, at its edge, as v"


def test_positive_results_over_many_orders_have_a_log_scale():
    spec = trace_figure(trace_of_values([5000.0, 30.0, 2.0, 1.0]))
    y = next(layer["encoding"]["y"] for layer in spec["layer"])
    assert (y["scale"], y["title"]) == ({"type": "log"}, "loss (log)")


def test_the_legend_names_only_what_is_there():
    spec = trace_figure(trace_of_values([2.0, 1.0]))
    colours = [layer["encoding"]["color"] for layer in spec["layer"]]
    assert colours[0]["scale"]["domain"] == ["result", "best so far"]
