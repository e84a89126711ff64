"""What an experiment says of the model that makes its arms: read, kept, changed, and used."""

import json
import math

import pytest

import armwright
from armwright.errors import UsageError
from armwright.persistence import (
    StoredExperiment,
    definition_from_dict,
    definition_from_text,
)
from armwright.persistence.editing import changes_from_words, edit
from armwright.persistence.facts import plan_of
from armwright.persistence.fork import fork
from armwright.store import ExperimentFolder

X = {"name": "x", "type": "range", "bounds": [0.0, 1.0]}
DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [X, {**X, "name": "y"}],
}
LIKELIEST = {"output_warp": "likeliest"}


def loss(parameters):
    return math.exp(3 * (parameters["x"] - 0.3) ** 2 + math.sqrt(parameters["y"]))


def work(experiment, count):
    for _ in range(count):
        (trial,) = experiment.ask()
        experiment.tell(trial.number, {"loss": loss(trial.arm.parameters)})


def said(url):
    return plan_of(ExperimentFolder.open(url).state).get("generation")


def options_of(url, number):
    """What the record of a trial's arm says that its model was made with."""
    run = ExperimentFolder.open(url).state.trials[number].arm["trial"]["generator_run"]
    return run["model_kwargs"]


# Reading --------------------------------------------------------------------------------------


def test_a_definition_says_what_its_model_is():
    made = definition_from_dict({**DEFINITION, "generation": {"hyperparameter_draws": 8}})
    assert made.generation == {"hyperparameter_draws": 8}
    assert made.rules == ("generation.hyperparameter_draws 8",)


def test_a_definition_that_says_nothing_of_it_has_nothing():
    made = definition_from_dict(DEFINITION)
    assert (made.generation, made.rules) == ({}, ())


def test_a_toml_file_says_it_as_a_table():
    text = (
        'objective = {metric = "loss"}\n'
        'parameters = [{name = "x", type = "range", bounds = [0.0, 1.0]}]\n'
        '[generation]\noutput_warp = "none"\ninput_warp = true\n'
    )
    made = definition_from_text(text, source="e.toml")
    assert made.generation == {"output_warp": "none", "input_warp": True}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("likeliest", "e: generation should be a table, got 'likeliest'"),
        ({"output_wrap": "none"}, "unknown key 'output_wrap'; did you mean output_warp"),
        ({"warp": 8}, "generation: unknown key 'warp'"),
        ({"hyperparameter_draws": -1}, "draws should be a whole number from 0 to 64, got -1"),
        ({"hyperparameter_draws": 65}, "draws should be a whole number from 0 to 64, got 65"),
        ({"hyperparameter_draws": 8.0}, "draws should be a whole number from 0 to 64, got 8.0"),
        ({"hyperparameter_draws": True}, "draws should be a whole number from 0 to 64, got True"),
        ({"hyperparameter_draws": "8"}, "draws should be a whole number from 0 to 64, got '8'"),
        ({"output_warp": "log"}, "output_warp should be one of turns, likeliest, none, got 'log'"),
        ({"output_warp": None}, "output_warp should be one of turns, likeliest, none, got None"),
        ({"output_warp": ["none"]}, "should be one of turns, likeliest, none, got \\['none'\\]"),
        ({"input_warp": 1}, "generation.input_warp should be true or false, got 1"),
        ({"input_warp": "yes"}, "generation.input_warp should be true or false, got 'yes'"),
        (
            {"hyperparameter_draws": 4, "output_warp": "turns"},
            "output_warp should be none beside 4 hyperparameter_draws, .* got 'turns'",
        ),
    ],
    ids=repr,
)
def test_what_cannot_be_is_refused_by_its_key(given, problem):
    with pytest.raises(UsageError, match=problem) as caught:
        definition_from_dict({**DEFINITION, "generation": given}, source="e")
    assert caught.value.path[0] == "generation"


def test_every_refusal_says_what_to_do():
    wrong = ({"warp": 1}, {"hyperparameter_draws": -1}, {"output_warp": 1}, {"input_warp": 1})
    for given in wrong:
        with pytest.raises(UsageError, match="generation") as caught:
            definition_from_dict({**DEFINITION, "generation": given})
        assert caught.value.hint


def test_draws_and_no_warp_of_the_output_go_together():
    given = {"hyperparameter_draws": 4, "output_warp": "none", "input_warp": True}
    assert definition_from_dict({**DEFINITION, "generation": given}).generation == given


