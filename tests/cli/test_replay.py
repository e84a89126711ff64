"""`armwright replay`: what it prints where, and its exit code."""

import json

import pytest
from results import document, refused


def test_replay_says_that_an_arm_is_equal(run, asked):
    result = run("replay", asked, "1")
    assert result.exit_code == 0, result.output
    assert result.stdout == "trial 1  equal  made by Sobol\n"
    assert result.stderr == ""


def test_replay_as_json(run, asked):
    found = document(run("replay", asked, "0", "--json"))
    assert found["recorded"] == found["recomputed"]
    assert {key: found[key] for key in ("experiment", "trial", "equal", "model")} == {
        "experiment": str(asked),
        "trial": 0,
        "equal": True,
        "model": "Sobol",
    }
    assert (found["differences"], found["reasons"]) == ([], [])


def test_replay_names_the_parameter_that_differs_and_ends_with_1(run, asked):
    (file,) = asked.rglob("*1.arm.json")
    body = json.loads(file.read_text(encoding="utf-8"))
    body["document"]["arms"][0]["parameters"]["x"] = 0.5
    file.chmod(0o600)
    file.write_text(json.dumps(body) + "\n", encoding="utf-8")
    result = run("replay", asked, "1")
    assert result.exit_code == 4
    assert result.stdout.startswith("trial 1  differs  made by Sobol\n  x: recorded 0.5, recomp")
    assert "of its range)" in result.stdout
    assert result.stderr == ""
    assert run("replay", asked, "1", "--json").exit_code == 4


@pytest.mark.parametrize("words", [(), ("1", "2")], ids=repr)
def test_replay_needs_one_trial(words, run, asked):
    refused(run("replay", asked, *words), 2, "expected an experiment and a trial", "hint")


def test_replay_of_what_is_no_number_is_refused(run, asked):
    refused(run("replay", asked, "one"), 2, "expected a trial's number, such as 3, got 'one'")


def test_replay_of_a_trial_that_is_not_there(run, asked):
    refused(run("replay", asked, "9"), 1, "no trial 9", "it has 0 to 1")


def test_replay_where_there_is_no_experiment(run, tmp_path):
    refused(run("replay", tmp_path / "none", "0"), 1, "none")


@pytest.mark.slow
def test_best_of_noisy_results_prints_what_is_expected_and_what_was_measured(run, tmp_path):
    definition = tmp_path / "n.toml"
    definition.write_text(
        'objective = {metric = "loss", minimize = true}\nseed = 1\n'
        'parameters = [{name = "x", type = "range", bounds = [0.0, 1.0]}]\n',
        encoding="utf-8",
    )
    url = tmp_path / "n"
    assert run("create", url, "--from", definition).exit_code == 0
    for number in range(6):
        asked = document(run("ask", url, "--json"))["trials"][0]
        value = (asked["parameters"]["x"] - 0.5) ** 2 - (number == 0)  # the first one has luck
        assert run("tell", url, number, f"loss={value}±0.4").exit_code == 0
    result = run("best", url)
    assert result.exit_code == 0
    line = result.stdout.splitlines()[0]
    assert " expected, " in line
    assert line.endswith(" measured")
    assert document(run("best", url, "--json"))["expected"] is not None
