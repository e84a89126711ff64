"""Section 8 of the semantics: what metrics fetch; section 9: the synthetic ones."""

import math

import numpy as np
import pytest

from armwright.experiment import (
    Arm,
    BraninMetric,
    Data,
    Hartmann6Metric,
    L2NormMetric,
    Metric,
    NoisyFunctionMetric,
)


class Constant(Metric):
    """Fetches its own value for every arm of a trial."""

    value = 1.0

    def fetch_trial_data(self, trial, **kwargs):
        scale = kwargs.get("scale", 1.0)
        return Data.from_evaluations(
            {arm.name: {self.name: (self.value * scale, 0.0)} for arm in trial.arms}, trial.index
        )


@pytest.fixture
def trial(experiment, arm):
    return experiment.new_trial().add_arm(arm)


def test_a_metric_has_a_name_and_may_have_a_direction():
    assert Metric("m").name == "m"
    assert Metric("m").lower_is_better is None
    assert Metric("m", lower_is_better=True).lower_is_better is True


def test_a_plain_metric_cannot_fetch(trial):
    with pytest.raises(NotImplementedError, match="'m'"):
        Metric("m").fetch_trial_data(trial)
    with pytest.raises(NotImplementedError, match="'m'"):
        Metric.fetch_trial_data_multi(trial, [Metric("m")])


def test_fetching_several_metrics_of_a_trial_concatenates(trial):
    data = Constant.fetch_trial_data_multi(trial, [Constant("a"), Constant("b")], scale=2.0)
    assert data.df["metric_name"].tolist() == ["a", "b"]
    assert data.df["mean"].tolist() == [2.0, 2.0]


def test_fetching_for_an_experiment_concatenates_the_trials_that_expect_data(experiment):
    for value in (1.0, 2.0, 3.0):
        experiment.new_trial().add_arm(Arm({"x1": value, "x2": 0.0}))
    experiment.trials[1].mark_running(no_runner_required=True)
    experiment.trials[2].mark_running(no_runner_required=True).mark_completed()
    data = Constant("a").fetch_experiment_data(experiment, scale=3.0)
    assert data.df["trial_index"].tolist() == [1, 2]
    assert data.df["mean"].tolist() == [3.0, 3.0]
    both = Constant.fetch_experiment_data_multi(experiment, [Constant("a"), Constant("b")])
    assert len(both.df) == 4


def test_fetching_for_an_experiment_without_data_is_empty(experiment):
    experiment.new_trial()
    assert Metric("m").fetch_experiment_data(experiment).df.empty


def test_the_function_metric_gives_a_row_for_each_arm(experiment):
    batch = experiment.new_batch_trial().add_arms_and_weights(
        [Arm({"x1": math.pi, "x2": 2.275}), Arm({"x1": 0.0, "x2": 0.0})]
    )
    df = BraninMetric("b", ["x1", "x2"]).fetch_trial_data(batch).df
    assert df["arm_name"].tolist() == ["0_0", "0_1"]
    assert df["metric_name"].tolist() == ["b", "b"]
    assert df["mean"].tolist() == pytest.approx([0.397887, 55.602113], abs=1e-6)
    assert df["sem"].tolist() == [0.0, 0.0]
    assert df["trial_index"].tolist() == [0, 0]
    assert df["n"].tolist() == [5000, 5000]
    assert df["frac_nonnull"].notna().all()


def test_the_noise_is_reported_as_the_sem(trial):
    metric = BraninMetric("b", ["x1", "x2"], noise_sd=0.5)
    exact = BraninMetric("b", ["x1", "x2"]).fetch_trial_data(trial).df["mean"][0]
    np.random.seed(0)  # noqa: NPY002 # the promise under test
    noisy = metric.fetch_trial_data(trial).df
    np.random.seed(0)  # noqa: NPY002
    assert noisy["sem"][0] == 0.5
    assert noisy["mean"][0] == pytest.approx(exact + 0.5 * np.random.randn())  # noqa: NPY002
    without = metric.fetch_trial_data(trial, noisy=False).df
    assert (without["mean"][0], without["sem"][0]) == (exact, 0.0)


def test_a_function_metric_needs_a_function(trial):
    metric = NoisyFunctionMetric("f", ["x1"], noise_sd=0.0, lower_is_better=True)
    assert metric.lower_is_better is True
    with pytest.raises(NotImplementedError, match=r"'f'.*define f"):
        metric.fetch_trial_data(trial)


def test_a_function_metric_of_a_trial_without_arms_is_empty(experiment):
    assert BraninMetric("b", ["x1", "x2"]).fetch_trial_data(experiment.new_trial()).df.empty


@pytest.mark.parametrize(
    ("x", "value"),
    [((-math.pi, 12.275), 0.397887), ((math.pi, 2.275), 0.397887), ((9.42478, 2.475), 0.397887)],
)
def test_minima_of_branin(x, value):
    assert BraninMetric("b", ["x1", "x2"]).f(np.array(x)) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(
    ("x", "value"),
    [
        ([0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573], -3.32237),
        ([0.0] * 6, -0.00508911288366444),
    ],
)
def test_known_values_of_hartmann6(x, value):
    metric = Hartmann6Metric("h", [f"x{i}" for i in range(6)])
    assert metric.f(np.array(x)) == pytest.approx(value, abs=1e-5)


def test_the_length_of_a_vector():
    assert L2NormMetric("l", ["x", "y"]).f(np.array([3.0, -4.0])) == 5.0
