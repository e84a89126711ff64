"""Experiments that `armwright create` makes of SigOpt's fields under a name have a number too."""

import subprocess
import sys

import pytest

import armwright
from armwright import sigopt
from armwright.persistence import StoredExperiment
from armwright.sigopt.exception import ApiException
from armwright.sigopt.experiment_file import definition_from_sigopt
from armwright.sigopt.experiment_folder import id_in_store
from armwright.sigopt.place import experiment_id, fresh_id, is_id, project_folder_id

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
FIELDS = {"name": "Digits", "parameters": [X], "metrics": [{"name": "y"}], "budget": 4}
NUMBER = "8629287184834082"  # of "digits"


def make(place, **fields):
    made = definition_from_sigopt({**FIELDS, **fields}, source="experiment.yml")
    return StoredExperiment.create(
        place, made.experiment, budget=made.budget, seed=1, parts=made.parts
    )


@pytest.fixture
def named(tmp_path):
    """An experiment under a name, in the store of SigOpt code."""
    sigopt.set_store(tmp_path)
    return make(tmp_path / "digits", type="random")


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("ident", [NUMBER, int(NUMBER), "digits"])
def test_it_is_found_by_its_number_and_by_its_name(ident):
    for found in (
        sigopt.get_experiment(ident),
        sigopt.Connection().experiments(ident).fetch(),
        sigopt.Connection().aiexperiments(ident).fetch(),
    ):
        assert (found.id, found.name) == (NUMBER, "Digits")


@pytest.mark.usefixtures("named")
def test_its_number_is_the_same_in_every_process(tmp_path):
    code = f"from armwright import sigopt; print(sigopt.get_experiment({NUMBER}).name)"
    environment = {"ARMWRIGHT_STORE": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "Digits\n"


def test_it_runs_as_any_other_and_every_tool_sees_its_runs(named):
    (trial,) = named.ask()
    named.tell(trial.number, {"y": 0.25})
    experiment = sigopt.get_experiment(NUMBER)
    for run in experiment.loop():
        with run:
            run.log_metric("y", run.params.x)
    runs = list(experiment.get_runs())
    assert [run.id for run in runs] == [f"{NUMBER}{number}" for number in (3, 2, 1, 0)]
    assert {run.experiment for run in runs} == {NUMBER}
    assert sigopt.get_run(f"{NUMBER}0").values["y"].value == 0.25
    named.refresh()
    assert {facts.status for facts in named.trials.values()} == {"completed"}


def test_a_run_that_says_the_name_is_of_the_number(named):
    named._folder.add_trial(
        lambda number, state: {  # noqa: ARG005
            "arms": [{"name": f"{number}_0", "parameters": {"x": 0.5}, "weight": 1.0}],
            "trial": {},
            "sigopt": {"experiment": "digits", "assignments": {"x": 0.5}},
        }
    )
    (run,) = sigopt.get_experiment(NUMBER).get_runs()
    assert run.experiment == NUMBER


@pytest.mark.usefixtures("named")
def test_lists_show_it_beside_those_with_ids(tmp_path):
    other = sigopt.create_experiment(**{**FIELDS, "name": "other", "type": "random"})
    objective, space = {"metric": "y"}, [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}]
    armwright.create(tmp_path / "ours", {"objective": objective, "parameters": space})
    page = sigopt.Connection().aiexperiments().fetch()
    assert {item.id for item in page.iterate_pages()} == {NUMBER, other.id}


@pytest.mark.usefixtures("named")
def test_of_one_that_has_been_removed_it_is_said_that_there_is_none(tmp_path):
    assert sigopt.get_experiment(NUMBER).id == NUMBER
    (tmp_path / "digits").rename(tmp_path / "figures")
    with pytest.raises(ApiException, match=f"no experiment '{NUMBER}'"):
        sigopt.get_experiment(NUMBER)
    assert sigopt.get_experiment("figures").id == experiment_id("figures") != NUMBER


def test_a_number_of_a_name_is_no_number_of_anything_else():
    assert is_id(experiment_id("digits"))
    assert experiment_id("digits") == NUMBER
    assert experiment_id(fresh_id())[0] != NUMBER[0] != project_folder_id("digits")[0]
    ident = fresh_id()
    assert experiment_id(ident) == ident


def test_outside_of_the_store_it_has_none(named, tmp_path):
    assert id_in_store(named.url) == NUMBER
    assert id_in_store(str(tmp_path / "deeper" / "digits")) is None
