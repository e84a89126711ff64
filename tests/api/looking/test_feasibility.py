"""Constraints, where trials fail, and when: the numbers, against what can be counted by hand."""

import json
import math
from dataclasses import replace

import altair
import pytest
from scipy.stats import binomtest, norm
from told_experiments import definition, told

from armwright import ax
from armwright.errors import UsageError
from armwright.experiment import ObservationFeatures
from armwright.experiment.restriction import Restriction
from armwright.looking import Charts, look, summary_page
from armwright.looking.bounds import Share, bounds_of
from armwright.looking.ends import ends_of
from armwright.persistence import StoredExperiment


@pytest.fixture(scope="module")
def charts(stored):
    return Charts(stored)


@pytest.mark.parametrize(("kept", "count"), [(0, 7), (3, 7), (7, 7), (40, 100)])
def test_a_share_has_wilsons_interval(kept, count):
    found, wanted = Share.of(kept, count), binomtest(kept, count).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-6)


def test_a_share_of_nothing_may_be_anything():
    assert (Share.of(0, 0).low, Share.of(0, 0).high) == (0.0, 1.0)
    assert Share.of(0, 0).text == "none measured yet"


def test_each_trial_has_its_margin_to_a_bound(stored):
    (size,) = bounds_of(look(stored)).items
    assert [point.trial for point in size.points] == [0, 1, 3, 4, 5, 6]
    assert [point.margin for point in size.points] == [4.0, -4.0, 3.0, 2.0, 1.0, 4.0]
    assert (size.share.kept, size.share.count) == (5, 6)
    assert size.share.text.startswith("5 of 6 keep it, 83%")


def test_the_share_that_keeps_all_is_of_a_window_that_grows_until_it_is_full(stored):
    bounds = bounds_of(look(stored))
    assert bounds.window == 5
    counts = [(trial, share.kept, share.count) for trial, share in bounds.windows]
    assert counts == [(0, 1, 1), (1, 1, 2), (3, 2, 3), (4, 3, 4), (5, 4, 5), (6, 4, 5)]