# Keeping --------------------------------------------------------------------------------------


def test_what_is_said_is_part_of_the_plan(url):
    armwright.create(url, {**DEFINITION, "generation": LIKELIEST})
    assert said(url) == LIKELIEST


def test_an_experiment_that_says_nothing_has_the_plan_of_older_ones(url):
    armwright.create(url, DEFINITION, seed=1)
    plan = plan_of(ExperimentFolder.open(url).state)
    assert plan == {"budget": None, "seed": 1, "initial_trials": None}


def test_what_python_says_counts_before_what_the_definition_says(url):
    given = {**DEFINITION, "generation": LIKELIEST}
    armwright.create(url, given, generation={"output_warp": "none"})
    assert said(url) == {"output_warp": "none"}


def test_it_can_be_said_of_an_experiment_object(url):
    made = definition_from_dict(DEFINITION).experiment
    armwright.create(url, made, generation={"input_warp": True})
    assert said(url) == {"input_warp": True}


def test_what_cannot_be_makes_no_folder(url):
    with pytest.raises(UsageError, match="generation: unknown key 'draws'"):
        armwright.create(url, DEFINITION, generation={"draws": 2})
    assert not url.exists()


def test_a_fork_keeps_what_its_source_says(url, tmp_path):
    armwright.create(url, DEFINITION, generation=LIKELIEST)
    fork(url, tmp_path / "f")
    assert said(tmp_path / "f") == LIKELIEST


def test_a_fork_may_say_otherwise(url, tmp_path):
    armwright.create(url, DEFINITION, generation=LIKELIEST)
    fork(url, tmp_path / "f", generation={"input_warp": True})
    assert said(tmp_path / "f") == {"input_warp": True}


def test_a_plan_of_a_later_version_is_refused_when_an_arm_is_wanted(url):
    experiment = armwright.create(url, DEFINITION)
    folder = ExperimentFolder.open(url)
    config = folder.state.configs[1]
    plan = {**config["plan"], "generation": {"later": 1}}
    folder.add_config({**config, "plan": plan}, base=1)
    with pytest.raises(UsageError, match="generation: unknown key 'later'"):
        experiment.ask()


# Changing -------------------------------------------------------------------------------------


def edited(url, *words):
    return edit(url, changes_from_words(words, ["x", "y"]), reason="to see").changes


def test_an_edit_of_all_of_it_at_once_is_told_how_to_and_makes_no_parameter(url):
    armwright.create(url, DEFINITION)
    with pytest.raises(UsageError, match="generation is edited key by key") as it:
        edited(url, 'generation={"input_warp": true, "hyperparameter_draws": 4}')
    assert it.value.hint == "generation.input_warp=true generation.hyperparameter_draws=4"


def test_an_edit_says_it_and_keeps_the_rest_of_the_plan(url):
    armwright.create(url, DEFINITION, seed=4)
    changes = edited(url, "generation.output_warp=likeliest", "budget=9")
    assert changes == ("budget: none -> 9", 'generation.output_warp: "turns" -> "likeliest"')
    plan = plan_of(ExperimentFolder.open(url).state)
    assert plan == {"budget": 9, "seed": 4, "initial_trials": None, "generation": LIKELIEST}


def test_an_edit_to_what_is_usual_changes_nothing(url):
    armwright.create(url, DEFINITION)
    words = ("generation.input_warp=false", "generation.hyperparameter_draws=0")
    assert edited(url, *words) == ()
    assert ExperimentFolder.open(url).state.version == 1


def test_the_word_none_is_a_scale_and_takes_nothing_away(url):
    armwright.create(url, DEFINITION, generation=LIKELIEST)
    assert edited(url, "generation.output_warp=none") == (
        'generation.output_warp: "likeliest" -> "none"',
    )
    assert said(url) == {"output_warp": "none"}


def test_an_edit_is_refused_for_what_it_comes_to_with_what_was_said(url):
    armwright.create(url, DEFINITION, generation=LIKELIEST)
    with pytest.raises(UsageError, match="should be none beside 8 hyperparameter_draws"):
        edited(url, "generation.hyperparameter_draws=8")
    assert said(url) == LIKELIEST


def test_a_misspelt_key_of_an_edit_gets_the_nearest_one(url):
    armwright.create(url, DEFINITION)
    with pytest.raises(UsageError, match=r"did you mean generation\.output_warp"):
        edited(url, "generation.output_wrap=none")


