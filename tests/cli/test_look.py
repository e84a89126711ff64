"""Looking at what is under way: list, status, watch, log, explain, trade-offs, versions."""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from results import document, refused

import armwright
from armwright import ax
from armwright.persistence import StoredExperiment
from armwright.store import ExperimentFolder

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


# list ---------------------------------------------------------------------------------------


def test_list_names_the_experiments_of_a_folder(run, asked, definition):
    other = asked.parent / "other"
    run("create", other, "--from", definition)
    run("tell", asked, "0", "loss=0.5")
    result = run("list", asked.parent)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [re.split("  +", line.rstrip()) for line in result.stdout.splitlines()]
    assert lines == [
        ["experiment", "state", "trials", "best"],
        ["e", "open", "2 of 3 trials: 1 completed, 1 running", "loss 0.5"],
        ["other", "open", "0 of 3 trials: none yet"],
    ]


def test_list_leaves_archived_ones_out_unless_asked(run, url):
    run("archive", url, "--yes")
    assert document(run("list", url.parent, "--json"))["experiments"] == []
    (found,) = document(run("list", url.parent, "--all", "--json"))["experiments"]
    assert (found["name"], found["state"], found["budget"]) == ("e", "archived", 3)


def test_list_looks_in_the_store_of_the_environment(run, url, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(url.parent))
    assert "0 of 3 trials" in run("list").stdout


def test_list_goes_on_after_an_experiment_that_cannot_be_read(run, url, definition):
    run("create", url.parent / "other", "--from", definition)
    next((url / "config").iterdir()).write_text("{")
    result = run("list", url.parent)
    assert result.exit_code == 0
    assert "other" in result.stdout
    assert re.match("warning: e: .*damaged", result.stderr)
    unreadable = document(run("list", url.parent, "--json"))["experiments"][0]
    assert unreadable["state"] == "unreadable"


def test_list_of_an_empty_folder_says_so(run, tmp_path):
    result = run("list", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"no experiments in {tmp_path}\n"


def test_list_of_what_is_no_folder_of_experiments_is_refused(run, url, tmp_path):
    refused(run("list", tmp_path / "none"), 1, f"no folder at '{tmp_path}/none'")
    refused(run("list", url), 2, "is an experiment, expected a folder", "armwright status")


# status -------------------------------------------------------------------------------------


def test_status_says_who_runs_what_since_when_and_how_far(run, asked):
    run("tell", asked, "0", "loss=0.5")
    run("tell", asked, "1", "loss=0.75", "--step", "3")
    result = run("status", asked)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "e  open",
        "2 of 3 trials: 1 completed, 1 running",
        "best: trial 0, loss 0.5",
    ]
    assert re.fullmatch(rf"1 +1 +\S+\.\d+ +{STAMP} +3 *", lines[4])


def test_status_as_json(run, asked):
    found = document(run("status", asked, "--json"))
    assert (found["state"], found["budget"], found["made"]) == ("open", 3, 2)
    assert found["statuses"] == {"running": 2}
    assert [item["trial"] for item in found["running"]] == [0, 1]
    assert [item["gone"] for item in found["running"]] == [None, None]


def test_status_marks_a_worker_that_is_gone(run, url):
    program = "import armwright, sys; armwright.open(sys.argv[1]).ask(in_process=True)"
    subprocess.run([sys.executable, "-c", program, str(url)], check=True)
    (item,) = document(run("status", url, "--json"))["running"]
    assert re.match("the process .* has gone", item["gone"])
    assert item["gone"] in run("status", url).stdout


def test_status_of_an_experiment_that_is_done(run, asked):
    run("ask", asked)
    for number in range(3):
        run("tell", asked, number, f"loss={number}")
    assert run("status", asked).stdout.splitlines()[0] == "e  done"


def test_status_writes_nothing(run, asked):
    before = sorted(asked.rglob("*"))
    run("status", asked)
    run("list", asked.parent)
    assert sorted(asked.rglob("*")) == before


def test_status_warns_of_damage(run, asked):
    (asked / "t" / "00000" / "0.arm.json").write_text("{")
    result = run("status", asked)
    assert result.exit_code == 0
    assert result.stderr == "warning: 1 files cannot be read: armwright verify\n"


# log and watch ------------------------------------------------------------------------------


