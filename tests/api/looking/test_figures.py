"""Charts: what they say, that they are valid, and that the library draws them."""

import json
import xml.etree.ElementTree as ET

import altair
import pytest
from told_experiments import definition, told

from armwright.errors import UsageError
from armwright.looking import KINDS, Charts, Plots, look, write_figure
from armwright.looking.axis import Axis
from armwright.looking.figure_front import front_figure
from armwright.looking.figure_model import slice_figure
from armwright.looking.front import Front, FrontPoint
from armwright.looking.looked_at import Aim
from armwright.looking.parallel import _few
from armwright.looking.posterior import Slice


@pytest.fixture(scope="module")
def charts(stored):
    return Charts(stored)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "pareto"])
def test_a_chart_is_a_valid_specification_of_finite_numbers(charts, kind):
    spec = charts.figure(kind)
    json.dumps(spec, allow_nan=False)
    altair.Chart.from_dict(spec)  # checks it against Vega-Lite's schema
    assert spec["title"]["text"].endswith("?")
    assert any(letter.isdigit() for letter in spec["title"]["subtitle"])  # says how many


def test_a_trace_shows_each_result_and_the_best_so_far(charts):
    spec = charts.figure("trace")
    rows = spec["data"]["values"]
    assert [row["trial"] for row in rows] == [0, 1, 3, 4, 5, 6]
    assert rows[1]["kept"] == "breaks a constraint"
    assert rows[-1]["best"] == 1.5
    assert (
        "n = 6 results; lower is better; best measured 1.5 ± 0.2 (95 %), trial 5"
        in (spec["title"]["subtitle"])
    )


def test_a_slice_along_a_log_parameter_has_a_log_axis(charts):
    spec = charts.figure("slice", parameters=("lr",))
    (panel,) = spec["concat"]
    assert panel["layer"][0]["encoding"]["x"]["scale"]["type"] == "log"
    assert panel["layer"][0]["encoding"]["x"]["title"] == "lr"


@pytest.mark.parametrize(
    ("sd", "room", "said"),
    [
        (0.0, [0.0, 6.0], "its 95 % interval, the other"),
        (100.0, [-3.0, 9.0], "its 95 % interval, cut off at the edge, the other"),
    ],
)
def test_slices_leave_room_for_results_and_not_for_all_that_is_unknown(stored, sd, room, said):
    axis = Axis(name="lr", lower=0.0, upper=1.0)
    item = Slice(metric="loss", axis=axis, x=(0.0, 1.0), mean=(0.0, 6.0), sd=(0.0, sd), around={})
    seen = look(stored)
    assert all(0 <= trial.mean("loss") <= 6 for trial in seen.measured("loss"))
    spec = slice_figure([item], seen)
    band, dots, line = (layer["encoding"]["y"]["scale"] for layer in spec["concat"][0]["layer"])
    assert band["domain"] == dots["domain"] == line["domain"] == room
    assert said in spec["title"]["subtitle"]


def test_the_trade_offs_of_two_objectives_are_drawn_once_those_of_three_in_pairs(several):
    spec = Charts(several).figure("pareto")
    altair.Chart.from_dict(spec)
    assert len(spec["concat"]) == 1
    kinds = {row["trial"]: row["kind"] for row in spec["data"]["values"]}
    assert kinds == {
        0: "beaten",
        1: "breaks a constraint",
        3: "beaten",
        4: "best trade-off",
        5: "best trade-off",
        6: "beaten",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "pie"}, "expected one of the charts trace, slice"),
        ({"kind": "slice", "parameters": ("zz",)}, "no parameter 'zz', expected one of lr"),
        ({"kind": "contour", "parameters": ("lr",)}, "contour: expected two parameters"),
        ({"kind": "trace", "metric": "zz"}, "expected an objective, loss, got 'zz'"),
        ({"kind": "trace", "parameters": ("lr",)}, "trace: takes no parameters"),
        ({"kind": "importance", "metric": "zz"}, "got 'zz'"),
    ],
)
def test_what_cannot_be_drawn_is_refused(charts, arguments, message):
    with pytest.raises(UsageError, match=message):
        charts.figure(**arguments)