def test_a_parameter_may_be_called_generation(url):
    own = {**DEFINITION, "parameters": [{**X, "name": "generation"}], "generation": LIKELIEST}
    armwright.create(url, own)
    words = ["generation.bounds=[0.0,2.0]", "generation.output_warp=none"]
    changes = changes_from_words(words, ["generation"])
    assert len(edit(url, changes, reason="both").changes) == 2
    assert said(url) == {"output_warp": "none"}


# Using ----------------------------------------------------------------------------------------

CASES = {
    "draws and warped inputs": {"hyperparameter_draws": 3, "input_warp": True},
    "the likeliest scale": {"output_warp": "likeliest", "input_warp": True},
    "its own scale": {"output_warp": "none"},
}


@pytest.mark.slow
@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_arms_are_made_with_it_and_come_out_again_bit_for_bit(url, options):
    work(armwright.create(url, {**DEFINITION, "generation": options}, seed=3), 23)
    made = options_of(url, 22)
    assert {key: made[key] for key in options} == options
    run = ExperimentFolder.open(url).state.trials[22].arm["trial"]["generator_run"]
    fit = run["gen_metadata"]["hyperparameters"]
    assert len(fit.get("draws", ())) == options.get("hyperparameter_draws", 0)
    assert ("input_warp" in fit) == options.get("input_warp", False)
    for number in (6, 12, 22):
        found = armwright.replay(url, number)
        assert found.equal, str(found)
        assert (found.model, found.reasons) == ("GPEI", ())


@pytest.mark.slow
def test_arms_before_and_after_an_edit_come_out_again_as_each_was_made(url):
    experiment = armwright.create(url, DEFINITION, seed=3)
    work(experiment, 8)
    edited(url, "generation.hyperparameter_draws=3")
    work(experiment, 2)
    edited(url, "generation.hyperparameter_draws=0", "generation.output_warp=likeliest")
    work(experiment, 6)
    assert "hyperparameter_draws" not in options_of(url, 7)
    assert options_of(url, 8)["hyperparameter_draws"] == 3
    assert options_of(url, 15)["output_warp"] == "likeliest"
    for number in (7, 8, 9, 10, 15):
        found = armwright.replay(url, number)
        assert found.equal, str(found)


@pytest.mark.slow
def test_trials_made_ahead_of_need_are_made_with_it(url):
    from armwright.persistence.stock import Stock

    experiment = armwright.create(url, DEFINITION, seed=3, generation={"output_warp": "none"})
    work(experiment, 6)
    (number,) = Stock(ExperimentFolder.open(url), target=1).fill().made
    assert options_of(url, number)["output_warp"] == "none"
    assert armwright.replay(url, number).equal


@pytest.mark.slow
def test_the_arms_of_one_that_says_the_usual_are_those_of_one_that_says_nothing(url, tmp_path):
    silent = armwright.create(url, DEFINITION, seed=3)
    telling = armwright.create(
        tmp_path / "t", DEFINITION, seed=3, generation={"output_warp": "turns", "input_warp": False}
    )
    work(silent, 8)
    work(telling, 8)
    arms = [
        [facts.arm["arms"][0]["parameters"] for facts in one.state.trials.values()]
        for one in (silent, telling)
    ]
    assert arms[0] == arms[1]


@pytest.mark.slow
def test_an_arm_of_a_version_that_knew_no_options_says_so_when_it_differs(url):
    experiment = armwright.create(url, DEFINITION, seed=3)
    work(experiment, 7)
    (path,) = (url / "config").glob("*1.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["document"]["plan"]["generation"] = {"output_warp": "likeliest"}
    path.chmod(0o600)
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")
    found = armwright.replay(url, 6)
    assert "made with output_warp turns, the experiment said likeliest then" in found.reasons


@pytest.mark.slow
def test_what_is_looked_at_is_a_model_of_the_same_kind(url):
    from armwright.looking.model import model_of
    from armwright.looking.reading import look

    made = definition_from_dict(DEFINITION).experiment
    said = {"input_warp": True}
    # No arm is a model's, so that there is no record and the hyperparameters are fitted now.
    work(StoredExperiment.create(url, made, seed=3, initial_trials=99, generation=said), 20)
    stored = armwright.open(url)
    assert len(model_of(stored, look(stored))._models.fitted("loss").input_warp) == 2