@pytest.fixture
def told(run, asked):
    """An experiment with a history."""
    run("tell", asked, "0", "loss=0.75", "--step", "3")
    run("tell", asked, "0", "loss=0.5±0.1")
    run("tell", asked, "1", "--why", "oom", "--note", "40 GB")
    run("requeue", asked, "1", "--reason", "bigger node")
    run("edit", asked, "budget=9", "--reason", "more")
    return asked


def test_log_tells_what_happened_with_time_and_zone(run, told):
    result = run("log", told)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert all(re.match(rf"{STAMP}  ", line) for line in lines)
    words = [re.sub(r"  by \S+$", "", line[26:]) for line in lines]
    assert words == [
        "created",
        "trial 0  started",
        "trial 1  started",
        "trial 0  progress  loss=0.75  step 3",
        "trial 0  completed  loss=0.5",
        "trial 1  failed  oom: 40 GB",
        "trial 1 attempt 2  preempted  bigger node",
        "edited  budget: 3 -> 9 (more)",
    ]


def test_log_of_one_trial(run, told):
    lines = run("log", told, "1").stdout.splitlines()
    assert [line.split("  ")[2] for line in lines] == ["started", "failed", "preempted"]
    refused(run("log", told, "9"), 1, "no trial 9 in")
    refused(run("log", told, "1", "2"), 2, "got also 2")


def test_log_as_json_is_a_document_on_each_line(run, told):
    result = run("log", told, "--json", "--last", "2")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(item["event"], item["trial"], item["attempt"]) for item in found] == [
        ("preempted", 1, 2),
        ("edited", None, None),
    ]


def test_log_tells_of_values_that_are_not_finite(run, asked):
    run("tell", asked, "0", "loss=nan", "--step", "3")
    run("tell", asked, "0", "loss=inf")
    lines = run("log", asked, "0").stdout.splitlines()
    assert "progress  loss=nan  step 3" in lines[1]
    assert "failed  nan: loss=inf" in lines[2]
    found = [json.loads(line) for line in run("log", asked, "0", "--json").stdout.splitlines()]
    assert found[1]["values"] == {"loss": None}


def test_log_tells_of_a_trial_that_was_made_before_it_was_taken(run, url):
    run("add", url, "x=0.5", "kind = 1=a")
    run("ask", url)
    lines = run("log", url, "0").stdout.splitlines()
    assert [line.split("  ")[2] for line in lines] == ["made", "started"]


def test_log_tells_of_a_configuration_that_a_program_changed(run, url):
    experiment = ax.load(url)
    experiment.description = "by hand"
    ax.save(experiment, url)
    assert "?  changed  configuration 2" in run("log", url).stdout


def test_watch_begins_with_the_last_and_ends_when_all_is_done(run, asked):
    run("ask", asked)
    for number in range(3):
        run("tell", asked, number, f"loss={number}")
    result = run("watch", asked, "-n", "2")
    assert result.exit_code == 0
    assert [line.split("  ")[1:4] for line in result.stdout.splitlines()] == [
        ["trial 1", "completed", "loss=1"],
        ["trial 2", "completed", "loss=2"],
    ]


