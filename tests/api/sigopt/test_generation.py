"""What SigOpt's experiments may say of the model: in the file, by an edit; and deadlines."""

import time

import pytest

import armwright
from armwright.errors import UsageError
from armwright.experiment_file import definition_from_file
from armwright.persistence.editing import edit
from armwright.persistence.facts import plan_of
from armwright.sigopt.diverse_search import diverse_run
from armwright.sigopt.replaying import replay
from armwright.store import ExperimentFolder

FILE = """
name: e
parameters:
  - {name: x, type: double, bounds: {min: 0, max: 1}}
  - {name: z, type: double, bounds: {min: 0, max: 1}}
metrics: [{name: m}]
budget: 30
"""
SEVERAL = f"{FILE}num_solutions: 2\n"


@pytest.fixture
def made(tmp_path):
    """Makes an experiment of a file's content."""

    def made(text):
        file = tmp_path / "experiment.yml"
        file.write_text(text, encoding="utf-8")
        return armwright.create(tmp_path / "e", file, seed=3)

    return made


def work(experiment, count):
    for _ in range(count):
        (trial,) = experiment.ask()
        place = trial.arm.parameters
        value = -((place["x"] - 0.3) ** 2) * (1.0 + place["z"])
        experiment.tell(trial.number, {"m": value})


def run_of(experiment, number):
    state = ExperimentFolder.open(experiment.url).state
    return state.trials[number].arm["trial"]["generator_run"]


def test_a_file_of_sigopts_fields_may_say_it(made):
    experiment = made(f"{FILE}generation: {{output_warp: likeliest}}\n")
    assert plan_of(experiment.state)["generation"] == {"output_warp": "likeliest"}


def test_it_is_among_the_rules_of_the_file():
    text = f"{FILE}generation: {{input_warp: true}}\n"
    assert definition_from_file(text, source="e.yml").rules == ("generation.input_warp true",)


def test_a_wrong_value_names_the_line():
    with pytest.raises(UsageError, match=r"e\.yml: line 8: generation\.input_warp should be true"):
        definition_from_file(f"{FILE}generation: {{input_warp: 3}}\n", source="e.yml")


def test_a_type_without_a_model_has_none_to_say_it_of():
    with pytest.raises(UsageError, match="generation is about a model, and the type random has"):
        definition_from_file(
            f"{FILE}type: random\ngeneration: {{input_warp: true}}\n", source="e.yml"
        )


def test_an_edit_says_it_and_leaves_sigopts_fields_alone(made):
    experiment = made(FILE)
    before = experiment.state.configs[1]["sigopt"]
    changes = edit(experiment.url, {"generation.hyperparameter_draws": 4}, reason="noisy").changes
    assert changes == ("generation.hyperparameter_draws: 0 -> 4",)
    config = ExperimentFolder.open(experiment.url).state.configs[2]
    assert config["plan"]["generation"] == {"hyperparameter_draws": 4}
    assert config["plan"]["budget"] == 30
    assert config["sigopt"] == before


def test_an_edit_of_both_keeps_both(made):
    experiment = made(FILE)
    edit(experiment.url, {"generation.input_warp": True, "budget": 40}, reason="both")
    plan = plan_of(ExperimentFolder.open(experiment.url).state)
    assert (plan["budget"], plan["generation"]) == (40, {"input_warp": True})


def test_an_edit_of_a_type_without_a_model_is_refused(made):
    experiment = made(f"{FILE}type: random\n")
    with pytest.raises(UsageError, match="the type random has none"):
        edit(experiment.url, {"generation.input_warp": True}, reason="none")


def test_python_is_refused_for_a_type_without_a_model_too(tmp_path):
    file = tmp_path / "experiment.yml"
    file.write_text(f"{FILE}type: random\n", encoding="utf-8")
    with pytest.raises(UsageError, match="the type random has none"):
        armwright.create(tmp_path / "e", file, generation={"input_warp": True})


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [{"hyperparameter_draws": 3}, {"output_warp": "likeliest", "input_warp": True}],
    ids=repr,
)
@pytest.mark.parametrize("text", [FILE, SEVERAL], ids=["one", "several"])
def test_suggestions_are_made_with_it_and_come_out_again(made, text, options):
    experiment = made(text)
    edit(experiment.url, {f"generation.{k}": v for k, v in options.items()}, reason="all")
    work(armwright.open(experiment.url), 22)
    run = run_of(experiment, 21)
    assert {key: run["model_kwargs"][key] for key in options} == options
    fit = run["gen_metadata"]["hyperparameters"]
    assert len(fit.get("draws", ())) == options.get("hyperparameter_draws", 0)
    assert ("input_warp" in fit) == options.get("input_warp", False)
    for number in (8, 21):
        found = replay(experiment.url, number)
        assert found.equal, str(found)


@pytest.mark.slow
def test_a_deadline_that_has_passed_lets_a_search_for_several_fill_the_space(made):
    experiment = made(SEVERAL)
    work(experiment, 7)
    begun = experiment.known
    run = diverse_run(begun, solutions=2, seed=3, ahead=0, deadline=time.monotonic())
    notes = run.gen_metadata["notes"]
    assert notes == ["the deadline left no time for a model: the points fill the space"]
    assert run.model_predictions is None
    assert run.arms[0].parameters.keys() == {"x", "z"}


@pytest.mark.slow
def test_an_arm_that_had_no_time_comes_out_again(made, monkeypatch):
    experiment = made(SEVERAL)
    work(experiment, 7)
    monkeypatch.setenv("ARMWRIGHT_CACHE", "off")
    (trial,) = experiment.ask(within=0.0)
    assert "left no time" in str(run_of(experiment, trial.number)["gen_metadata"]["notes"])
    found = replay(experiment.url, trial.number)
    assert found.equal, str(found)


@pytest.mark.slow
def test_with_time_enough_a_deadline_changes_nothing(made):
    experiment = made(SEVERAL)
    work(experiment, 7)
    experiment.ask()  # its programs are at hand from now on
    known = experiment.known
    free = diverse_run(known, solutions=2, seed=3, ahead=0)
    found = diverse_run(known, solutions=2, seed=3, ahead=0, deadline=time.monotonic() + 600)
    assert found.arms == free.arms
    assert found.model_predictions == free.model_predictions
