"""What keeps charts legible: cut names, ticks of log axes, shares between 0 and 1, moments."""

import json
import re

import altair
import pytest

from armwright.looking.axis import Axis
from armwright.looking.drawing import write_figure
from armwright.looking.figure_judged import importance_figure
from armwright.looking.figure_results import timeline_figure
from armwright.looking.figure_style import axis_side, chart, distinct, one_in
from armwright.looking.influence import Influence, Influences
from armwright.looking.timeline import Span, Timeline


def test_names_with_the_same_beginning_are_cut_where_they_differ():
    names = [f"weight_of_feature_number_{at:02d}_in_the_final_layer" for at in range(3)]
    assert distinct([*names, "lr"], 14) == [
        "…00_in_the_fi…",
        "…01_in_the_fi…",
        "…02_in_the_fi…",
        "lr",
    ]


@pytest.mark.parametrize("end", ["_a", ""])
def test_names_that_differ_are_never_the_same_once_cut(end):
    names = ["x" * 30 + "a" + "y" * 30 + end, "x" * 30 + "b" + "y" * 30, "x" * 30]
    cut = distinct(names, 10)
    assert len(set(cut)) == 3
    assert max(map(len, cut)) <= 10


def test_a_log_axis_has_powers_of_ten_no_more_than_fit():
    axis = Axis(name="lr", lower=2e-7, upper=1.0, is_log=True)
    ticks = axis_side(axis, "x", 330)["axis"]["values"]
    assert ticks == [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    assert axis_side(axis, "x", 150)["axis"]["values"] == [1e-6, 1e-3, 1.0]


def test_a_log_axis_within_one_decade_keeps_its_own_ticks():
    assert (
        "values" not in axis_side(Axis(name="n", lower=2, upper=8, is_log=True), "x", 300)["axis"]
    )


def test_many_choices_stand_upright_and_can_be_told_apart():
    axis = Axis(name="kind", values=tuple(f"optimizer-number-{at}" for at in range(20)))
    ticks = axis_side(axis, "x", 240)["axis"]
    assert (ticks["labelAngle"], ticks["labelOverlap"]) == (-90, False)
    labels = json.loads(ticks["labelExpr"].removesuffix("[datum.value]").strip("()"))
    assert len(set(labels.values())) == 20


@pytest.mark.parametrize("name", ["a\\b", "a\\", 'a\\"b', "a\nb", "a\u2028b", "a'b\"c"])
def test_a_name_with_a_backslash_or_a_line_break_leaves_no_chart_undrawn(name, tmp_path):
    side = axis_side(Axis(name=name, lower=0.0, upper=1.0), "x", 300)
    tooltip = [{"field": "x", "title": name}]
    data = {"values": [{"x": 0.5}]}
    body = {"data": data, "mark": "point", "encoding": {"x": side, "tooltip": tooltip}}
    assert write_figure(chart("What?", "n = 1", body), tmp_path / "chart.svg") > 0


def test_an_axis_of_shares_ends_at_the_whole_variance():
    item = Influence(parameter="x", total=0.98, low=0.9, high=1.0, first=0.0)
    spec = importance_figure(Influences(metric="loss", items=(item,), results=5))
    altair.Chart.from_dict(spec)
    (row,) = spec["data"]["values"]
    assert (row["total"], row["high"], row["first"]) == (0.98, 1.0, 0.0)
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 1]


def test_more_than_forty_parameters_are_counted_instead_of_drawn():
    items = tuple(
        Influence(parameter=f"x{at}", total=0.0, low=0.0, high=0.0, first=0.0) for at in range(50)
    )
    spec = importance_figure(Influences(metric="loss", items=items, results=5))
    assert len(spec["data"]["values"]) == 40
    assert "10 parameters that matter less are not drawn" in spec["title"]["subtitle"]


@pytest.mark.parametrize(
    ("seconds", "form"),
    [(2, "%H:%M:%S.%L"), (120, "%H:%M:%S"), (7200, "%H:%M"), (200_000, "%m-%d %H:%M")],
)
def test_moments_are_written_as_finely_as_they_differ(seconds, form):
    span = Span(
        worker="w",
        trial=0,
        attempt=1,
        began=0,
        ended=seconds * 1000,
        state="completed",
        reason="",
    )
    timeline = Timeline(spans=(span,), workers=("w",), busy=1.0, wasted=0.0, idle=0.0)
    x = timeline_figure(timeline)["encoding"]["x"]
    assert x["axis"]["format"] == form
    assert x["title"].startswith("time, UTC, 1970-01-01")


def test_a_short_attempt_is_wide_enough_to_be_seen():
    spans = tuple(
        Span(worker="w", trial=at, attempt=1, began=at, ended=end, state="completed", reason="")
        for at, end in ((0, 1), (10, 740_000))
    )
    timeline = Timeline(spans=spans, workers=("w",), busy=1.0, wasted=0.0, idle=0.0)
    row = timeline_figure(timeline)["data"]["values"][0]
    assert (row["until"], row["took"]) == (1000, "0.001 s")


def test_a_long_subtitle_is_drawn_in_several_lines(tmp_path):
    words = " ".join(["several"] * 40)
    spec = {"title": {"text": "t", "subtitle": words}, "mark": "point", "data": {"values": []}}
    write_figure(spec, tmp_path / "t.svg")
    lines = re.findall("<tspan[^>]*>([^<]*)</tspan>", (tmp_path / "t.svg").read_text())
    assert len(lines) >= 3
    assert " ".join(line for line in lines if line.startswith("several")) == words


def test_it_is_said_how_many_are_drawn():
    assert (one_in(1), one_in(3)) == ("", " (one in 3 drawn)")