def test_watch_prints_what_happens_once_as_json_lines(run, asked):
    command = str(Path(sys.executable).with_name("armwright"))
    words = [command, "watch", str(asked), "-n", "1", "--every", "0.05", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "started"
        for number in range(2):
            run("tell", asked, number, f"loss={number}")
            found = json.loads(process.stdout.readline())
            assert (found["event"], found["trial"]) == ("completed", number)
        run("edit", asked, "budget=2", "--reason", "enough")
        assert json.loads(process.stdout.readline())["event"] == "edited"
        assert process.stdout.read() == ""
    assert process.returncode == 0


def test_watch_ends_after_a_time(run, url):
    assert run("watch", url, "--for", "0", "-n", "1").stdout.endswith("Z  created  by " + by(url))


def by(url):
    return f"{ExperimentFolder.open(url).state.created.by}\n"


# explain ------------------------------------------------------------------------------------


def test_explain_a_quasi_random_arm(run, asked):
    result = run("explain", asked, "1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "why: a quasi-random point of a sequence that fills the space" in result.stdout
    found = document(run("explain", asked, "1", "--json"))
    assert (found["model"], found["knew"], found["pending"]) == ("Sobol", {"running": "0"}, [0])
    assert found["expected"] == []


@pytest.mark.slow  # fits a model
def test_explain_names_the_model_and_what_it_made_large(run, tmp_path):
    stored = armwright.create(
        tmp_path / "e",
        {
            "objective": {"metric": "m"},
            "outcome_constraints": ["size <= 3"],
            "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
        },
        seed=1,
    )
    for number in range(5):
        (trial,) = stored.ask()
        stored.tell(trial.number, {"m": number, "size": 1.0})
    stored.ask(2)
    found = document(run("explain", tmp_path / "e", "6", "--json"))
    assert found["made_by"] == "Gaussian process, Matern-5/2"
    assert found["acquisition"] == (
        "log expected improvement + log probability of the bounds, over draws of 1 awaited"
    )
    lines = run("explain", tmp_path / "e", "6").stdout.splitlines()
    assert "model: Gaussian process, Matern-5/2" in lines
    assert any(line.startswith(f"acquisition: {found['acquisition']} = ") for line in lines)


def test_explain_an_arm_of_ones_own(run, url):
    run("add", url, "x=0.5", "kind = 1=a")
    assert "why: given by hand: no model was asked" in run("explain", url, "0").stdout


def test_explain_an_arm_of_which_a_model_expected_nothing_finite(run, tmp_path):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("m"), minimize=True))
    made = ax.Experiment(name="e", search_space=space, optimization_config=aim)
    nothing = ({"m": [math.nan]}, {"m": {"m": [math.inf]}})
    arm = ax.Arm(parameters={"x": 0.5})
    made.new_trial(ax.GeneratorRun(arms=[arm], model_key="GPEI", model_predictions=nothing))
    StoredExperiment.create(str(tmp_path / "e"), made)
    assert "expected m nothing finite" in run("explain", tmp_path / "e", "0").stdout
    (expected,) = document(run("explain", tmp_path / "e", "0", "--json"))["expected"]
    assert (expected["mean"], expected["sd"]) == (None, None)


@pytest.mark.slow
def test_explain_an_arm_that_a_model_made(run, tmp_path):
    text = (
        "objective: {metric: m, minimize: true}\nseed: 3\noutcome_constraints: ['q <= 0.9']\n"
        "parameters:\n- {name: x, type: range, bounds: [0.0, 1.0]}\n"
        "- {name: n, type: range, bounds: [1, 8]}\n- {name: f, type: fixed, value: 2}\n"
    )
    url = tmp_path / "e"
    run("create", url, "--from", "-", stdin=text)
    trials = document(run("ask", url, "-n", "6", "--json"))["trials"]
    for trial in trials[:5]:
        x = trial["parameters"]["x"]
        run("tell", url, trial["trial"], f"m={x}±0.01", f"q={x}")
    run("ask", url)
    run("tell", url, "6", "m=0.125", "q=0.5")
    found = document(run("explain", url, "6", "--json"))
    assert found["model"] == "GPEI"
    assert (found["observations"], found["pending"]) == (5, [5])
    assert found["knew"] == {"completed": "0-4", "running": "5"}
    assert found["why"] == (
        "a Gaussian process of 5 results (GPEI) found the expected improvement, times the "
        "probability of keeping the constraints, to be largest here, averaged over what the 1 "
        "awaited results may be"
    )
    expected = {item["metric"]: item for item in found["expected"]}
    assert expected["m"]["measured"] == 0.125
    assert expected["m"]["sd"] > 0
    assert {item["parameter"] for item in found["influence"]["m"]} == {"x", "n"}
    assert found["best_then"]["parameters"] in [trial["parameters"] for trial in trials]
    lines = run("explain", url, "6").stdout
    assert "knew trials: completed 0-4; running 5 (configuration 1)" in lines
    assert re.search(r"expected m \S+ ± \S+, measured 0.125", lines)
    assert re.search(r"m depends most on: \w \(\S+\), \w \(\S+\)", lines)


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        ([], 2, "expected an experiment and a trial"),
        (["1", "2"], 2, "expected an experiment and a trial"),
        (["x"], 2, "expected a trial's number, such as 3, got 'x'"),
        (["9"], 1, "no trial 9 in"),
    ],
)
def test_explain_refuses_what_is_no_trial(words, code, part, run, asked):
    refused(run("explain", asked, *words), code, part)


# best --pareto ------------------------------------------------------------------------------


