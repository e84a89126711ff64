"""Section 10 of the semantics: data attached to an experiment, looked up and fetched."""

import time

import pytest

from armwright.experiment import (
    Arm,
    BraninMetric,
    Data,
    Experiment,
    Metric,
    Objective,
    OptimizationConfig,
    custom_data_class,
)
from armwright.experiment.attached_data import attach, latest


def data(trial_index=0, metric="a", mean=1.0):
    return Data.from_evaluations({f"{trial_index}_0": {metric: (mean, 0.1)}}, trial_index)


def means(found):
    return found.df["mean"].tolist()


@pytest.fixture
def plain(space):
    """An experiment with three trials, whose metrics cannot fetch."""
    config = OptimizationConfig(Objective(Metric("a")))
    experiment = Experiment(space, name="plain", optimization_config=config)
    for index in range(3):
        experiment.new_trial().add_arm(Arm({"x1": float(index), "x2": 0.0}))
    return experiment


# Attaching and looking up -------------------------------------------------------------------


def test_attaching_returns_the_present_time_in_milliseconds(plain):
    before = time.time_ns() // 1_000_000
    timestamp = plain.attach_data(data())
    assert isinstance(timestamp, int)
    assert before <= timestamp <= time.time_ns() // 1_000_000


def test_there_is_one_entry_for_each_trial_in_the_table(plain):
    timestamp = plain.attach_data(Data.from_multiple_data([data(0), data(2, mean=3.0)]))
    assert {trial: list(stored) for trial, stored in plain.data_by_trial.items()} == {
        0: [timestamp],
        2: [timestamp],
    }
    assert means(plain.lookup_data_for_trial(2)[0]) == [3.0]
    assert plain.data_by_trial[2][timestamp].df.index.tolist() == [0]


def test_by_default_new_data_stand_beside_the_old(plain):
    first = plain.attach_data(data(mean=1.0))
    second = plain.attach_data(data(mean=2.0))
    assert list(plain.data_by_trial[0]) == [first, second]
    found, timestamp = plain.lookup_data_for_trial(0)
    assert (means(found), timestamp) == ([2.0], second)
    assert means(plain.lookup_data_for_ts(first)) == [1.0]


def test_combining_makes_a_new_entry_of_old_and_new(plain):
    first = plain.attach_data(data(metric="a"))
    second = plain.attach_data(data(metric="b", mean=2.0), combine_with_last_data=True)
    assert means(plain.data_by_trial[0][first]) == [1.0]
    assert means(plain.data_by_trial[0][second]) == [1.0, 2.0]
    assert plain.lookup_data_for_trial(0)[1] == second


def test_combining_with_nothing_is_attaching(plain):
    timestamp = plain.attach_data(data(), combine_with_last_data=True)
    assert means(plain.lookup_data_for_ts(timestamp)) == [1.0]


def test_combining_must_not_repeat_a_metric_of_an_arm(plain):
    plain.attach_data(data(0, metric="a"))
    repeated = Data.from_multiple_data([data(1, metric="b"), data(0, metric="a")])
    with pytest.raises(ValueError, match=r"trial 0.*for metric 'a' of arm '0_0'"):
        plain.attach_data(repeated, combine_with_last_data=True)
    assert list(plain.data_by_trial) == [0]
    assert len(plain.data_by_trial[0]) == 1


def test_combining_may_add_another_arm_for_the_same_metric(plain):
    plain.attach_data(data(0, metric="a"))
    other = Data.from_evaluations({"0_1": {"a": (2.0, 0.1)}}, 0)
    plain.attach_data(other, combine_with_last_data=True)
    assert means(plain.lookup_data_for_trial(0)[0]) == [1.0, 2.0]


def test_a_trial_without_data_gives_empty_data_and_minus_one(plain):
    found, timestamp = plain.lookup_data_for_trial(1)
    assert found.df.empty
    assert timestamp == -1


def test_lookup_by_time_concatenates_all_trials_stored_then(plain):
    timestamp = plain.attach_data(Data.from_multiple_data([data(0), data(1, mean=2.0)]))
    plain.attach_data(data(0, mean=9.0))
    assert means(plain.lookup_data_for_ts(timestamp)) == [1.0, 2.0]
    assert plain.lookup_data_for_ts(timestamp - 1).df.empty


def test_rows_without_a_trial_cannot_be_attached(plain):
    with pytest.raises(ValueError, match="needs a trial_index"):
        plain.attach_data(Data(df=data().df.drop(columns="trial_index")))


def test_attaching_nothing_stores_nothing(plain):
    plain.attach_data(Data())
    assert plain.data_by_trial == {}


def test_data_keep_class_and_description_when_attached(plain):
    kind = custom_data_class(column_data_types={"color": str})
    plain.attach_data(kind(df=data().df.assign(color="red"), description="pilot"))
    found = plain.lookup_data_for_trial(0)[0]
    assert isinstance(found, kind)
    assert found.description == "pilot"