def test_without_results_there_is_nothing_to_draw(tmp_path):
    empty = Charts(told(tmp_path / "e", []))
    with pytest.raises(UsageError, match="has no result of loss yet"):
        empty.figure("trace")


def test_svg_png_and_html_are_drawn_without_a_browser(charts, tmp_path):
    spec = charts.figure("trace")
    for name in ("t.svg", "t.png", "t.html", "t.json"):
        assert write_figure(spec, tmp_path / name) == (tmp_path / name).stat().st_size
    root = ET.fromstring((tmp_path / "t.svg").read_text())  # noqa: S314 - our own
    assert "How good is loss, trial by trial?" in "".join(root.itertext())
    assert (tmp_path / "t.png").read_bytes().startswith(b"\x89PNG")
    assert "<script" in (tmp_path / "t.html").read_text()
    assert json.loads((tmp_path / "t.json").read_text()) == spec


def test_no_text_of_the_users_ends_the_script_of_a_drawn_page(charts, tmp_path):
    spec = charts.figure("trace")
    evil = "</script><script>alert(1)</script>"
    named = {**spec, "title": {**spec["title"], "text": evil}, "description": f"<!-- {evil}"}
    for what, name in ((spec, "plain.html"), (named, "named.html")):
        write_figure(what, tmp_path / name)
    plain, page = ((tmp_path / name).read_text() for name in ("plain.html", "named.html"))
    for mark in ("<script", "</script", "<!--"):
        assert page.count(mark) == plain.count(mark)
    assert r"\u003c/script>\u003cscript>alert(1)" in page


def test_a_file_of_another_kind_is_refused(charts, tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.svg, \.png, \.html, \.json, got"):
        write_figure(charts.figure("trace"), tmp_path / "t.pdf")


def test_an_experiment_draws_itself_as_figures_of_altair(stored):
    assert isinstance(stored.plot, Plots)
    figure = stored.plot.trace()
    assert isinstance(figure, altair.LayerChart)
    assert figure.to_dict()["title"]["text"] == "How good is loss, trial by trial?"
    assert isinstance(stored.experiment.plot.failures(), altair.TopLevelMixin)
    with pytest.raises(UsageError, match="name two parameters or none"):
        stored.plot.contour("lr")


def test_notebooks_show_experiments_trials_data_and_spaces_as_text_that_is_escaped(stored):
    page = stored._repr_html_()
    assert "best measured loss" in page
    assert "1.5 in trial 5" in page
    assert "&lt;b&gt;" in page or "<b>" not in page
    experiment = stored.experiment
    assert "trial 5" in experiment.trials[5]._repr_html_()
    assert "loss" in experiment.lookup_data_for_trial(5)[0]._repr_html_()
    space = experiment.search_space._repr_html_()
    assert "&lt;b&gt;" in space
    assert "<b>" not in space


def test_an_experiment_without_trials_is_shown_too():
    assert "none yet" in definition()._repr_html_()


@pytest.mark.parametrize(("minimize", "stairs"), [(True, "step-after"), (False, "step-before")])
def test_the_stairs_of_a_front_are_what_can_be_had(minimize, stairs):
    points = tuple(
        FrontPoint(trial=i, arm="", values=values, sems=(0.0, 0.0), is_feasible=True, on_front=True)
        for i, values in enumerate([(1.0, 2.0), (2.0, 1.0)])
    )
    aims = (Aim(metric="a", minimize=minimize), Aim(metric="b", minimize=minimize))
    spec = front_figure(Front(aims=aims, points=points))
    assert spec["concat"][0]["layer"][-1]["mark"]["interpolate"] == stairs


def test_a_slice_says_where_the_other_parameters_are_held(charts):
    assert "the other parameters as in trial 5" in charts.figure("slice")["title"]["subtitle"]


def test_of_very_many_results_the_best_are_drawn_as_lines_and_others_by_rank():
    assert _few(list(range(300))) == list(range(300))
    drawn = _few(list(range(10_000)))
    assert len(drawn) == len(set(drawn)) == 300
    assert drawn[150:] == list(range(9850, 10_000))
    assert drawn[0] == 0
