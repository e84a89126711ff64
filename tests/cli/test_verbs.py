"""Each verb: what it prints where, and its exit code, when all is well and when it is not."""

import json

import pytest
from results import document, refused

from armwright import ax

# create -------------------------------------------------------------------------------------


def test_create_prints_where_it_is_and_what_comes_next(run, definition, tmp_path):
    result = run("create", tmp_path / "e", "--from", definition)
    assert result.exit_code == 0
    assert result.stdout == f"created {tmp_path}/e\n"
    assert result.stderr == f"next: armwright ask {tmp_path}/e\n"


def test_create_as_json(run, definition, tmp_path):
    found = document(run("create", tmp_path / "e", "--from", definition, "--json"))
    assert found == {
        "v": 1,
        "experiment": f"{tmp_path}/e",
        "name": "e",
        "budget": 3,
        "seed": 5,
    }


def test_create_reads_json_from_stdin(run, tmp_path):
    text = json.dumps(
        {
            "parameters": [{"name": "x", "type": "range", "bounds": [0, 9]}],
            "objective": {"metric": "m"},
        }
    )
    assert run("create", tmp_path / "e", "--from", "-", stdin=text).exit_code == 0


def test_create_quotes_a_folder_that_a_shell_would_take_apart(run, definition, tmp_path):
    result = run("create", tmp_path / "my runs", "--from", definition)
    assert result.stderr == f"next: armwright ask '{tmp_path}/my runs'\n"


def test_create_twice_is_refused(run, url, definition):
    refused(run("create", url, "--from", definition), 1, "error: there is an experiment at", "hint")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["e.toml: the key 'parameters' is missing"]),
        ("a = ]", ["is not TOML", "line 1"]),
        ("{", ["is not JSON", "line 1"]),
        (b"\xff", ["e.toml is not text in UTF-8: line 1 holds the byte 0xff"]),
        ("objective = 3\nparameters = []", ["objective should be a table, got 3"]),
    ],
    ids=repr,
)
def test_create_names_what_is_wrong_with_a_definition(text, parts, run, definition, tmp_path):
    definition.write_bytes(text if isinstance(text, bytes) else text.encode())
    stderr = refused(run("create", tmp_path / "e", "--from", definition), 2, *parts)
    assert stderr.startswith("error: ")
    assert not (tmp_path / "e").exists()


def test_create_names_standard_input_where_that_is_wrong(run, tmp_path):
    refused(run("create", tmp_path / "e", "--from", "-", stdin=b"\xff"), 2, "standard input is not")


def test_create_from_a_file_that_is_not_there(run, tmp_path):
    result = run("create", tmp_path / "e", "--from", tmp_path / "none.toml")
    refused(result, 2, "none.toml", "No such file")


def test_create_from_a_folder(run, tmp_path):
    refused(run("create", tmp_path / "e", "--from", tmp_path), 2, "irectory")


def test_create_without_a_definition_says_how_to_give_one(run, tmp_path):
    refused(run("create", tmp_path / "e"), 2, "Missing option '--from'")


def test_create_under_a_name_that_no_folder_can_have(run, definition, tmp_path):
    refused(run("create", tmp_path / ".e", "--from", definition), 2, "starts with a dot")


def test_create_refuses_what_no_model_can_do_yet_before_anything_is_evaluated(run, tmp_path):
    text = json.dumps(
        {
            "parameters": [
                {"name": "x", "type": "range", "bounds": [0, 9]},
                {"name": "t", "type": "choice", "values": ["a", "b"], "is_task": True},
            ],
            "objective": {"metric": "m"},
        }
    )
    result = run("create", tmp_path / "e", "--from", "-", stdin=text)
    if result.exit_code == 0:
        pytest.skip("the Gaussian process models tasks by now")
    refused(result, 2, "error: the Gaussian process does not model")


# ask ----------------------------------------------------------------------------------------