@pytest.fixture
def several(run, tmp_path):
    """Two objectives and a constraint; trial 3 is beaten, 4 breaks the constraint, 5 failed."""
    text = (
        "objectives: [{metric: loss, minimize: true}, {metric: speed}]\n"
        "outcome_constraints: ['size <= 9']\n"
        "parameters: [{name: x, type: range, bounds: [0.0, 1.0]}]\n"
    )
    url = tmp_path / "m"
    run("create", url, "--from", "-", stdin=text)
    run("ask", url, "-n", "6")
    values = [(1.0, 1, 1), (2.0, 3, 1), (1.0, 1, 2), (2.5, 2, 1), (0.1, 9, 99)]
    for number, (loss, speed, size) in enumerate(values):
        told = run("tell", url, number, f"loss={loss}", f"speed={speed}±0.5", f"size={size}")
        assert told.exit_code == 0, told.output
    run("tell", url, "5", "--failed")
    return url


def test_best_pareto_prints_the_trials_that_none_beats(run, several):
    result = run("best", several, "--pareto")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split("  x=")[0] for line in result.stdout.splitlines()] == [
        "trial 0  loss 1  speed 1",
        "trial 2  loss 1  speed 1",
        "trial 1  loss 2  speed 3",
    ]
    front = document(run("best", several, "--pareto", "--json"))["front"]
    assert front[2]["values"] == {
        "loss": {"mean": 2.0, "sem": None},
        "speed": {"mean": 3.0, "sem": 0.5},
    }


def test_best_of_several_objectives_names_the_option(run, several):
    refused(run("best", several), 2, "several metrics", "armwright best --pareto shows")
    assert "best: 3 trade-offs, see armwright best --pareto" in run("status", several).stdout
    assert "3 trade-offs" in run("list", several.parent).stdout


def test_show_says_of_each_objective_which_way_is_better(run, several):
    assert run("show", several).stdout.splitlines()[1] == "minimize loss  maximize speed"


def test_best_pareto_of_one_objective_is_the_best_trial(run, asked):
    run("tell", asked, "0", "loss=2")
    run("tell", asked, "1", "loss=1")
    assert run("best", asked, "--pareto").stdout.startswith("trial 1  loss 1  x=")


def test_best_pareto_without_results_ends_with_three(run, asked):
    refused(run("best", asked, "--pareto"), 3, "has no best trials yet")


# the rest -----------------------------------------------------------------------------------


def test_migrate_has_nothing_to_do_yet(run, url):
    assert run("migrate", url).stdout == "format 1 already: nothing to do\n"
    found = document(run("migrate", url, "--json"))
    assert found == {"v": 1, "experiment": str(url), "before": 1, "after": 1}
    refused(run("migrate", url.parent / "none"), 1, "no experiment at")


def test_version_names_what_arms_depend_on_and_loads_none_of_it(run):
    lines = run("version").stdout.splitlines()
    assert lines[0].startswith("armwright ")
    assert any(line.startswith("jax ") for line in lines)
    found = document(run("version", "--json"))
    assert found["format"] == 1
    assert found["libraries"]["numpy"]


def test_schema_prints_the_schema_of_a_verb(run):
    assert json.loads(run("schema", "ask").stdout)["title"] == "armwright ask --json"
    found = document(run("schema", "ask", "--json"))
    assert found["schema"]["required"] == ["v", "experiment", "trials"]
    refused(run("schema", "asks"), 2, "expected one of add, archive, ask")


@pytest.mark.parametrize("words", [["status"], ["log"], ["watch"], ["explain", "0"]], ids=str)
def test_without_an_experiment_there_is_nothing_to_look_at(words, run, tmp_path):
    refused(run(words[0], tmp_path / "none", *words[1:]), 1, "no experiment at")
    refused(run(words[0], *[] if words[0] != "explain" else ["0"]), 2, "error: ")


@pytest.mark.parametrize(("name", "value", "coloured"), [("NO_COLOR", "1", False), ("X", "", True)])
def test_colours_are_left_out_where_nobody_wants_them(name, value, coloured, asked, run, terminal):
    run("tell", asked, "0", "loss=1")  # the best one is bold on a terminal
    ours, theirs = terminal
    command = str(Path(sys.executable).with_name("armwright"))
    environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "99", name: value}
    with subprocess.Popen([command, "show", str(asked)], stdout=theirs, env=environ) as process:
        process.wait()
    os.close(theirs)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert process.returncode == 0
    assert (b"\x1b[" in shown) == coloured
