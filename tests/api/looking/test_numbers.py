"""The numbers of charts, against what can be counted by hand or computed independently."""

import math

import numpy as np
import pytest
from scipy import stats
from told_experiments import RESULTS, definition

from armwright import ax
from armwright.errors import UsageError
from armwright.experiment import ParameterType, RangeParameter
from armwright.looking import look
from armwright.looking.axis import Axis, axis_of
from armwright.looking.ends import ends_of
from armwright.looking.front import front_of
from armwright.looking.left_out import cross_validation_of
from armwright.looking.looked_at import LookedAt, SeenAttempt, SeenTrial
from armwright.looking.model import model_of
from armwright.looking.parallel import place_on
from armwright.looking.posterior import contour_of, slices_of
from armwright.looking.timeline import duration, timeline_of
from armwright.looking.trace import trace_of
from armwright.looking.trials_table import trials_columns
from armwright.looking.whole_page import _brushes
from armwright.persistence import StoredExperiment


def test_the_best_so_far_is_the_least_loss_that_keeps_the_bound(stored):
    trace = trace_of(look(stored))
    assert [point.trial for point in trace.points] == [0, 1, 3, 4, 5, 6]
    assert [point.best for point in trace.points] == [3.0, 3.0, 2.0, 2.0, 1.5, 1.5]
    assert [point.best_trial for point in trace.points] == [0, 0, 3, 3, 5, 5]
    assert [point.is_feasible for point in trace.points] == [True, False, True, True, True, True]
    assert trace.incumbent.trial == 5


def test_the_quartiles_of_a_trace_are_numpys_of_the_window(stored):
    seen = look(stored)
    values = np.random.default_rng(0).normal(size=37)
    trials = [
        SeenTrial(
            trial=i,
            arm=f"{i}_0",
            status="completed",
            parameters={},
            values={"loss": (float(value), math.nan), "size": (1.0, math.nan)},
        )
        for i, value in enumerate(values)
    ]
    trace = trace_of(with_trials(seen, trials))
    assert trace.window == 10
    assert [point.quartiles for point in trace.points[:9]] == [None] * 9
    for at in range(9, 37):
        expected = np.percentile(values[at - 9 : at + 1], [25, 50, 75])
        assert trace.points[at].quartiles == pytest.approx(tuple(expected))


def with_trials(seen, trials, attempts=()):
    return LookedAt(
        name="x",
        description="",
        place="",
        budget=None,
        aims=seen.aims,
        restrictions=seen.restrictions,
        axes=seen.axes,
        parameter_constraints=(),
        metrics=seen.metrics,
        trials=tuple(trials),
        attempts=tuple(attempts),
    )


def test_the_front_is_what_brute_force_finds(several):
    seen = look(several)
    rows = np.random.default_rng(1).normal(size=(60, 2))
    trials = [
        SeenTrial(
            trial=i,
            arm=f"{i}_0",
            status="completed",
            parameters={},
            values={"loss": (a, 0.0), "auc": (b, 0.0), "size": (1.0, 0.0)},
        )
        for i, (a, b) in enumerate(rows.round(1).tolist())
    ]
    front = front_of(with_trials(seen, trials))
    assert [(aim.metric, aim.minimize) for aim in front.aims] == [("loss", True), ("auc", False)]
    for point in front.points:
        beaten = any(
            other.values != point.values
            and other.values[0] <= point.values[0]
            and other.values[1] >= point.values[1]
            for other in front.points
        )
        assert point.on_front == (not beaten)


def test_one_objective_has_no_front(stored):
    with pytest.raises(UsageError, match="a front needs two objectives"):
        front_of(look(stored))


def test_failures_are_counted_by_kind_and_bounds_by_who_breaks_them(stored):
    ends = ends_of(look(stored))
    assert dict(ends.statuses) == {"completed": 6, "failed": 1}
    assert ends.kinds == (("failed: oom", 1),)
    assert ends.infeasible == 1
    assert ends.by_restriction == (("size <= 5", 1),)