def test_ask_prints_a_line_for_each_trial_and_what_comes_next(run, url):
    result = run("ask", url, "-n", "2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["0", "1"]
    assert all(line.split()[1].startswith("x=0.") for line in lines)
    assert all('  "kind = 1"=' in line for line in lines)
    assert result.stderr == f"next: armwright tell {url} 0 METRIC=VALUE\n"


def test_ask_as_json(run, url):
    found = document(run("ask", url, "--json"))
    (trial,) = found["trials"]
    assert found["experiment"] == str(url)
    assert (trial["trial"], trial["attempt"], trial["arm"]) == (0, 1, "0_0")
    assert list(trial["parameters"]) == ["x", "kind = 1"]
    assert trial["parameters"] == ax.load(url).trials[0].arm.parameters


def test_ask_ends_with_three_when_the_budget_is_used_up(run, asked):
    assert run("ask", asked, "-n", "9").stdout.count("\n") == 1
    refused(run("ask", asked), 3, "error: the budget of", "3 of 3 trials are made", "hint: ")


def test_ask_within_no_time_gives_an_arm_and_the_record_says_why(run, tmp_path):
    text = json.dumps(
        {
            "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
            "objective": {"metric": "m"},
        }
    )
    run("create", tmp_path / "e", "--from", "-", stdin=text)
    run("ask", tmp_path / "e", "-n", "5")
    for trial in range(5):
        run("tell", tmp_path / "e", trial, f"m={trial}")
    result = run("ask", tmp_path / "e", "--within", "0")
    assert (result.exit_code, result.stdout[:5]) == (0, "5  x=")
    note = "the deadline left no time for a model: the points fill the space"
    assert f"note: {note}" in run("show", tmp_path / "e", "5").stdout


@pytest.mark.parametrize("seconds", ["-1", "soon"])
def test_ask_within_takes_seconds(seconds, run, url):
    refused(run("ask", url, "--within", seconds), 2, "--within")


def test_ask_takes_the_experiment_from_the_environment(run, url, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_EXPERIMENT", str(url))
    assert run("ask").exit_code == 0
    assert run("tell", "0", "loss=1").stdout == "0  completed  loss=1\n"
    assert run("show", "0").exit_code == 0
    assert run("best").exit_code == 0
    assert run("show", url).exit_code == 0


@pytest.mark.parametrize("verb", ["ask", "tell", "show", "best"])
def test_a_verb_without_an_experiment_asks_for_one(verb, run):
    refused(run(verb), 2, "error: which experiment?", "ARMWRIGHT_EXPERIMENT")
    refused(run(verb, ""), 2, "error: which experiment?")


@pytest.mark.parametrize("words", [["ask"], ["tell", "0", "loss=1"], ["show"], ["best"]], ids=str)
@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_a_folder_that_is_no_experiment_says_what_is_there(words, flag, run, tmp_path):
    (tmp_path / "other.txt").write_text("x")
    result = run(words[0], tmp_path, *words[1:], *flag)
    refused(result, 1, "error: no experiment at", "the folder holds 1 other file", "hint: ")


@pytest.mark.parametrize("verb", ["create", "ask", "best"])
def test_a_word_too_many_is_refused(verb, run, url, definition):
    extra = ["--from", definition] if verb == "create" else []
    refused(run(verb, url, "5", *extra), 2, "expected one experiment, got also 5")


@pytest.mark.parametrize("count", ["0", "65", "x", "-1"])
def test_ask_takes_a_count_from_1_to_64(count, run, url):
    refused(run("ask", url, "-n", count), 2, "-n")


# tell ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "stdout", "expected"),
    [
        ("loss=0.5", "0  completed  loss=0.5\n", (0.5, None)),
        ("loss=0.5±0.25", "0  completed  loss=0.5\n", (0.5, 0.25)),
        ("loss=-5e-1+-2.5e-1", "0  completed  loss=-0.5\n", (-0.5, 0.25)),
        ("loss=-0", "0  completed  loss=-0\n", (-0.0, None)),
        ("loss=1e308", "0  completed  loss=1e+308\n", (1e308, None)),
        ("loss=3±0", "0  completed  loss=3\n", (3.0, 0.0)),
    ],
)
def test_tell_records_a_value_and_its_error(word, stdout, expected, run, asked):
    result = run("tell", asked, "0", word)
    assert (result.exit_code, result.stdout, result.stderr) == (0, stdout, "")
    values = document(run("show", asked, "0", "--json"))["arms"][0]["values"]["loss"]
    assert (values["mean"], values["sem"]) == expected


def test_tell_with_a_step_says_how_far_it_is(run, asked):
    result = run("tell", asked, "0", "loss=0.5", "--step", "3")
    assert result.stdout == "0  running  step 3\n"
    found = document(run("tell", asked, "0", "loss=0.25", "--step", "3.5", "--json"))
    assert (found["state"], found["step"]) == ("running", 3.5)
    shown = document(run("show", asked, "0", "--json"))
    assert shown["status"] == "running"
    assert [(item["step"], item["values"]) for item in shown["progress"]] == [
        (3, {"loss": 0.5}),
        (3.5, {"loss": 0.25}),
    ]
    refused(run("tell", asked, "0", "--step", "3"), 2, "step 3 has no value")
    refused(run("tell", asked, "0", "--step", "3", "--failed"), 2, "either goes on or has failed")
    assert run("tell", asked, "0", "loss=1", "--step", "much").exit_code == 2
    refused(run("tell", asked, "0", "loss=1", "--step", "inf"), 2, "should be a finite number")


def test_tell_as_json(run, asked):
    assert document(run("tell", asked, "1", "loss=0.5", "--json")) == {
        "v": 1,
        "experiment": str(asked),
        "trial": 1,
        "state": "completed",
        "reason": None,
        "values": {"loss": 0.5},
    }


def test_tell_takes_metrics_whose_name_holds_an_equals_sign(run, asked):
    assert run("tell", asked, "0", "loss=1", "a=b=2").stdout == "0  completed  loss=1  a=b=2\n"


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "NaN"])
def test_tell_records_a_value_that_is_not_finite_as_a_failure(value, run, asked):
    result = run("tell", asked, "0", f"loss={value}")
    assert result.exit_code == 0
    assert result.stdout == f"0  failed (nan)  loss={float(value)}\n"
    assert run("tell", asked, "1", f"loss={value}", "--json").exit_code == 0
    assert ax.load(asked).trials[0].status.is_failed


