"""The best trial of noisy results is the one that a model of all of them expects most of."""

import json

import numpy as np
import pytest

import armwright
from armwright.experiment.aimed_at import aimed_at
from armwright.persistence.expected_best import carries_noise

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [
        {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
        {"name": "n", "type": "range", "bounds": [1, 5]},
    ],
}


def truth(parameters):
    return 4.0 * (parameters["x"] - 0.3) ** 2


def tell(experiment, count, *, sem, noise=0.0, lucky=None):
    rng = np.random.default_rng(5)
    for _ in range(count):
        (trial,) = experiment.ask()
        value = truth(trial.arm.parameters) + noise * rng.standard_normal()
        if trial.number == lucky:
            value = -1.0
        result = value if sem is None else (value, sem)
        experiment.tell(trial.number, {"loss": result})


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """Twelve arms; the one farthest from the optimum had luck, and its standard error says so."""
    url = tmp_path_factory.mktemp("runs") / "e"
    experiment = armwright.create(url, DEFINITION, seed=1)
    tell(experiment, 12, sem=0.5, noise=0.1, lucky=2)
    return experiment


def test_the_best_of_noisy_results_is_not_the_lucky_one(noisy):
    best = noisy.best()
    assert best.number != 2
    assert truth(best.arm.parameters) < truth(noisy.experiment.trials[2].arm.parameters)
    assert best.expected is not None
    assert best.expected_sd > 0
    document = best.as_dict()
    assert document["expected"] == best.expected
    json.dumps(document, allow_nan=False)


def test_its_expectation_is_the_models_own(noisy):
    from armwright.generation import Models

    best, experiment = noisy.best(), noisy.experiment
    record = experiment.trials[max(experiment.trials)].generator_run.gen_metadata
    bridge = Models.GPEI(experiment=experiment, data=experiment.fetch_data(), seed=9)
    bridge._models.fits["loss"] = type(bridge._models.fitted("loss")).from_dict(
        record["hyperparameters"]
    )
    arms = [trial.arm for trial in experiment.trials.values()]
    means, _ = bridge._models.predictions(arms, ["loss"])
    assert best.expected == pytest.approx(min(means["loss"]), rel=1e-9)


def test_exact_results_are_compared_as_measured(tmp_path):
    experiment = armwright.create(tmp_path / "e", DEFINITION, seed=1)
    tell(experiment, 6, sem=0.0, lucky=2)
    best = experiment.best()
    assert (best.number, best.mean, best.expected) == (2, -1.0, None)


def test_results_without_a_standard_error_are_noisy_where_the_model_inferred_noise(noisy):
    def of(noise):
        trials = dict(noisy.trials)
        facts = trials[11]
        run = facts.arm["trial"]["generator_run"]
        record = {**run["gen_metadata"]}
        record["hyperparameters"] = {**record["hyperparameters"], "noise": noise}
        arm = {
            **facts.arm,
            "trial": {**facts.arm["trial"], "generator_run": {**run, "gen_metadata": record}},
        }
        from dataclasses import replace

        trials[11] = replace(facts, arm=arm)
        return {number: without_sem(item) for number, item in trials.items()}

    folder, (aim,) = noisy._folder, aimed_at(noisy.optimization_config.objective)
    assert carries_noise(of(0.1), aim, folder)
    assert not carries_noise(of(1e-4), aim, folder)


def without_sem(facts):
    from dataclasses import replace

    attempts = {}
    for number, attempt in facts.attempts.items():
        end = json.loads(json.dumps(attempt.end))
        for item in end["data"]:
            for row in item["rows"]:
                row["sem"] = None
        attempts[number] = replace(attempt, end=end)
    return replace(facts, attempts=attempts)


def test_a_handful_of_results_is_compared_as_measured(tmp_path):
    experiment = armwright.create(tmp_path / "e", DEFINITION, seed=1)
    tell(experiment, 4, sem=0.5, lucky=2)
    assert experiment.best().number == 2