def test_time_is_busy_wasted_or_idle(stored):
    def attempt(worker, began, ended, state):
        return SeenAttempt(trial=0, attempt=1, worker=worker, began=began, ended=ended, state=state)

    timeline = timeline_of(
        with_trials(
            look(stored),
            [],
            [
                attempt("a", 0, 4000, "completed"),
                attempt("a", 6000, 9000, "preempted"),
                attempt("b", 1000, 2000, "failed"),
                attempt("b", 2000, None, "running"),
            ],
        )
    )
    assert timeline.workers == ("a", "b")
    assert timeline.busy == pytest.approx(4 + 3 + 1 + 7)  # what runs, runs until the last moment
    assert timeline.wasted == pytest.approx(3 + 1)
    assert timeline.idle == pytest.approx(2)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.25, "0.25 s"), (119, "119 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_a_log_axis_has_equal_factors_between_its_points():
    axis = axis_of(RangeParameter("x", ParameterType.FLOAT, 1e-4, 1.0, log_scale=True))
    assert axis.grid(5) == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    assert place_on(axis, 1e-3) == pytest.approx(0.25)


def test_an_axis_of_whole_numbers_has_each_once():
    assert Axis(name="n", lower=1.0, upper=4.0, is_int=True).grid(30) == [1, 2, 3, 4]


def test_a_value_that_is_no_choice_any_more_has_no_place():
    assert math.isnan(place_on(Axis(name="k", values=("a", "b")), "c"))


def test_slices_agree_with_the_models_own_predictions(stored):
    from armwright.experiment import ObservationFeatures

    model, seen = model_of(stored, look(stored)), look(stored)
    around = dict(seen.trials[5].parameters)
    lr, layers, kind = slices_of(model, seen.axes, metric="loss", around=around, points=5)
    means, covariances = model.predict(
        [ObservationFeatures(parameters={**around, "lr": x}) for x in lr.x]
    )
    assert lr.mean == pytest.approx(means["loss"])
    assert lr.sd == pytest.approx(np.sqrt(covariances["loss"]["loss"]))
    assert len(layers.x) == 5
    assert kind.x == ("a", "<b>", "c")
    contour = contour_of(model, seen.axes[0], seen.axes[1], metric="loss", around=around, points=3)
    row = contour.y.index(around["layers"]) if around["layers"] in contour.y else None
    assert (len(contour.mean), len(contour.mean[0])) == (3, 3)
    assert row is None or contour.mean[row][0] == pytest.approx(lr.mean[0])


def test_cross_validation_tells_how_many_lie_within_their_interval(stored):
    found = cross_validation_of(model_of(stored, look(stored)), "loss")
    assert [row.trial for row in found.results] == [0, 1, 3, 4, 5, 6]
    y, mean, sd = np.array([(r.observed, r.predicted, r.sd) for r in found.results]).T
    assert y.tolist() == [result[0] for result in RESULTS if result]
    inside = np.abs(y - mean) <= stats.norm.ppf(0.975) * sd
    assert found.within == pytest.approx(inside.mean())
    assert found.rank_correlation == pytest.approx(stats.spearmanr(y, mean).statistic)


def test_too_few_results_make_no_model():
    with pytest.raises(UsageError, match="it needs 3 results of the objective at least"):
        model_of(definition(), look(definition()))


def test_an_experiment_in_memory_looks_as_in_a_folder(stored):
    there, here = look(stored), look(stored.experiment)
    assert here.aims == there.aims
    assert here.axes == there.axes
    assert [t.parameters for t in here.trials] == [t.parameters for t in there.trials]
    assert trace_of(here) == trace_of(there)


def test_a_metric_that_is_named_like_another_column_has_one_of_its_own(tmp_path):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("status"), minimize=True))
    made = ax.Experiment(name="e", search_space=space, optimization_config=config)
    stored = StoredExperiment.create(str(tmp_path / "e"), made, budget=3, seed=1)
    for value in (1.0, 2.0):
        stored.tell(stored.ask(1)[0].number, {"status": value})
    columns = trials_columns(look(stored))
    names = [column["name"] for column in columns]
    assert len(names) == len(set(names))
    by_name = {column["name"]: column["values"] for column in columns}
    assert by_name["status"] == ["completed", "completed"]
    assert by_name["metric status"] == [1.0, 2.0]
    assert _brushes(look(stored))["metric"] == "metric status"


def test_the_table_has_a_column_for_what_trials_have(stored):
    columns = {column["name"]: column["values"] for column in trials_columns(look(stored))}
    assert list(columns)[:4] == ["trial", "arm", "status", "why"]
    assert columns["loss"] == [3.0, 1.0, None, 2.0, 2.5, 1.5, 4.0]
    assert columns["reason"][2] == "oom"
    assert set(columns["kind"]) <= {"a", "<b>", "c"}
    assert "quasi-random" in columns["why"][0]
