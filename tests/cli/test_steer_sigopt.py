"""Steering what SigOpt code made, or what was made from its experiment.yml."""

import pytest
from results import document, refused

from armwright import sigopt
from armwright.persistence import StoredExperiment
from armwright.persistence.pace import pace_of
from armwright.sigopt import create_experiment
from armwright.store import ExperimentFolder

WHY = ("--reason", "because")
PARAMETERS = [
    {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}},
    {"name": "kind", "type": "categorical", "categorical_values": ["a", "b"]},
]


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    return create_experiment(
        name="s", parameters=PARAMETERS, metrics=[{"name": "m"}], budget=9, metadata={"a": "b"}
    )


@pytest.fixture
def place(made, tmp_path):
    return tmp_path / made.id


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("budget=50", "budget: 9 -> 50"),
        ("budget=none", "budget: 9 -> none"),
        ("name=other", 'name: "s" -> "other"'),
        ('metadata={"c": 1}', 'metadata: {"a": "b"} -> {"c": 1}'),
        ("x.bounds=[0,2]", 'x.bounds: {"min": 0, "max": 1} -> {"min": 0, "max": 2}'),
        ('kind.values=["a","b","c"]', 'kind.categorical_values: ["a", "b"] -> ["a", "b", "c"]'),
        ("kind=none", "kind: categorical -> none"),
    ],
)
def test_edit_changes_what_sigopt_lets_change(word, change, run, made, place):
    found = document(run("edit", place, word, *WHY, "--json"))
    assert found["changes"] == [change]
    kept = ExperimentFolder.open(place).state.configs[2]
    assert kept["change"]["reason"] == "because"
    made.refresh()
    assert {"budget": made.budget, "name": made.name}.items() >= (
        {"budget": kept["plan"]["budget"], "name": kept["sigopt"]["name"]}.items()
    )
    assert run("ask", place).exit_code == 0


def test_a_new_parameter_has_its_default_in_the_runs_so_far(run, place):
    run("ask", place, "-n", "2")
    words = ("drop.type=double", "drop.bounds=[0,0.5]", "drop.default_value=0.25")
    assert run("edit", place, *words, *WHY).exit_code == 0
    (new,) = document(run("ask", place, "--json"))["trials"]
    assert new["parameters"].keys() == {"x", "kind", "drop"}
    run("requeue", place, "0")
    (old,) = document(run("ask", place, "--json"))["trials"]
    assert (old["trial"], old["parameters"]["drop"]) == (0, 0.25)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("objective.minimize=true",), "unknown key 'objective.minimize'; of an experiment with"),
        (("x.type=int",), "parameter 'x': type cannot change, from 'double' to 'int'"),
        (("drop.type=double", "drop.bounds=[0,1]"), "'drop' is new: it needs a default_value"),
        (("budget=-1",), "budget"),
        (("m.threshold=3",), "a threshold is for constraints and for two optimized metrics"),
    ],
)
def test_edit_refuses_what_sigopt_refuses(words, part, run, place):
    refused(run("edit", place, *words, *WHY), 2, part)
    assert ExperimentFolder.open(place).state.version == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"observation_budget": 9}, "observation_budget"),
        ({"budget": 9, "runs_only": True, "project": "p"}, "budget"),
    ],
)
def test_edit_changes_the_budget_of_the_core_api_too(fields, named, run, tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    experiments = sigopt.Connection().experiments
    made = experiments().create(name="c", parameters=PARAMETERS, metrics=["m"], **fields)
    assert run("edit", tmp_path / made.id, "budget=50", *WHY).stdout == "budget: 9 -> 50\n"
    assert experiments(made.id).fetch().to_json()[named] == 50


def test_edit_dry_run_only_looks(run, place):
    assert run("edit", place, "budget=50", *WHY, "--dry-run").stdout == "budget: 9 -> 50\n"
    assert ExperimentFolder.open(place).state.version == 1


def test_a_cancelled_run_has_failed_for_the_facade(run, made, place):
    going = made.create_run()
    assert run("cancel", place, "0").stdout == "0  running -> cancelled\n"
    assert sigopt.get_run(going.id).state == "failed"


def test_a_requeued_run_is_taken_up_by_the_facade(run, made, place):
    first = made.create_run()
    assert run("requeue", place, "0").stdout == "0  running -> waiting\n"
    again = made.create_run()
    assert again.id == first.id
    again.log_metric("m", 0.5)
    again.end()
    (best,) = made.get_best_runs()
    assert best.values["m"].value == 0.5


@pytest.mark.parametrize("verb", ["stop", "archive"])
def test_the_verbs_say_what_they_did_and_resume_undoes_it(verb, run, place):
    yes = ("--yes",) if verb == "archive" else ()
    assert document(run(verb, place, *yes, "--json"))["changed"] is True
    assert document(run(verb, place, *yes, "--json"))["changed"] is False
    assert run("ask", place).exit_code == 3
    assert document(run("resume", place, "--json"))["changed"] is True
    assert run("ask", place).exit_code == 0


def test_an_archived_one_is_left_out_of_lists(run, place, tmp_path):
    assert "0 of 9 trials" in run("list", tmp_path).stdout
    run("archive", place, "--yes")
    assert "0 of 9 trials" not in run("list", tmp_path).stdout


def test_an_archived_run_uses_no_budget_and_is_never_best_for_status(run, made, place):
    made.update(budget=2)
    for value in (0.5, 0.9):
        with made.create_run() as context:
            context.log_metric("m", value)
    assert document(run("status", place, "--json"))["state"] == "done"
    sigopt.archive_run(context.id)
    found = document(run("status", place, "--json"))
    assert (found["state"], found["made"]) == ("open", 1)
    assert found["best"] == {"trial": 0, "values": {"m": 0.5}, "trade_offs": None, "noisy": False}
    assert (found["statuses"], found["archived"]) == ({"completed": 1}, 1)
    assert "1 of 2 trials: 1 completed; 1 archived\n" in run("status", place).stdout
    assert pace_of(StoredExperiment.open(place)).ended == 1
    assert run("ask", place).exit_code == 0


def test_an_archived_run_is_in_no_number_that_show_and_list_print(run, made, place):
    for value in (0.5, 0.9):
        with made.create_run() as context:
            context.log_metric("m", value)
    sigopt.archive_run(context.id)
    made.create_run()  # still runs
    lines = run("show", place).stdout.splitlines()
    assert "2 of 9 trials: 1 completed, 1 running; 1 archived" in lines
    assert [line.split()[0] for line in lines[-2:]] == ["0", "2"]
    assert "2 of 9 trials: 1 completed, 1 running; 1 archived" in run("list", place.parent).stdout
    found = document(run("show", place, "--json"))
    assert (found["made"], found["archived"], len(found["trials"])) == (2, 1, 2)
    full = run("show", place, 1).stdout
    assert full.startswith("trial 1  completed  archived: it counts for nothing\n")
    assert document(run("show", place, 0, "--json"))["archived"] is False
    sigopt.unarchive_run(context.id)
    assert "3 of 9 trials: 2 completed, 1 running\n" in run("show", place).stdout
