"""The status quo is run first where a bound is relative to it; a model waits for its result."""

import json

import pytest

import armwright
from armwright import ax
from armwright.errors import UsageError
from armwright.persistence import definition_from_dict
from armwright.persistence.checking import checked
from armwright.persistence.fork import fork
from armwright.persistence.next_run import next_run

PLAIN = {
    "seed": 3,
    "objective": {"metric": "loss", "minimize": True},
    "outcome_constraints": ["size <= 10%"],
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}
DEFINITION = {**PLAIN, "status_quo": {"x": 0.25}}


def measure(x):
    return {"loss": (x - 0.9) ** 2, "size": 1.0 + x}


def tell(stored, trials):
    for trial in trials:
        stored.tell(trial.number, measure(trial.parameters["x"]))


@pytest.fixture
def stored(tmp_path):
    return armwright.create(tmp_path / "e", DEFINITION)


@pytest.fixture
def without_its_result(stored):
    """The first six trials run, and all but that of the status quo are completed."""
    trials = stored.ask(6)
    tell(stored, trials[1:])
    return stored


def test_the_first_trial_is_the_status_quo_and_the_others_fill_the_space(stored):
    trials = stored.ask(3)
    assert trials[0].parameters == {"x": 0.25}
    assert [it["model"] for it in map(overview(stored), range(3))] == [
        "StatusQuo",
        "Sobol",
        "Sobol",
    ]


def overview(stored):
    from armwright.persistence.overview import trial_in_full

    return lambda number: trial_in_full(stored, number)


def test_with_its_result_a_model_makes_arms_that_keep_the_bound(stored):
    for _ in range(10):
        tell(stored, stored.ask())
    assert overview(stored)(9)["model"] == "GPEI"
    best = stored.best()
    assert best.arm.parameters["x"] == pytest.approx(0.375, abs=0.02)  # size 1.25 + 10 %


def test_in_a_stock_it_is_never_stale(stored):
    from armwright.persistence.adding import GivenTrial, add_trials
    from armwright.persistence.stock import Stock

    stock = Stock(stored._folder, target=2, growth=0.0)
    assert stock.fill().made == (0, 1)
    add_trials(
        stored, [GivenTrial(parameters={"x": x}, values=measure(x)) for x in (0.6, 0.7, 0.8)]
    )
    assert stock.fill().replaced == (1,)
    assert stored.ask()[0].parameters == {"x": 0.25}


def test_until_it_has_a_result_arms_fill_the_space(without_its_result):
    (trial,) = without_its_result.ask()
    made = overview(without_its_result)(trial.number)
    assert made["model"] == "Sobol"
    assert made["generator"][0]["notes"] == [
        "space-filling: bounds are relative to the status quo, which has no result yet"
    ]


def test_once_it_has_failed_a_model_says_what_to_do(without_its_result):
    without_its_result.fail(0)
    with pytest.raises(
        UsageError, match=r"size <= 10% is relative .* for trial 0 failed"
    ) as caught:
        without_its_result.ask()
    assert f"armwright requeue {without_its_result.url} 0" in caught.value.hint


def test_one_that_completed_without_the_bounded_metric_is_not_run_again_and_again(tmp_path):
    client = ax.AxClient(store=str(tmp_path / "e"), random_seed=1, verbose_logging=False)
    client.create_experiment(
        PLAIN["parameters"],
        name="e",
        objective_name="loss",
        minimize=True,
        outcome_constraints=["size <= 10%"],
        status_quo={"x": 0.25},
    )
    given = [client.get_next_trial()]
    client.complete_trial(0, {"loss": (0.4, 0.0)})
    given += [client.get_next_trial() for _ in range(5)]
    assert [parameters["x"] == 0.25 for parameters, _ in given] == [True] + 5 * [False]
    for parameters, index in given[1:]:
        client.complete_trial(index, {key: (v, 0.0) for key, v in measure(parameters["x"]).items()})
    with pytest.raises(UsageError, match="and trial 0, which ran it, completed without such a res"):
        client.get_next_trial()
    client.update_trial_data(0, {"size": (1.25, 0.0)})
    assert client.get_next_trial()[1] == 6


def test_one_that_was_cancelled_is_made_again(stored):
    from armwright.persistence.steering import cancel

    stored.ask()
    cancel(stored, [0], reason="wrong node")
    (trial,) = stored.ask()
    assert (trial.number, trial.parameters) == (1, {"x": 0.25})


def test_one_that_somebody_measured_is_not_made_again(stored):
    from armwright.persistence.adding import GivenTrial, add_trials

    add_trials(stored, [GivenTrial(parameters={"x": 0.25}, values=measure(0.25))])
    (trial,) = stored.ask()
    assert trial.parameters != {"x": 0.25}


def test_without_a_relative_bound_the_status_quo_is_not_run(tmp_path):
    stored = armwright.create(tmp_path / "e", {**DEFINITION, "outcome_constraints": ["size <= 2"]})
    assert stored.ask()[0].parameters != {"x": 0.25}


def test_a_status_quo_that_is_not_run_is_a_point_to_try_like_all_others(tmp_path):
    x = {"name": "x", "type": "choice", "values": [0.25, 0.5], "is_ordered": True}
    given = {**DEFINITION, "outcome_constraints": ["size <= 2"], "parameters": [x]}
    stored = armwright.create(tmp_path / "e", given)
    assert sorted(trial.parameters["x"] for trial in stored.ask(2)) == [0.25, 0.5]


