"""`ax.optimize` and its loop, on functions whose optimum is known."""

import math

import pytest

from armwright import ax
from armwright.experiment import ObservationFeatures

XY = [
    {"name": "x", "type": "range", "bounds": [-5.0, 10.0]},
    {"name": "y", "type": "range", "bounds": [0.0, 15.0]},
]


def branin(p):
    """Dixon and Szego (1978); its minimum is 0.397887."""
    x, y = p["x"], p["y"]
    bowl = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


@pytest.fixture(scope="module")
def branin_run():
    return ax.optimize(XY, branin, minimize=True, total_trials=16, random_seed=2)


def test_branin_ends_near_its_minimum(branin_run):
    best, (means, covariances), experiment, _ = branin_run
    assert branin(best) < 2.0
    assert means["objective"] == pytest.approx(branin(best), abs=2.0)
    assert covariances["objective"]["objective"] >= 0.0
    assert experiment.num_trials == 16
    assert {trial.status for trial in experiment.trials.values()} == {ax.TrialStatus.COMPLETED}


def test_trials_are_made_by_sobol_first_and_by_the_model_then(branin_run):
    experiment = branin_run[2]
    keys = [trial.generator_run._model_key for trial in experiment.trials.values()]
    assert keys == ["Sobol"] * 5 + ["GPEI"] * 11


def test_the_model_predicts_what_it_has_seen(branin_run):
    _, _, experiment, model = branin_run
    arm = experiment.trials[3].arm
    means, covariances = model.predict([ObservationFeatures(parameters=arm.parameters)])
    assert means["objective"] == pytest.approx([branin(arm.parameters)], rel=0.05, abs=0.5)
    assert covariances["objective"]["objective"][0] >= 0.0


def test_the_model_refuses_to_predict_outside_the_search_space(branin_run):
    with pytest.raises(ValueError, match=r"cannot predict at \{'x': 1.0\}"):
        branin_run[3].predict([ObservationFeatures(parameters={"x": 1.0})])


def test_the_record_of_a_model_made_arm_says_how_it_came_about(branin_run):
    record = branin_run[2].trials[10].generator_run.gen_metadata
    assert record["observations"] == 10
    assert record["pending"] == 0
    assert len(record["digest"]) == 32
    assert record["hyperparameters"]["lengthscales"]
    assert record["notes"] == []


def test_the_same_seed_and_number_of_trials_give_the_same_arms():
    runs = [
        ax.optimize(XY, branin, minimize=True, total_trials=8, random_seed=2)[2] for _ in range(2)
    ]
    first, again = ([arm.parameters for arm in run.arms_by_name.values()] for run in runs)
    assert first == again
    assert len(first) == 8


def test_nan_is_a_failed_trial_that_the_model_never_sees():
    def partly(p):
        return math.nan if p["x"] < 0 else branin(p)

    best, _, experiment, _ = ax.optimize(XY, partly, minimize=True, total_trials=8, random_seed=2)
    failed = [t for t in experiment.trials.values() if t.status is ax.TrialStatus.FAILED]
    assert failed
    assert all(trial.arm.parameters["x"] < 0 for trial in failed)
    assert best["x"] >= 0


def test_mixed_parameters_come_in_their_types_and_constraints_hold():
    _, _, experiment, _ = ax.optimize(
        [
            {"name": "a", "type": "range", "bounds": [0, 10]},
            {"name": "b", "type": "range", "bounds": [0.0, 10.0]},
            {"name": "c", "type": "range", "bounds": [1e-3, 1e3], "log_scale": True},
            {"name": "d", "type": "choice", "values": ["p", "q"]},
            {"name": "e", "type": "fixed", "value": 3},
        ],
        lambda p: p["a"] + p["b"] + (p["d"] == "q"),
        parameter_constraints=["a + b <= 12", "a >= b"],
        total_trials=9,
        random_seed=4,
    )
    for arm in experiment.arms_by_name.values():
        p = arm.parameters
        assert [type(v) for v in p.values()] == [int, float, float, str, int]
        assert experiment.search_space.check_membership(p, raise_error=True)


def test_batches_are_trials_of_many_arms():
    _, _, experiment, _ = ax.optimize(
        XY, branin, minimize=True, total_trials=3, arms_per_trial=2, random_seed=1
    )
    assert [len(trial.arms) for trial in experiment.trials.values()] == [2, 2, 2]
    assert len(experiment.arms_by_signature) == 6


def test_an_evaluation_that_gives_mean_and_sem_by_metric_is_kept_whole():
    best, (means, covariances), experiment, _ = ax.optimize(
        XY,
        lambda p: {"loss": (branin(p), 0.1), "cost": (1.0, None)},
        objective_name="loss",
        minimize=True,
        total_trials=3,
        random_seed=1,
    )
    assert means == {"loss": branin(best), "cost": 1.0}
    assert covariances["loss"]["loss"] == pytest.approx(0.01)
    assert sorted(experiment.fetch_data().df["metric_name"].unique()) == ["cost", "loss"]


def loop(**more):
    return ax.OptimizationLoop.with_evaluation_function(
        parameters=XY, evaluation_function=branin, minimize=True, **more
    )


def test_a_loop_refuses_to_run_past_its_trials():
    done = loop(total_trials=1, random_seed=1).full_run()
    with pytest.raises(ValueError, match="Optimization is complete: all 1 trials have run"):
        done.run_trial()


def test_a_trial_needs_an_arm():
    with pytest.raises(ValueError, match="at least one arm, got 0"):
        loop(arms_per_trial=0).run_trial()


def test_an_experiment_with_trials_is_refused():
    done = loop(total_trials=1, random_seed=1).full_run()
    with pytest.raises(AssertionError, match="without trials, got 1"):
        ax.OptimizationLoop(done.experiment)


def test_what_the_model_cannot_do_is_refused_before_anything_is_evaluated():
    calls = []
    share = {"name": "share", "type": "range", "bounds": [0.1, 1.0]}
    share |= {"is_fidelity": True, "target_value": 2.0}
    with pytest.raises(ValueError, match="target_value: expected a value of"):
        ax.optimize([*XY, share], calls.append)
    assert calls == []


def test_no_best_point_before_a_result():
    with pytest.raises(ValueError, match=r"no trial of SimpleExperiment\(None\) has a result"):
        loop().get_best_point()
