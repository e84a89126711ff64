"""`ask`, `tell` and `add` for shells and other languages: every form that words may have."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from results import document, refused

from armwright import ax

# ask ----------------------------------------------------------------------------------------


def test_ask_as_environment_can_be_evaluated_by_a_shell(run, url):
    lines = run("ask", url, "--env").stdout
    arm = ax.load(url).trials[0].arm
    script = lines + (
        'printf "%s\\n" "$ARMWRIGHT_TRIAL" "$ARMWRIGHT_ATTEMPT" "$ARMWRIGHT_ARM" '
        '"$ARMWRIGHT_EXPERIMENT" "$ARMWRIGHT_PARAM_x" "$ARMWRIGHT_PARAM_kind___1"\n'
        'printf "%s" "$ARMWRIGHT_PARAMETERS"'
    )
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)  # noqa: S607
    *words, parameters = done.stdout.decode().splitlines()
    assert words == [
        *("0", "1", "0_0", str(url)),
        *(str(value) for value in arm.parameters.values()),
    ]
    assert json.loads(parameters) == arm.parameters


def test_ask_writes_the_parameters_into_a_file(run, url, tmp_path):
    result = run("ask", url, "--to", tmp_path / "p.json")
    assert result.stdout.startswith("0  x=")
    assert json.loads((tmp_path / "p.json").read_text()) == ax.load(url).trials[0].arm.parameters


def test_ask_that_cannot_write_the_file_gives_the_trial_back(run, url, tmp_path):
    file = tmp_path / "no" / "p.json"
    refused(run("ask", url, "--to", file), 2, f"cannot write '{file}': no such file")
    assert ax.load(url).trials[0].status.name == "CANDIDATE"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["-n", "2", "--env"], "--env and --to are for one trial, got --count 2"),
        (["-n", "2", "--to", "p.json"], "--env and --to are for one trial, got --count 2"),
        (["--env", "--json"], "expected --env or --json, got both"),
    ],
)
def test_ask_refuses_forms_that_exclude_each_other(words, part, run, url):
    refused(run("ask", url, *words), 2, part)
    assert not ax.load(url).trials


def test_two_names_of_one_variable_are_refused_and_the_trial_goes_back(run, tmp_path):
    text = (
        "objective: {metric: m}\nparameters:\n"
        "- {name: a-b, type: range, bounds: [0.0, 1.0]}\n"
        "- {name: a.b, type: range, bounds: [0.0, 1.0]}\n"
    )
    url = tmp_path / "e"
    run("create", url, "--from", "-", stdin=text)
    refused(run("ask", url, "--env"), 2, "two parameters come to the variable ARMWRIGHT_PARAM_a_b")
    assert ax.load(url).trials[0].status.name == "CANDIDATE"


# tell ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"loss": 0.5}', (0.5, None)),
        ('{"loss": [0.5, 0.25]}', (0.5, 0.25)),
        ('{"loss": [0.5, null], "a=b": 3}', (0.5, None)),
        ('{\n  "loss": 0.5\n}\n', (0.5, None)),
        ('{"values": {"loss": 0.5}}', (0.5, None)),
        ('{"trial": 0, "attempt": 1, "values": {"loss": 0.5}}', (0.5, None)),
        ('{"loss": "0.5"}', (0.5, None)),
    ],
)
def test_tell_reads_a_json_line(line, expected, run, asked):
    found = document(run("tell", asked, "0", "--from", "-", "--json", stdin=line))
    assert [(item["trial"], item["state"]) for item in found["told"]] == [(0, "completed")]
    values = document(run("show", asked, "0", "--json"))["arms"][0]["values"]["loss"]
    assert (values["mean"], values["sem"]) == expected


def test_tell_reads_steps_and_then_the_end(run, asked, tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text(
        '{"step": 1, "values": {"loss": 0.9}}\n\n'
        '{"step": 2.5, "values": {"loss": 0.7}}\n'
        '{"loss": 0.5}\n'
    )
    result = run("tell", asked, "0", "--from", file)
    assert result.exit_code == 0, result.output
    assert result.stdout == "0  running  step 1\n0  running  step 2.5\n0  completed  loss=0.5\n"


def test_tell_reads_lines_about_many_trials(run, asked):
    lines = '{"trial": 0, "values": {"loss": 1}}\n{"trial": 1, "failed": "oom", "note": "40 GB"}\n'
    result = run("tell", asked, "--from", "-", stdin=lines)
    assert result.stdout == "0  completed  loss=1\n1  failed (oom)\n"
    assert "attempt 1: failed (oom): 40 GB" in run("show", asked, "1").stdout


def test_tell_reads_lines_that_name_their_trial_beside_the_values(run, asked):
    lines = (
        '{"trial": 0, "step": 3, "loss": 2}\n'
        '{"trial": 0, "loss": [1, 0.1]}\n'
        '{"trial": 1, "loss": 3}\n'
    )
    result = run("tell", asked, "--from", "-", stdin=lines)
    assert result.stdout == "0  running  step 3\n0  completed  loss=1\n1  completed  loss=3\n"
    refused(run("tell", asked, "--from", "-", stdin='{"loss": 3}'), 2, "a trial's number, got none")


def test_tell_that_fails_half_way_says_how_many_were_told(run, asked):
    lines = '{"trial": 0, "values": {"loss": 1}}\n{"trial": 9, "values": {"loss": 1}}\n'
    result = run("tell", asked, "--from", "-", stdin=lines)
    assert (result.exit_code, result.stdout) == (1, "0  completed  loss=1\n")
    assert result.stderr.startswith("1 of 2 reports were told before\nerror: no trial 9 in")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "- holds no result: expected a JSON object on each line"),
        ("{", "-: line 1 is not JSON"),
        ('{"loss": 1}\nloss=1', "-: line 2 is not JSON"),
        ("[1]", "should be an object such as"),
        ('{"loss": {}}', "loss should be a number, or [number, standard error], got {}"),
        ('{"loss": "much"}', "loss should be a number"),
        ('{"loss": [1, 2, 3]}', "loss should be a number"),
        ('{"loss": true}', "loss should be a number"),
        ('{"trial": 1, "values": {"loss": 1}}', "is about trial 1, expected 0"),
        ('{"trial": "x", "values": {"loss": 1}}', "trial should be a trial's number, got 'x'"),
        ('{"values": {"loss": 1}, "loss": 2}', "unknown key 'loss' beside values"),
        ('{"failed": "oom", "values": {"loss": 1}}', "has either results or a failure, got both"),
        ('{"failed": "oom", "step": 1}', "either goes on or has failed"),
        ('{"failed": 3}', "failed cannot be 3"),
        ('{"step": "x", "values": {"loss": 1}}', "step cannot be 'x'"),
        ('{"note": "x", "values": {"loss": 1}}', "a note is for a failure, got 'x'"),
        (b"\xff", "standard input is not text in UTF-8"),
    ],
)
def test_tell_refuses_lines_before_it_tells_any(text, part, run, asked):
    refused(run("tell", asked, "0", "--from", "-", stdin=text), 2, part)
    assert ax.load(asked).trials[0].status.is_running


def test_a_line_without_a_trial_needs_one(run, asked):
    stdin = '{"loss": 1}'
    refused(run("tell", asked, "--from", "-", stdin=stdin), 2, "a trial's number, got none")


@pytest.mark.parametrize("extra", [["loss=1"], ["--failed"], ["--step", "0"], ["--attempt", "1"]])
def test_tell_takes_words_or_lines(extra, run, asked):
    refused(run("tell", asked, "0", *extra, "--from", "-", stdin="{}"), 2, "got both")


def test_tell_notes_why_a_trial_failed(run, asked):
    assert run("tell", asked, "0", "--why", "oom", "--note", "at step 3").exit_code == 0
    assert "attempt 1: failed (oom): at step 3" in run("show", asked, "0").stdout
    refused(run("tell", asked, "1", "loss=1", "--note", "x"), 2, "a note is for a failure")


def test_tell_of_an_attempt_that_is_not_running_is_refused(run, asked):
    refused(run("tell", asked, "0", "loss=1", "--attempt", "2"), 1, "attempt 1 is running")


# add ----------------------------------------------------------------------------------------


def test_add_makes_a_trial_that_the_next_to_ask_takes(run, url):
    result = run("add", url, "x=0.25", "kind = 1=ü")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "0  waiting\n", "")
    assert run("ask", url).stdout == '0  x=0.25  "kind = 1"=ü\n'
    assert "made by hand" in run("show", url, "0").stdout


def test_add_with_results_makes_a_trial_that_has_ended(run, url):
    result = run("add", url, "x=0.25", "kind = 1=a", "-r", "loss=0.5±0.1", "-r", "a=b=2")
    assert (result.exit_code, result.stdout) == (0, "0  completed\n")
    assert document(run("best", url, "--json"))["sem"] == 0.1


def test_add_reads_lines(run, url):
    lines = (
        '{"parameters": {"x": 0.5, "kind = 1": "a"}}\n\n'
        '{"parameters": {"x": 1, "kind = 1": "ü"}, "values": {"loss": [0.5, 0.1]}}\n'
    )
    found = document(run("add", url, "--from", "-", "--json", stdin=lines))
    assert found["trials"] == [
        {"trial": 0, "status": "waiting"},
        {"trial": 1, "status": "completed"},
    ]


def test_add_takes_parameters_as_a_json_object(run, url, monkeypatch):
    assert run("add", url, '{"x": 0.25, "kind = 1": "ü"}').stdout == "0  waiting\n"
    monkeypatch.setenv("ARMWRIGHT_EXPERIMENT", str(url))
    assert run("add", '{"x": 0.5}', "kind = 1=a", "-r", "loss=1").stdout == "1  completed\n"
    refused(run("add", '{"x": 0.5}', "x=1"), 2, "expected one value for x, got another")
    refused(run("add", '{"x": '), 2, "expected parameters as a JSON object")


def test_add_takes_the_experiment_from_the_environment(run, url, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_EXPERIMENT", str(url))
    assert run("add", "x=0.25", "kind = 1=a").stdout == "0  waiting\n"


def test_add_fills_in_fixed_parameters_and_reads_each_by_its_type(run, tmp_path):
    text = (
        "objective: {metric: m}\nparameters:\n"
        "- {name: n, type: range, bounds: [1, 9]}\n"
        "- {name: on, type: choice, values: [true, false]}\n"
        "- {name: f, type: fixed, value: 3}\n"
    )
    url = tmp_path / "e"
    run("create", url, "--from", "-", stdin=text)
    assert run("add", url, "n=3", "on=True").exit_code == 0
    assert ax.load(url).trials[0].arm.parameters == {"n": 3, "on": True, "f": 3}
    refused(run("add", url, "n=3.5", "on=true"), 2, "n should be of type int, got '3.5'")
    refused(run("add", url, "n=3", "on=1"), 2, "on should be of type bool, got '1'")
    stdin = '{"parameters": {"n": 3.5, "on": true}}'
    refused(run("add", url, "--from", "-", stdin=stdin), 2, "n should be of type int, got 3.5")
    stdin = '{"parameters": {"n": 3.0, "on": 1}}'
    refused(run("add", url, "--from", "-", stdin=stdin), 2, "on should be of type bool, got 1")


@pytest.mark.parametrize(
    ("words", "stdin", "part"),
    [
        ([], None, "expected parameters in words or --from a file, got neither"),
        (["x=1", "--from", "-"], "{}", "expected parameters in words or --from a file, got both"),
        (["--from", "-", "-r", "loss=1"], "{}", "expected results in the lines of --from"),
        (["--from", "-"], "", "- holds no trial"),
        (["--from", "-"], "x", "-: line 1 is not JSON"),
        (["--from", "-"], "{}", "-: line 1 should be an object with parameters"),
        (["--from", "-"], '{"parameters": {}, "x": 1}', "expected the keys parameters and values"),
        (["x=0.5"], None, "hint: give a value for each of x, kind = 1, and nothing else"),
        (["x=1.5", "kind = 1=a"], None, "hint: armwright edit changes bounds and values"),
        (["x=0.5", "kind = 1=z"], None, "cannot have this arm: "),
        (["x=0.5", "y=1"], None, "expected parameter=value, got 'y=1'; the parameters are x, kind"),
        (["x=0.5", "x=0.5"], None, "expected one value for x, got another"),
        (["x=0.5", "kind = 1=a", "-r", "lose=1"], None, "unknown metric 'lose'"),
        (["x=0.5", "kind = 1=a", "-r", "a=b=1"], None, "no value for 'loss'"),
        (["x=0.5", "kind = 1=a", "-r", "loss"], None, "expected metric=value"),
    ],
    ids=str,
)
def test_add_refuses_what_cannot_be_a_trial_and_adds_none(words, stdin, part, run, url):
    refused(run("add", url, *words, stdin=stdin), 2, part)
    assert not ax.load(url).trials


@pytest.mark.slow
def test_a_shell_script_runs_the_whole_loop(url):
    script = """
set -e
while eval "$(armwright ask "$1" --env)"; [ -n "$ARMWRIGHT_TRIAL" ]; do
    echo "{\\"loss\\": $ARMWRIGHT_PARAM_x}" | armwright tell "$ARMWRIGHT_TRIAL" --from -
    unset ARMWRIGHT_TRIAL
done 2> /dev/null
armwright best "$1"
"""
    bin_folder = Path(sys.executable).parent
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script, "bash", str(url)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [[str(n), "completed"] for n in range(3)]
    assert lines[3].startswith("trial ")