@pytest.mark.parametrize(
    ("words", "stdout"),
    [
        (["--failed"], "0  failed (crash)\n"),
        (["--failed", "--why", "oom"], "0  failed (oom)\n"),
        (["--why", "timeout"], "0  failed (timeout)\n"),
    ],
)
def test_tell_records_a_failure_and_why(words, stdout, run, asked):
    result = run("tell", asked, "0", *words)
    assert (result.exit_code, result.stdout, result.stderr) == (0, stdout, "")


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        ([], 2, "which trial? expected its number, got none"),
        (["x"], 2, "expected a trial's number, such as 3, got 'x'"),
        (["²", "loss=1"], 2, "expected a trial's number, such as 3, got '²'"),
        (["9" * 5000, "loss=1"], 2, "expected a trial's number"),
        (["9", "loss=1"], 1, "no trial 9 in"),
        (["0"], 2, "no value for 'loss', got none"),
        (["0", "loss"], 2, "expected metric=value or metric=value±error, got 'loss'"),
        (["0", "loss="], 2, "expected metric=value or metric=value±error, got 'loss='"),
        (["0", "=1"], 2, "expected metric=value or metric=value±error, got '=1'"),
        (["0", "loss=much"], 2, "loss should be a number, or one ± its standard error, got 'much'"),
        (["0", "loss=1±"], 2, "loss should be a number, or one ± its standard error, got '1±'"),
        (["0", "loss=±1"], 2, "loss should be a number"),
        (["0", "loss=1±2±3"], 2, "loss should be a number"),
        (["0", "loss=1±-1"], 2, "standard error of loss should be finite and >= 0, got -1.0"),
        (["0", "loss=1±inf"], 2, "standard error of loss should be finite and >= 0, got inf"),
        (["0", "loss=1", "loss=2"], 2, "expected one value for loss, got another: 'loss=2'"),
        (["0", "lose=1"], 2, "unknown metric 'lose', expected a=b, loss"),
        (["0", "a=b=1"], 2, "no value for 'loss', got a=b"),
        (
            ["0", "loss=1", "--failed"],
            2,
            "has either results or a failure, got both: loss and crash",
        ),
        (
            ["0", "loss=1", "--why", "oom"],
            2,
            "has either results or a failure, got both: loss and oom",
        ),
        (["0", "--why", ""], 2, "reason should be a word such as oom, got ''"),
        (["0", "--why", "\udcff"], 2, "reason and note should be Unicode text"),
        (["0", "--nonsense"], 2, "No such option"),
    ],
    ids=lambda item: str(item)[:30],
)
def test_tell_refuses_what_it_cannot_understand(words, code, part, run, asked):
    refused(run("tell", asked, *words), code, part)
    assert ax.load(asked).trials[0].status.is_running