def test_numbers_have_arms_of_their_own_in_a_small_space_whoever_knows_of_the_status_quo():
    x = {"name": "x", "type": "choice", "values": [0.25, 0.5, 0.75, 1.0], "is_ordered": True}
    ahead, seen = (
        definition_from_dict({**DEFINITION, "parameters": [x]}).experiment for _ in range(2)
    )
    seen.new_trial().add_arm(ax.Arm({"x": 0.25}))
    arms = [
        next_run(known, seed=3, initial_trials=8, number=number, used=known.trials).arms[0]
        for known, number in ((ahead, 1), (seen, 2))
    ]
    assert arms[0] != arms[1]


def test_a_bound_that_becomes_relative_has_the_status_quo_run_next(tmp_path):
    stored = armwright.create(tmp_path / "e", {**DEFINITION, "outcome_constraints": ["size <= 2"]})
    tell(stored, stored.ask(2))
    armwright.edit(stored.url, {"outcome_constraints": ["size <= 5%"]}, reason="by its kind")
    assert stored.ask()[0].parameters == {"x": 0.25}


def test_every_arm_comes_out_again(without_its_result):
    without_its_result.tell(0, measure(0.25))
    without_its_result.ask()
    for number in (0, 1, 5, 6):
        again = armwright.replay(without_its_result.url, number)
        assert again.equal, str(again)


def test_arms_that_are_older_than_this_rule_come_out_again(tmp_path):
    stored = armwright.create(
        tmp_path / "e", {**DEFINITION, "outcome_constraints": ["size <= 10"]}, seed=3
    )
    tell(stored, stored.ask(3))
    config = tmp_path / "e" / "config" / "000001.json"
    body = json.loads(config.read_text())
    body["document"]["optimization_config"]["outcome_constraints"][0]["relative"] = True
    config.chmod(0o600)
    config.write_text(json.dumps(body) + "\n")
    again = armwright.replay(stored.url, 2)
    assert again.equal, str(again)
    assert again.reasons == ("made when the status quo was not run first yet",)


def test_who_comes_second_in_a_race_leaves_the_status_quo_to_the_first():
    def experiment():
        return definition_from_dict(DEFINITION).experiment

    def arm(there, number):
        run = next_run(there, seed=3, initial_trials=8, number=number, used=there.trials)
        return run.arms[0].parameters["x"]

    seen = experiment()
    assert arm(seen, 0) == 0.25
    seen.new_trial().add_arm(ax.Arm({"x": 0.25}))
    assert [arm(experiment(), number) for number in (1, 2)] == [arm(seen, n) for n in (1, 2)]


def test_a_status_quo_that_nobody_can_run_is_refused(tmp_path):
    experiment = definition_from_dict(DEFINITION).experiment
    experiment.status_quo = ax.Arm({"x": None})
    with pytest.raises(UsageError, match="has to be run, and has no value of x"):
        armwright.create(tmp_path / "e", experiment)


def test_a_relative_bound_without_a_status_quo_is_refused_and_says_how_to_give_one(tmp_path):
    with pytest.raises(UsageError, match=r"relative to the status quo, and the .* has none") as it:
        armwright.create(tmp_path / "e", PLAIN)
    assert "status_quo with a value of each parameter" in it.value.hint


def test_a_fork_may_begin_to_compare_with_a_status_quo(tmp_path):
    source = armwright.create(tmp_path / "a", {**PLAIN, "outcome_constraints": ["size <= 2"]})
    tell(source, source.ask(2))
    made = fork(source.url, tmp_path / "b", definition=definition_from_dict(DEFINITION).experiment)
    assert made.ask()[0].parameters == {"x": 0.25}


# What a file says of it --------------------------------------------------------------------


def test_a_file_says_that_it_is_run_first():
    made = definition_from_dict(DEFINITION)
    assert made.notes == ("the first trial is the status quo, to which size <= 10% is relative",)
    assert checked(made, count=2)["arms"][0] == {"x": 0.25}


def test_a_file_whose_bounds_do_not_refer_to_it_says_that_it_is_not_run():
    made = definition_from_dict({**DEFINITION, "outcome_constraints": []})
    assert "is kept for whoever looks, and not run" in made.notes[0]


def test_fixed_parameters_may_be_left_out_and_numbers_are_of_their_kind():
    fixed = {"name": "k", "type": "fixed", "value": "a"}
    given = {"parameters": [*PLAIN["parameters"], fixed], "status_quo": {"x": 1}}
    arm = definition_from_dict({**DEFINITION, **given}).experiment.status_quo
    assert arm.parameters == {"x": 1.0, "k": "a"}
    assert type(arm.parameters["x"]) is float


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"y": 1.0}, "unknown parameter 'y'; the parameters are x"),
        ({}, "no value of 'x'"),
        ({"x": 2.0}, r"status_quo.x should be of RangeParameter.* got 2.0"),
        ({"x": True}, r"status_quo.x should be of RangeParameter.* got True"),
        ([0.5], "status_quo should be a table"),
    ],
)
def test_a_status_quo_that_cannot_be_is_named(given, message):
    with pytest.raises(UsageError, match=message):
        definition_from_dict({**DEFINITION, "status_quo": given})
