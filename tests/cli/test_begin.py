"""`init` and `check`: from nothing to an experiment file that is known to run."""

import json
import subprocess
import sys

import pytest
from results import document, refused

from armwright import ax

FILES = ["experiment.yml", "objective.py", "job.sbatch"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


# init ---------------------------------------------------------------------------------------


def test_init_writes_three_files_and_says_what_comes_next(run, place):
    result = run("init")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"wrote {name}" for name in FILES]
    assert result.stderr == "next: armwright check experiment.yml\n"
    assert sorted(path.name for path in place.iterdir()) == sorted(FILES)


def test_init_as_json(run):
    assert document(run("init", "a/b", "--json")) == {
        "v": 1,
        "files": [f"a/b/{name}" for name in FILES],
    }


@pytest.mark.parametrize("name", FILES)
def test_init_replaces_nothing(name, run, place):
    (place / name).write_text("mine")
    refused(run("init"), 2, f"{name}' is there already, and nothing was written", "hint: ")
    assert [path.name for path in place.iterdir()] == [name]
    assert (place / name).read_text() == "mine"


def test_init_where_a_file_is_no_folder(run, place):
    (place / "a").write_text("")
    refused(run("init", "a/b"), 2, "error: cannot write into 'a/b': not a directory")


def test_init_writes_toml_where_yaml_cannot_be_read(run, monkeypatch):
    found = __import__("importlib.util").util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "yaml" else found(name)
    )
    assert run("init").stdout.startswith("wrote experiment.toml\n")


def test_both_languages_say_the_same(run):
    run("init", "a")
    run("init", "b", "--format", "toml")
    one, other = (
        run("check", f"{name}").stdout for name in ("a/experiment.yml", "b/experiment.toml")
    )
    assert one == other
    assert "budget 20, seed 7\nthe first arms:\n  0  lr=" in one


def test_the_files_of_init_work_as_they_are(run):
    run("init")
    assert run("create", "runs/first", "--from", "experiment.yml").exit_code == 0
    (trial,) = document(run("ask", "runs/first", "--json"))["trials"]
    words = [
        word for name, value in trial["parameters"].items() for word in (f"--{name}", str(value))
    ]
    done = subprocess.run(
        [sys.executable, "objective.py", *words], capture_output=True, text=True, check=True
    )
    values = json.loads(done.stdout.splitlines()[-1])
    told = run("tell", "runs/first", "0", *(f"{name}={value}" for name, value in values.items()))
    assert told.exit_code == 0, told.output
    assert document(run("best", "runs/first", "--json"))["mean"] == values["loss"]


def test_the_batch_script_is_one_that_a_shell_understands(run):
    run("init")
    done = subprocess.run(["bash", "-n", "job.sbatch"], capture_output=True, check=False)  # noqa: S607
    assert (done.returncode, done.stderr) == (0, b"")


# check --------------------------------------------------------------------------------------


def test_check_shows_the_space_and_the_arms_that_the_experiment_will_give(run, definition):
    result = run("check", definition)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "minimize loss"
    assert "range=[0.0, 1.0]" in lines[1]
    assert lines[3:6] == ["also recorded: a=b", "budget 3, seed 5", "the first arms:"]
    run("create", "e", "--from", definition)
    for number, line in enumerate(run("ask", "e", "-n", "3").stdout.splitlines()):
        assert lines[6 + number] == f"  {line}"
        assert ax.load("e").trials[number] is not None
    assert len(lines) == 9
    assert result.stderr == f"next: armwright create EXPERIMENT --from {definition}\n"


def test_create_says_that_the_status_quo_comes_first(run):
    text = """
objective: {metric: loss, minimize: true}
outcome_constraints: ["size <= 10%"]
status_quo: {x: 0.5}
parameters: [{name: x, type: range, bounds: [0.0, 1.0]}]
"""
    result = run("create", "e", "--from", "-", stdin=text)
    assert "note: the first trial is the status quo, to which size <= 10% is rel" in result.stderr
    assert run("ask", "e").stdout == "0  x=0.5\n"
    assert "why: the status quo: bounds relative to it" in run("explain", "e", "0").stdout


def test_check_as_json(run, definition):
    found = document(run("check", definition, "--json", "-n", "2"))
    assert found["objective"] == [{"metric": "loss", "minimize": True}]
    assert (found["budget"], found["seed"], found["points"]) == (3, 5, None)
    assert len(found["arms"]) == 2


def test_check_reads_stdin_and_counts_the_points_of_a_small_space(run):
    text = """
objective: {metric: m}
parameters:
  - {name: a, type: choice, values: [x, y, z]}
  - {name: b, type: range, bounds: [0, 1]}
"""
    found = document(run("check", "-", "--json", stdin=text))
    assert found["points"] == 6
    assert len(found["arms"]) == 6
    assert (
        "no budget, 6 points, fresh entropy\narms such as these:"
        in run("check", "-", stdin=text).stdout
    )


def test_check_of_sigopts_file_says_what_has_no_use(run):
    text = """
parameters: [{name: x, type: double, bounds: {min: 0, max: 1}}]
metrics: [{name: m, objective: minimize}]
budget: 9
parallel_bandwidth: 3
"""
    result = run("check", "-", stdin=text)
    assert result.stdout.startswith("minimize m\n")
    assert "note: parallel_bandwidth limits nothing: as many trials" in result.stderr


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("budget: 3\n a: 2", "standard input is not YAML: line 2"),
        ("budget: 3", "standard input: the key 'parameters' is missing"),
        (
            "objective: {metric: m}\nparameters: [{name: x, type: fixed, value: 1}]",
            "needs a parameter to tune, got x",
        ),
    ],
)
def test_check_refuses_what_cannot_be_run(text, part, run):
    refused(run("check", "-", stdin=text), 2, f"error: {part}" if "key" in part else part)


def test_check_of_a_file_that_is_not_there(run):
    refused(run("check", "none.yml"), 2, "none.yml", "No such file")