def test_tell_twice_is_refused_and_the_second_result_kept_aside(run, asked):
    run("tell", asked, "0", "loss=1")
    refused(run("tell", asked, "0", "loss=2"), 1, "has ended already: completed", "is kept in late")
    shown = run("show", asked, "0").stdout
    assert "loss: 1\n" in shown
    assert "1 results came too late and do not count" in shown


# show ---------------------------------------------------------------------------------------


def test_show_an_experiment_without_trials(run, url):
    result = run("show", url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "e\n"
        "minimize loss\n"
        "  RangeParameter(name='x', parameter_type=FLOAT, range=[0.0, 1.0])\n"
        "  ChoiceParameter(name='kind = 1', parameter_type=STRING, values=['a', '[red]b c', 'ü'])\n"
        "0 of 3 trials: none yet\n"
    )


def test_show_lists_every_trial_with_its_values_as_they_are(run, asked):
    run("tell", asked, "0", "loss=0.5")
    arms = [trial.arm.parameters for trial in ax.load(asked).trials.values()]
    result = run("show", asked)
    assert result.exit_code == 0
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[4:6] == ["2 of 3 trials: 1 completed, 1 running", "best: trial 0, loss 0.5"]
    assert lines[6].split() == ["trial", "status", "loss", "x", "kind", "=", "1", "model"]
    for line, number, values in zip(lines[7:], (0, 1), arms, strict=True):
        assert line.startswith(str(number))
        assert f"{values['x']:.6g}" in line
        assert values["kind = 1"] in line
        assert line.endswith("Sobol")


def test_show_as_json(run, asked):
    run("tell", asked, "0", "loss=0.5±0.1")
    run("tell", asked, "1", "--failed", "--why", "oom")
    found = document(run("show", asked, "--json"))
    assert found["experiment"] == str(asked)
    assert (found["name"], found["budget"], found["description"]) == ("e", 3, None)
    assert found["objective"] == [{"metric": "loss", "minimize": True}]
    assert found["statuses"] == {"completed": 1, "failed": 1}
    assert (found["best"]["trial"], found["best"]["mean"], found["best"]["sem"]) == (0, 0.5, 0.1)
    assert [trial["reason"] for trial in found["trials"]] == [None, "oom"]
    assert found["trials"][0]["arms"][0]["values"] == {"loss": {"mean": 0.5, "sem": 0.1}}
    assert found["damaged"] == []


def test_show_a_trial_says_how_it_came_about(run, asked):
    run("tell", asked, "0", "--why", "oom")
    result = run("show", asked, "0")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "trial 0  failed (oom)"
    assert lines[1].startswith("  x = 0.")
    assert lines[3] == "attempt 1: failed (oom)"
    assert lines[4].startswith("  claimed 20")
    assert lines[5].startswith("  ended   20")
    assert lines[6].startswith("made by Sobol in ")


def test_show_a_trial_as_json(run, asked):
    found = document(run("show", asked, "1", "--json"))
    assert (found["trial"], found["status"], found["late"]) == (1, "running", 0)
    assert found["attempts"][0]["state"] is None
    assert found["generator"][0]["next_position"] == 2


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["7"], 1, "no trial 7 in"),
        (["x"], 2, "expected a trial's number, such as 3, got 'x'"),
        (["0", "1"], 2, "expected an experiment and a trial, got also 1"),
    ],
    ids=str,
)
def test_show_refuses_what_is_not_there(words, code, part, run, asked):
    refused(run("show", asked, *words), code, part)