def test_constraints_are_drawn_with_their_bound_and_how_many_keep_it(charts):
    spec = charts.figure("constraints")
    altair.Chart.from_dict(spec)
    values, share = spec["concat"]
    assert values["title"]["text"].startswith("size <= 5: 5 of 6 keep it")
    assert values["layer"][0]["data"]["values"] == [{"bound": 5.0}]
    assert share["layer"][0]["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert "5 of n = 6 completed trials" in spec["title"]["subtitle"]


@pytest.mark.slow
def test_the_chance_to_keep_a_bound_is_that_of_the_model(charts):
    found = charts.feasibility()
    lr = next(item for item in found.along if item.axis.name == "lr")
    points = [ObservationFeatures(parameters={**found.around, "lr": x}) for x in lr.x]
    means, covariances = charts.model.predict(points)
    kept = norm.cdf(5.0, means["size"], [value**0.5 for value in covariances["size"]["size"]])
    gives, keeps = dict(found.map.parts).values()
    assert list(dict(found.map.parts)) == ["gives a result", "keeps size <= 5"]
    assert max(lr.chance) <= max(kept) + 1e-9  # what fails counts besides
    assert 0.0 <= min(map(min, gives)) <= max(map(max, keeps)) <= 1.0


def test_where_trials_fail_the_chance_is_less(tmp_path):
    stored = told(tmp_path / "e", [])
    for _ in range(12):
        (trial,) = stored.ask(1)
        if trial.arm.parameters["layers"] > 4:
            stored.fail(trial.number, reason="oom")
        else:
            stored.tell(trial.number, {"loss": 1.0, "size": 1.0, "auc": 0.5})
    found = Charts(stored).feasibility()
    assert found.along[0].axis.name == "layers"
    chance = dict(zip(found.along[0].x, found.along[0].chance, strict=True))
    assert chance[1] > 0.7 > 0.4 > chance[8]


@pytest.mark.slow
def test_a_map_shows_each_trial_by_how_it_ended(charts):
    spec = charts.figure("feasibility")
    json.dumps(spec, allow_nan=False)
    altair.Chart.from_dict(spec)
    fates = {row["trial"]: row["fate"] for row in spec["data"]["values"]}
    assert fates[1] == "breaks a constraint"
    assert fates[2] == "failed"
    assert fates[5] == "a result that keeps all"
    assert spec["title"]["subtitle"].startswith("n = 7 trials: 5 gave a result that keeps all")


def test_a_space_where_everything_failed_has_a_map_too(tmp_path):
    spec = Charts(told(tmp_path / "e", [None, None])).figure("feasibility")
    assert "which knows nothing yet of size <= 5" in spec["title"]["subtitle"]


def test_without_a_constraint_there_is_none_to_draw():
    experiment = definition()
    experiment.optimization_config.outcome_constraints = []
    with pytest.raises(UsageError, match="has no outcome constraint"):
        Charts(experiment).figure("constraints")
    with pytest.raises(UsageError, match="nothing failed in 'e' and there is no constraint on an"):
        Charts(experiment).figure("feasibility")


@pytest.fixture
def unbounded(tmp_path):
    """An experiment without constraints, some trials of which failed."""
    experiment = definition()
    experiment.optimization_config.outcome_constraints = []
    stored = StoredExperiment.create(tmp_path / "e", experiment, seed=3, initial_trials=20)
    for number in range(4):
        (trial,) = stored.ask(1)
        if number == 1:
            stored.fail(trial.number, reason="oom")
        else:
            stored.tell(trial.number, {"loss": 1.0, "auc": 0.5})
    return Charts(stored)


def test_where_nothing_is_constrained_the_chart_says_nothing_of_constraints(unbounded):
    spec = unbounded.figure("feasibility")
    assert {row["fate"] for row in spec["data"]["values"]} == {"a result", "failed"}
    assert spec["title"]["subtitle"].startswith("n = 4 trials: 3 gave a result, 1 failed")
    lines = list(unbounded.text("feasibility"))
    assert lines[0] == "how likely an arm is to give a result"
    text = json.dumps(spec) + "\n".join(lines)
    assert not any(word in text for word in ("constraint", "keeps", "feasible"))


@pytest.mark.parametrize(("told", "is_there"), [(math.nan, True), (2.0, False)])
def test_the_page_has_the_chart_where_a_trial_gave_no_number_too(told, is_there):
    experiment = definition()
    experiment.optimization_config.outcome_constraints = []
    for loss in (1.0, told):
        arm = ax.Arm({"lr": 0.1, "layers": 1 + len(experiment.trials), "kind": "a"})
        trial = experiment.new_trial().add_arm(arm).mark_running(no_runner_required=True)
        values = {arm.name or trial.arm.name: {"loss": (loss, 0.0)}}
        experiment.attach_data(ax.Data.from_evaluations(values, trial.index))
        trial.mark_completed()
    assert ("Where is an arm likely to fail?" in summary_page(experiment)) is is_there


def test_a_bound_that_nobody_can_judge_yet_is_said_to_be_left_out(unbounded):
    size = Restriction(metric="size", bound=5.0, is_lower=False, relative=True, limit=math.nan)
    unbounded.seen = replace(unbounded.seen, restrictions=(size,))
    subtitle = unbounded.figure("feasibility")["title"]["subtitle"]
    assert subtitle.endswith("which knows nothing yet of size <= status quo +5 %")


def test_failures_are_counted_over_the_trials(tmp_path):
    stored = told(tmp_path / "e", [None, (1.0, 0.1, 1.0, 0.5), None])
    ends = ends_of(look(stored))
    assert [(window.first, window.last) for window in ends.windows] == [(0, 0), (1, 1), (2, 2)]
    assert [window.kinds for window in ends.windows] == [
        (("failed: oom", 1),),
        (),
        (("failed: oom", 1),),
    ]
    spec = Charts(stored).figure("failures")
    altair.Chart.from_dict(spec)
    counts, over = spec["concat"]
    assert counts["data"]["values"] == [{"kind": "failed: oom", "count": 2}]
    assert [row["from"] for row in over["data"]["values"]] == [0, 2]
