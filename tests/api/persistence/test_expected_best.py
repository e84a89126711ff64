"""The best trial of noisy results is the one that a model of all of them expects most of."""

import json

import numpy as np
import pytest

import armwright
from armwright.experiment.aimed_at import aimed_at
from armwright.looking import Charts
from armwright.persistence.adding import GivenTrial, add_trials
from armwright.persistence.best import carries_noise, completed_results
from armwright.persistence.recorded_fits import newest_fits
from armwright.persistence.results_model import results_model

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


def test_hyperparameters_that_knew_few_of_the_results_are_fitted_anew(tmp_path):
    experiment = armwright.create(tmp_path / "e", {**DEFINITION, "budget": 60}, seed=1)
    tell(experiment, 9, sem=0.5, noise=0.1)
    record = experiment.trials[8].arm["trial"]["generator_run"]["gen_metadata"]
    rng = np.random.default_rng(7)
    more = [{"x": float(rng.random()), "n": 1 + k % 5} for k in range(20)]
    told = [truth(parameters) + 0.1 * rng.standard_normal() for parameters in more]
    given = [
        GivenTrial(parameters=parameters, values={"loss": (value, 0.5)})
        for parameters, value in zip(more, told, strict=True)
    ]
    add_trials(experiment, given)
    fits, fitted_to = newest_fits(experiment.trials, "loss")
    rows = [(f"{n}_0", "loss", value, 0.5, n) for n, value in enumerate(told, 9)]
    of_all = [("0_0", "loss", 1.0, 0.5, 0), *rows]
    old = results_model(experiment, of_all[:8], fits=fits, fitted_to=fitted_to)
    new = results_model(experiment, of_all, fits=fits, fitted_to=fitted_to)
    assert old._models.fitted("loss").to_dict() == record["hyperparameters"]
    assert new._models.fitted("loss").to_dict() != record["hyperparameters"]
    drawn = Charts(experiment).best()
    best = experiment.best()
    assert (best.number, best.expected) == (drawn.trial, pytest.approx(drawn.expected, rel=1e-9))


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
    for noise, told in ((0.1, True), (1e-4, False)):
        trials = of(noise)
        assert carries_noise(trials, completed_results(trials, folder), aim) is told


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