@pytest.mark.parametrize("now_ms", [100, 99, 5], ids=["same", "just before", "long before"])
def test_data_attached_by_a_clock_that_stands_or_goes_back_replace_nothing(now_ms):
    store = {}
    assert attach(store, data(mean=1.0), combine=False, now_ms=100) == 100
    assert attach(store, data(mean=2.0), combine=False, now_ms=now_ms) == 101
    assert means(latest(store, 0)[0]) == [2.0]
    assert len(store[0]) == 2


# Fetching -----------------------------------------------------------------------------------


def run(experiment, *indices):
    for index in indices:
        experiment.trials[index].mark_running(no_runner_required=True)


def test_fetching_without_any_metric_is_an_error(space):
    with pytest.raises(ValueError, match="no metrics to fetch"):
        Experiment(space).fetch_data()


def test_metrics_can_be_passed_where_the_experiment_has_none(space):
    experiment = Experiment(space)
    experiment.new_trial().add_arm(Arm({"x1": 0.0, "x2": 0.0}))
    run(experiment, 0)
    found = experiment.fetch_data([BraninMetric("b", ["x1", "x2"])])
    assert found.df["metric_name"].tolist() == ["b"]
    assert found == experiment.trials[0].fetch_data([BraninMetric("b", ["x1", "x2"])])


def test_metrics_that_can_fetch_do_so_for_trials_that_expect_data(experiment):
    for x1 in (0.0, 1.0, 2.0):
        experiment.new_trial().add_arm(Arm({"x1": x1, "x2": 0.0}))
    run(experiment, 0, 1, 2)
    experiment.trials[1].mark_failed()
    assert experiment.fetch_data().df["trial_index"].tolist() == [0, 2]


def test_metrics_are_fetched_class_by_class(space):
    calls = []

    class Logged(BraninMetric):
        @classmethod
        def fetch_experiment_data_multi(cls, _, metrics, **kwargs):
            calls.append((cls.__name__, [metric.name for metric in metrics], kwargs))
            return Data()

    class Other(Logged):
        pass

    names = ["x1", "x2"]
    metrics = [Logged("a", names), Other("b", names), Logged("c", names)]
    Experiment(space, tracking_metrics=metrics).fetch_data(noisy=False)
    assert calls == [
        ("Logged", ["a", "c"], {"noisy": False}),
        ("Other", ["b"], {"noisy": False}),
    ]


def test_candidates_contribute_their_attached_data(experiment):
    for x1 in (0.0, 1.0):
        experiment.new_trial().add_arm(Arm({"x1": x1, "x2": 0.0}))
    run(experiment, 0)
    experiment.attach_data(data(1, metric="branin", mean=7.0))
    found = experiment.fetch_data()
    assert found.df["trial_index"].tolist() == [0, 1]
    assert means(found)[1] == 7.0


def test_if_a_metric_cannot_fetch_the_latest_attached_data_are_the_result(plain):
    run(plain, 0, 1)
    plain.trials[1].mark_failed()
    for index, mean in [(0, 1.0), (0, 2.0), (1, 3.0), (2, 4.0)]:
        plain.attach_data(data(index, mean=mean))
    plain.add_tracking_metric(BraninMetric("b", ["x1", "x2"]))
    assert means(plain.fetch_data()) == [2.0, 3.0, 4.0]


def test_fetching_for_a_candidate_gives_its_attached_data(experiment):
    trial = experiment.new_trial().add_arm(Arm({"x1": 0.0, "x2": 0.0}))
    assert trial.fetch_data().df.empty
    experiment.attach_data(data(0, mean=5.0))
    assert means(trial.fetch_data()) == [5.0]


@pytest.mark.parametrize("end", ["mark_failed", "mark_abandoned"])
def test_fetching_for_a_trial_that_expects_no_data_is_empty(plain, end):
    run(plain, 0)
    plain.attach_data(data(0))
    getattr(plain.trials[0], end)()
    assert plain.trials[0].fetch_data().df.empty


def test_fetching_for_a_running_trial_asks_its_metrics(experiment):
    trial = experiment.new_trial().add_arm(Arm({"x1": 0.0, "x2": 0.0}))
    run(experiment, 0)
    experiment.attach_data(data(0, mean=5.0))
    assert means(trial.fetch_data()) == [pytest.approx(55.602113)]


def test_fetching_for_a_running_trial_falls_back_to_attached_data(plain):
    run(plain, 0)
    plain.attach_data(data(0, mean=5.0))
    assert means(plain.trials[0].fetch_data()) == [5.0]
    plain.trials[0].mark_completed()
    assert means(plain.trials[0].fetch_data()) == [5.0]


def test_a_candidate_without_data_on_an_experiment_without_metrics_is_an_error(space):
    trial = Experiment(space).new_batch_trial()
    with pytest.raises(ValueError, match="no metrics to fetch"):
        trial.fetch_data()


def test_a_candidate_s_attached_data_need_no_metrics(space):
    experiment = Experiment(space)
    experiment.new_trial()
    experiment.attach_data(data())
    assert means(experiment.trials[0].fetch_data()) == means(data())
