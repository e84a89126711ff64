"""Tasks, fidelities and what searches over them, through the facade."""

import math

import pytest

from armwright import ax
from armwright.ax import Models

TARGET = 9
INT = ax.ParameterType.INT


def curve(x, y, epochs):
    """A bowl that every epoch less blurs by a slope along x."""
    return (x - 0.3) ** 2 + (y - 0.7) ** 2 + 0.3 * (1 - epochs / TARGET) * x


@pytest.fixture(scope="module")
def trained(ranged, experiment_in, run):
    space = ax.SearchSpace(
        [
            ranged("x", 0.0, 1.0),
            ranged("y", 0.0, 1.0),
            ranged(
                "epochs", 1, TARGET, ax.ParameterType.INT, is_fidelity=True, target_value=TARGET
            ),
        ]
    )
    experiment = experiment_in(space)
    for place, arm in enumerate(Models.SOBOL(space, seed=3).gen(14).arms):
        at = {**arm.parameters, **({"epochs": TARGET} if place % 3 == 0 else {})}
        run(experiment, at, {"m": (curve(**at), None)})
    return experiment


@pytest.mark.slow
def test_ordinary_arms_are_made_at_the_target_fidelity_from_data_of_all(trained):
    bridge = Models.GPEI(experiment=trained, seed=1)
    made = bridge.gen(2)
    assert [arm.parameters["epochs"] for arm in made.arms] == [TARGET, TARGET]
    assert made.gen_metadata["observations"] == 14
    lowest = ax.ObservationFeatures({"x": 0.3, "y": 0.7, "epochs": TARGET})
    assert bridge.predict([lowest])[0]["m"][0] == pytest.approx(0.0, abs=0.1)
    best, _ = made.best_arm_predictions
    assert best.parameters["epochs"] == TARGET
    at = {"x": 0.4, "y": 0.5, "epochs": 2}
    means, _ = bridge.predict([ax.ObservationFeatures(at)])
    assert means["m"][0] == pytest.approx(curve(**at), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("member", [Models.GPKG, Models.GPMES])
def test_searches_for_knowledge_choose_cheap_fidelities_unless_they_cost_the_same(member, trained):
    cheap = member(experiment=trained, seed=1).gen(2)
    assert all(trained.search_space.check_membership(arm.parameters) for arm in cheap.arms)
    assert min(arm.parameters["epochs"] for arm in cheap.arms) < TARGET
    dear = member(experiment=trained, seed=1, fidelity_weights={"epochs": 0.0}).gen(2)
    assert max(arm.parameters["epochs"] for arm in dear.arms) == TARGET
    assert cheap.gen_metadata["notes"] == []
    assert cheap._model_key == member.value


@pytest.mark.slow
def test_a_fidelity_may_be_fixed_for_an_arm(trained):
    held = ax.ObservationFeatures({"epochs": 3})
    made = Models.GPKG(experiment=trained, seed=1).gen(1, fixed_features=held)
    assert made.arms[0].parameters["epochs"] == 3


def test_only_fidelities_have_weights(trained):
    with pytest.raises(ValueError, match=r"expected some of the fidelities \['epochs'\], got x"):
        Models.GPKG(experiment=trained, fidelity_weights={"x": 1.0})


def test_a_target_that_is_no_value_of_its_parameter_is_refused(ranged, experiment_in):
    space = ax.SearchSpace([ranged("x", 0.0, 1.0, is_fidelity=True, target_value=2.0)])
    with pytest.raises(ValueError, match=r"target_value: expected a value of .*'x'.*, got 2.0"):
        Models.GPEI(experiment=experiment_in(space), data=ax.Data())


def test_without_data_arms_at_the_target_fill_the_space(ranged, experiment_in):
    fidelity = ranged("s", 0.0, 1.0, is_fidelity=True, target_value=0.5)
    space = ax.SearchSpace([ranged("x", 0.0, 1.0), fidelity])
    made = Models.GPEI(experiment=experiment_in(space), data=ax.Data()).gen(3)
    assert [arm.parameters["s"] for arm in made.arms] == [0.5] * 3


# Tasks -------------------------------------------------------------------------------------------


@pytest.fixture
def two_tasks(ranged, chosen, experiment_in, run):
    """Sixteen observations of one task and three of the target, whose numbers are 100 times so."""

    def make(**more):
        task = chosen("task", ["old", "new"], is_task=True, **more)
        space = ax.SearchSpace([ranged("x", 0.0, 1.0), ranged("y", 0.0, 1.0), task])
        experiment = experiment_in(space)
        for place, arm in enumerate(Models.SOBOL(space, seed=4).gen(19).arms):
            at = {**arm.parameters, "task": "new" if place < 3 else "old"}
            value = (at["x"] - 0.3) ** 2 + (at["y"] - 0.7) ** 2
            run(experiment, at, {"m": (value * 100 + 5 if place < 3 else value, 0.0)})
        return experiment

    return make


@pytest.mark.slow
def test_what_one_task_teaches_finds_the_optimum_of_another(two_tasks):
    experiment = two_tasks(target_value="new")
    bridge = Models.ST_MTGP(experiment=experiment, seed=1)
    made = bridge.gen(1)
    assert made.arms[0].parameters["task"] == "new"
    assert made.arms[0].parameters["x"] == pytest.approx(0.3, abs=0.15)
    assert made.arms[0].parameters["y"] == pytest.approx(0.7, abs=0.15)
    points = [ax.ObservationFeatures({"x": 0.8, "y": 0.2, "task": t}) for t in ("old", "new")]
    means, covariances = bridge.predict(points)
    assert means["m"][0] == pytest.approx(0.5, abs=0.1)
    assert means["m"][1] == pytest.approx(55.0, abs=15.0)
    assert covariances["m"]["m"][1] > 100 * covariances["m"]["m"][0]
    assert made.best_arm_predictions[0].parameters["task"] == "new"


@pytest.mark.slow
def test_without_a_target_the_task_is_chosen_or_fixed(two_tasks):
    bridge = Models.ST_MTGP(experiment=two_tasks(), seed=1)
    assert bridge.gen(1).arms[0].parameters["task"] in ("old", "new")
    held = ax.ObservationFeatures({"task": "old"})
    assert bridge.gen(1, fixed_features=held).arms[0].parameters["task"] == "old"


# Draws of the hyperparameters --------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("member", [Models.FULLYBAYESIAN, Models.FULLYBAYESIANMOO])
def test_draws_of_the_hyperparameters_are_recorded_and_predict_as_they_did(member, measured_square):
    experiment = measured_square(count=8)
    bridge = member(experiment=experiment, seed=1, hyperparameter_draws=4)
    made = bridge.gen(1)
    assert len(made.gen_metadata["hyperparameters"]["draws"]) == 4
    again = member(experiment=experiment, seed=1, hyperparameter_draws=4).gen(1)
    assert again.arms == made.arms
    assert again.model_predictions == made.model_predictions
    means, covariances = bridge.predict([ax.ObservationFeatures({"x": 0.3, "y": 0.7})])
    assert means["m"][0] == pytest.approx(0.0, abs=0.1)
    assert covariances["m"]["m"][0] > 0


@pytest.mark.parametrize(
    ("member", "preset"),
    [
        (Models.GPKG, {"search_for": "knowledge"}),
        (Models.GPMES, {"search_for": "maximum"}),
        (Models.FULLYBAYESIAN, {"hyperparameter_draws": 16}),
    ],
)
def test_members_tell_what_makes_them_what_they_are(member, preset):
    model, _ = member.view_defaults()
    assert preset.items() <= model.items()


# Failures ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_arms_keep_away_from_the_half_of_the_space_where_trials_fail(square, experiment_in, run):
    """The objective falls towards the forbidden half, so that nothing else keeps arms out of it."""
    experiment = experiment_in(square)
    for place, arm in enumerate(Models.SOBOL(square, seed=2).gen(16).arms):
        x = arm.parameters["x"]
        failed = x > 0.5
        results = {} if failed and place % 2 else {"m": (math.nan if failed else -x, None)}
        run(experiment, arm.parameters, results, end="mark_failed" if failed else "mark_completed")
    made = Models.GPEI(experiment=experiment, seed=1).gen(4)
    assert made.gen_metadata["failed"] > 4
    assert sum(arm.parameters["x"] < 0.62 for arm in made.arms) >= 3
    assert made.gen_metadata["observations"] + made.gen_metadata["failed"] == 16


@pytest.mark.slow
def test_an_objective_that_nearly_always_fails_still_gives_arms_inside(square, experiment_in, run):
    experiment = experiment_in(square)
    for place, arm in enumerate(Models.SOBOL(square, seed=2).gen(20).arms):
        worked = place % 10 == 0
        results = {"m": (arm.parameters["x"], None)} if worked else {}
        run(experiment, arm.parameters, results, end="mark_completed" if worked else "mark_failed")
    made = Models.GPEI(experiment=experiment, seed=1).gen(3)
    assert all(square.check_membership(arm.parameters) for arm in made.arms)
    assert len({arm.signature for arm in made.arms} - set(experiment.arms_by_signature)) == 3