def test_show_warns_of_a_torn_file_and_shows_the_rest(run, asked):
    (asked / "t" / "00000" / "1.arm.json").write_bytes(b'{"v": 1')
    result = run("show", asked)
    assert result.exit_code == 0
    assert result.stderr.startswith("warning: t/00000/1.arm.json left out: torn or not JSON")
    assert "1 of 3 trials: 1 running" in result.stdout
    found = document(run("show", asked, "--json"))
    assert [item["path"] for item in found["damaged"]] == ["t/00000/1.arm.json"]
    refused(run("tell", asked, "1", "loss=1"), 1, "1.arm.json is damaged")
    assert run("tell", asked, "0", "loss=1").exit_code == 0


def test_show_an_experiment_without_an_objective(run, tmp_path):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.INT, 0, 9)])
    ax.save(ax.Experiment(space, "e"), tmp_path / "e")
    assert run("show", tmp_path / "e").stdout.splitlines()[1] == "no objective"
    assert document(run("show", tmp_path / "e", "--json"))["objective"] == []
    refused(run("best", tmp_path / "e"), 2, "it has no objective")
    refused(run("ask", tmp_path / "e"), 2, "needs an objective")


# A batch, as ax.save writes one --------------------------------------------------------------


@pytest.fixture
def batch(tmp_path):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True))
    experiment = ax.Experiment(space, "e", config)
    trial = experiment.new_batch_trial()
    trial.add_arms_and_weights([ax.Arm({"x": 0.25}), ax.Arm({"x": 0.75})])
    trial.mark_running(no_runner_required=True)
    trial.mark_arm_abandoned("0_0")
    outcomes = {"0_0": {"loss": (1.0, 0.5)}, "0_1": {"loss": (2.0, None)}}
    experiment.attach_data(ax.Data.from_evaluations(outcomes, 0))
    ax.save(experiment, tmp_path / "e")
    return tmp_path / "e"


def test_show_lists_every_arm_of_a_batch(run, batch):
    lines = run("show", batch).stdout.splitlines()
    assert lines[4].split() == ["trial", "arm", "status", "loss", "x", "model"]
    assert [line.split()[:5] for line in lines[5:]] == [
        ["0", "0_0", "running", "1", "0.25"],
        ["0", "0_1", "running", "2", "0.75"],
    ]


def test_show_a_batch_in_full(run, batch):
    lines = run("show", batch, "0").stdout.splitlines()
    assert lines[:7] == [
        "trial 0  running",
        "  arm 0_0  given up",
        "    x = 0.25",
        "    loss: 1 ± 0.5",
        "  arm 0_1",
        "    x = 0.75",
        "    loss: 2",
    ]
    assert lines[-1] == "made by hand in 0.000 s"


def test_tell_leaves_the_results_of_a_batch_to_python_and_takes_its_failure(run, batch):
    refused(run("tell", batch, "0", "loss=1"), 2, "trial 0 of", "has 2 arms", "attach_data")
    assert run("tell", batch, "0", "--failed").stdout == "0  failed (crash)\n"


def test_ask_leaves_a_batch_to_the_program_that_made_it(run, batch):
    assert document(run("ask", batch, "--json"))["trials"][0]["trial"] == 1


# best ---------------------------------------------------------------------------------------


def test_best_prints_the_trial_and_its_parameters(run, asked):
    run("tell", asked, "0", "loss=2")
    run("tell", asked, "1", "loss=1±0.1")
    values = ax.load(asked).trials[1].arm.parameters
    result = run("best", asked)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"trial 1  loss 1\n  x = {values['x']}\n  kind = 1 = {values['kind = 1']}\n"
    )


def test_best_as_json(run, asked):
    run("tell", asked, "0", "loss=2")
    found = document(run("best", asked, "--json"))
    assert found == {
        "v": 1,
        "experiment": str(asked),
        "trial": 0,
        "arm": "0_0",
        "parameters": ax.load(asked).trials[0].arm.parameters,
        "metric": "loss",
        "mean": 2.0,
        "sem": None,
        "expected": None,
        "expected_sd": None,
    }


@pytest.mark.parametrize("flag", [[], ["--json"]])
def test_best_ends_with_three_while_nothing_is_completed(flag, run, asked):
    refused(run("best", asked, *flag), 3, "has no best trial yet: 0 trials are completed", "hint")
