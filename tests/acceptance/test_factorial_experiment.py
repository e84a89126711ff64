"""A factorial experiment in batches: all combinations first, then Thompson sampling on the best.

The way of an online experiment of two factors, through the public facade alone: every combination
runs beside a status quo, two arms have to be given up, what was measured decides the weights of the
next batch, and a colleague goes on from the saved file in another process (this file as a script).
"""

import subprocess
import sys

import numpy as np
import pytest

from armwright import ax

CLICKS = {"none": 5.0, "small": 6.0, "large": 7.5}
SECONDS = {"none": 10.0, "small": 10.2, "large": 12.0}
SEMS = {"clicks": 0.3, "seconds": 0.03}


class Measured(ax.Metric):
    """Clicks or seconds per visit, with noise that arm, trial and metric decide."""

    def fetch_trial_data(self, trial, **_):
        """A row for each arm that is still running."""
        import pandas as pd

        running = [arm for arm in trial.arms if arm not in trial.abandoned_arms]
        return ax.Data(
            pd.DataFrame(
                {
                    "arm_name": arm.name,
                    "metric_name": self.name,
                    "mean": self.mean(arm.parameters) + self.noise(arm, trial),
                    "sem": SEMS[self.name],
                    "trial_index": trial.index,
                }
                for arm in running
            )
        )

    def mean(self, parameters):
        """Without noise."""
        if self.name == "seconds":
            return SECONDS[parameters["banner"]]
        return CLICKS[parameters["banner"]] + 0.8 * (parameters["color"] == "green")

    def noise(self, arm, trial):
        """The same whenever it is asked for."""
        seed = [int(arm.signature[:8], 16), trial.index, len(self.name)]
        return SEMS[self.name] * np.random.default_rng(seed).standard_normal()


ax.register_metric(Measured)


def first_batch():
    """All combinations beside a status quo; two arms are given up on the way."""
    experiment = ax.Experiment(
        name="banners",
        search_space=ax.SearchSpace(
            [
                ax.ChoiceParameter("banner", ax.ParameterType.STRING, ["none", "small", "large"]),
                ax.ChoiceParameter("color", ax.ParameterType.STRING, ["red", "green"]),
                ax.FixedParameter("page", ax.ParameterType.STRING, "start"),
            ]
        ),
        optimization_config=ax.OptimizationConfig(
            ax.Objective(Measured("clicks", lower_is_better=False)),
            # At most 5 % slower than the page is now, which rules the large banner out.
            [ax.OutcomeConstraint(Measured("seconds"), ax.ComparisonOp.LEQ, 5.0, relative=True)],
        ),
        status_quo=ax.Arm({"banner": "none", "color": "red", "page": "start"}),
        runner=ax.SyntheticRunner(),
    )
    design = ax.Models.FACTORIAL(search_space=experiment.search_space).gen(n=-1)
    batch = experiment.new_batch_trial(generator_run=design, optimize_for_power=True)
    batch.run()
    batch.mark_arm_abandoned("0_0", reason="unreadable")
    batch.mark_arm_abandoned("0_3")
    experiment.attach_data(experiment.fetch_data())
    batch.mark_completed()
    return experiment


def next_batch(experiment):
    """The arms that may be the best, weighed by how probable that is."""
    sampler = ax.Models.EMPIRICAL_BAYES_THOMPSON(
        experiment=experiment, data=experiment.fetch_data(), seed=7
    )
    batch = experiment.new_batch_trial(generator_run=sampler.gen(n=3))
    batch.set_status_quo_with_weight(experiment.status_quo, 0.5)
    batch.run()
    experiment.attach_data(experiment.fetch_data())
    batch.mark_completed()
    return batch


@pytest.fixture(scope="module")
def started():
    return first_batch()


@pytest.fixture(scope="module")
def saved(started, tmp_path_factory):
    path = tmp_path_factory.mktemp("factorial") / "banners.json"
    ax.save(started, str(path))
    return path


@pytest.fixture(scope="module")
def finished(saved):
    """The experiment after two more batches, made in another process from the saved file."""
    path = saved.with_name("finished.json")
    done = subprocess.run(
        [sys.executable, __file__, str(saved), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return ax.load(str(path))


def test_the_first_batch_holds_every_combination_beside_the_status_quo(started):
    batch = started.trials[0]
    assert batch.is_factorial
    assert list(batch.arms_by_name) == ["status_quo", "0_0", "0_1", "0_2", "0_3", "0_4"]
    assert batch.status_quo.name == "status_quo"


def test_the_status_quo_has_the_weight_that_makes_comparisons_precise(started):
    weights = {arm.name: weight for arm, weight in started.trials[0].arm_weights.items()}
    assert weights.pop("status_quo") == pytest.approx(5.0**0.5)
    assert set(weights.values()) == {1.0}


def test_arms_given_up_are_remembered_and_not_measured(started):
    batch = started.trials[0]
    assert [arm.name for arm in batch.abandoned_arms] == ["0_0", "0_3"]
    assert batch.abandoned_arms_metadata[0].reason == "unreadable"
    assert started.num_abandoned_arms == 2
    measured = started.lookup_data_for_trial(0)[0].df
    assert set(measured["arm_name"]) == {"status_quo", "0_1", "0_2", "0_4"}


def test_the_saved_experiment_is_the_same_experiment(started, saved):
    assert ax.load(str(saved)) == started


def test_a_store_folder_keeps_the_same_experiment(started, tmp_path):
    ax.save(started, str(tmp_path / "banners"))
    assert ax.load(str(tmp_path / "banners")) == started


def test_another_process_goes_on_as_this_one_would(saved, finished):
    here = ax.load(str(saved))
    for _ in range(2):
        next_batch(here)
    assert here.num_trials == finished.num_trials == 3
    for index, trial in here.trials.items():
        other = finished.trials[index]
        assert list(trial.arm_weights.items()) == list(other.arm_weights.items())


def test_the_next_batch_keeps_to_measured_arms_that_were_not_given_up(finished):
    batch = finished.trials[1]
    assert set(batch.arms_by_name) <= {"status_quo", "0_1", "0_2", "0_4"}
    assert finished.trials[1].generator_runs[0]._model_key == "EB"


def test_the_status_quo_runs_in_every_batch_with_the_weight_it_is_given(finished):
    for index in (1, 2):
        weights = {arm.name: w for arm, w in finished.trials[index].arm_weights.items()}
        assert weights["status_quo"] == 0.5


def test_traffic_goes_to_the_best_arm_that_is_not_too_slow(finished):
    weights = finished.trials[2].normalized_arm_weights()
    best = max(weights, key=weights.get)
    assert best.parameters == {"banner": "small", "color": "green", "page": "start"}
    assert weights[best] > 0.5
    assert sum(weights.values()) == pytest.approx(1.0)


def test_the_best_arm_is_known_with_its_expectations(finished):
    arm, (means, covariances) = finished.trials[2].generator_runs[0].best_arm_predictions
    assert arm.parameters["banner"] == "small"
    assert means["clicks"] == pytest.approx(6.8, abs=0.8)
    assert means["seconds"] == pytest.approx(10.2, abs=0.2)
    assert 0.0 < covariances["clicks"]["clicks"] <= SEMS["clicks"] ** 2


if __name__ == "__main__":
    resumed = ax.load(sys.argv[1])
    for _ in range(2):
        next_batch(resumed)
    ax.save(resumed, sys.argv[2])
