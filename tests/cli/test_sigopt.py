"""`armwright sigopt`: SigOpt's own command words, with real commands in real folders."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from armwright import sigopt
from armwright.sigopt.config import config

EXPERIMENT = """
name: two points
type: grid
parameters:
  - {name: x, type: double, grid: [1e-1, 0.2]}
metrics:
  - {name: y, objective: minimize}
"""
TRAIN = """
import sys
from armwright import sigopt
sigopt.params.setdefaults(x=7, extra=1)
print("trained at", sigopt.params.x)
print("with care", file=sys.stderr)
sigopt.log_metric("y", sigopt.params.x)
"""


@pytest.fixture(autouse=True)
def folder(sigopt_folder):
    (sigopt_folder / "experiment.yml").write_text(EXPERIMENT)
    (sigopt_folder / "train.py").write_text(TRAIN)
    return sigopt_folder


def made(result):
    """The experiment that the words on stderr name."""
    identifier = result.stderr.partition("experiment ")[2].split()[0]
    return sigopt.get_experiment(identifier)


def runs_of(experiment):
    return sorted(experiment.get_runs(), key=lambda run: run.id)


# optimize, start-worker, run ----------------------------------------------------------------------


def test_optimize_runs_the_command_until_the_budget_is_used_up(run):
    done = run("sigopt", "optimize", sys.executable, "train.py")
    assert (done.exit_code, done.stdout) == (0, "trained at 0.1\ntrained at 0.2\n")
    runs = runs_of(made(done))
    assert [one.values["y"].value for one in runs] == [0.1, 0.2]
    assert [one.assignments for one in runs] == [{"x": 0.1, "extra": 1}, {"x": 0.2, "extra": 1}]
    assert {one.state for one in runs} == {"completed"}


def test_optimize_takes_name_and_command_of_the_run_file(run, folder):
    (folder / "run.yml").write_text("name: night\nrun: exit 0\n")
    done = run("sigopt", "optimize")
    assert done.exit_code == 0
    assert {one.name for one in runs_of(made(done))} == {"night"}


def test_a_command_that_fails_is_told_and_the_next_run_begins(run):
    done = run("sigopt", "optimize", "false")
    assert done.exit_code == 0
    assert done.stderr.count("the command ended with 1") == 2
    experiment = made(done)
    assert {one.state for one in runs_of(experiment)} == {"completed"}
    assert list(experiment.get_best_runs()) == []


def test_a_worker_helps_with_an_experiment_that_is_there(run):
    made_before = json.loads(run("sigopt", "create", "experiment", "--json").stdout)
    done = run("sigopt", "start-worker", made_before["experiment"], "true")
    assert done.exit_code == 0
    assert len(runs_of(sigopt.get_experiment(made_before["experiment"]))) == 2


def test_run_keeps_what_the_command_logged_as_one_run(run):
    done = run("sigopt", "run", sys.executable, "train.py")
    assert done.exit_code == 0
    found = sigopt.get_run(done.stderr.split()[1])
    assert (found.state, found.experiment) == ("completed", None)
    assert found.values["y"].value == 7
    assert found.assignments == {"x": 7, "extra": 1}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_run_keeps_the_source_and_the_revision(run, folder):
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t"]
    for words in (["init", "-q"], ["add", "train.py"], ["commit", "-q", "-m", "m"]):
        subprocess.run([*git, *words], check=True, cwd=folder)
    done = run("sigopt", "run", "-s", "train.py", "true")
    source = sigopt.get_run(done.stderr.split()[1]).source_code
    assert source.content == TRAIN
    assert len(source.hash) == 40


def test_the_words_of_the_command_are_left_alone(run, folder):
    (folder / "args.py").write_text("import sys, json; json.dump(sys.argv[1:], open('said', 'w'))")
    words = ["--help", "-p", "x", "--", "after -- all"]
    assert run("sigopt", "run", sys.executable, "args.py", *words).exit_code == 0
    assert json.loads((folder / "said").read_text()) == words


def test_what_runs_print_is_kept_where_the_user_has_chosen_so(run):
    words = ["--enable-log-collection", "--no-enable-cell-tracking"]
    assert run("sigopt", "config", *words).exit_code == 0
    done = run("sigopt", "run", sys.executable, "train.py")
    assert "trained at 7" in done.stdout
    assert "with care" in done.stderr
    logs = sigopt.get_run(done.stderr.partition("run ")[2].split()[0]).logs
    assert logs == {"stdout": "trained at 7\n", "stderr": "with care\n"}


def test_the_command_finds_the_environment_as_it_was(run, folder, monkeypatch):
    for name in ("JAX_PLATFORMS", "XLA_PYTHON_CLIENT_PREALLOCATE"):
        monkeypatch.delenv(name, raising=False)
    assert run("sigopt", "run", "sh", "-c", "env > found").exit_code == 0
    found = (folder / "found").read_text()
    assert "SIGOPT_CONTEXT=" in found
    assert "JAX_PLATFORMS" not in found
    assert "PREALLOCATE" not in found


def test_the_project_is_that_of_the_option(run):
    done = run("sigopt", "run", "-p", "night", "true")
    assert sigopt.get_run(done.stderr.split()[1]).project == "night"


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_reaches_the_command_and_fails_the_run(folder, number, code):
    (folder / "wait.py").write_text(
        "import signal, sys, time\n"
        "def end(n, frame):\n  open('told', 'w').write(str(n))\n  sys.exit()\n"
        "for n in (2, 15): signal.signal(n, end)\n"
        "open('ready', 'w')\ntime.sleep(600)\n"
    )
    words = [sys.executable, "-m", "armwright.cli", "sigopt", "run", sys.executable, "wait.py"]
    process = subprocess.Popen(  # away from the terminal that the tests may have
        words, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (folder / "ready").exists():
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, number)
    _, said = process.communicate()
    assert process.returncode == code
    assert (folder / "told").read_text() == str(int(number))
    assert sigopt.get_run(said.split()[1]).state == "failed"


@pytest.mark.slow
def test_ctrl_c_at_a_terminal_reaches_the_command_once(folder, terminal):
    (folder / "wait.py").write_text(
        "import signal, sys, time\n"
        "told = []\n"
        "signal.signal(2, lambda *_: told.append(2))\n"
        "open('ready', 'w')\n"
        "while not told: time.sleep(0.02)\n"
        "time.sleep(0.5)\n"
        "open('told', 'w').write(str(len(told)))\n"
    )
    ours, theirs = terminal
    first = (
        "import fcntl, os, sys, termios\n"
        "os.setsid()\n"
        "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
        "os.execv(sys.argv[1], sys.argv[1:])\n"
    )
    words = [sys.executable, "-m", "armwright.cli", "sigopt", "run", sys.executable, "wait.py"]
    with subprocess.Popen(
        [sys.executable, "-c", first, *words],
        cwd=folder,
        stdin=theirs,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while not (folder / "ready").exists():
            assert process.poll() is None
            time.sleep(0.02)
        os.write(ours, b"\x03")
        _, said = process.communicate()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 130
    assert (folder / "told").read_text() == "1"
    assert sigopt.get_run(said.split()[1]).state == "failed"


# create, archive, init, config --------------------------------------------------------------------


def test_create_experiment_prints_its_id(run):
    done = run("sigopt", "create", "experiment")
    identifier = done.stdout.split()[-1]
    assert done.exit_code == 0
    assert sigopt.get_experiment(identifier).name == "two points"
    assert f"start-worker {identifier}" in done.stderr


def test_create_project_is_refused_where_there_is_one(run):
    assert run("sigopt", "create", "project", "-p", "vision").stdout == "created project vision\n"
    done = run("sigopt", "create", "project", "-p", "vision")
    assert done.exit_code == 1
    assert "error: the project 'vision' exists already" in done.stderr


@pytest.mark.parametrize(("word", "state"), [("archive", "deleted"), ("unarchive", "active")])
def test_experiments_are_put_aside_and_brought_back(run, word, state):
    identifier = run("sigopt", "create", "experiment").stdout.split()[-1]
    assert run("sigopt", word, "experiment", identifier).exit_code == 0
    assert sigopt.get_experiment(identifier).state == state


def test_runs_are_put_aside_and_brought_back(run):
    with sigopt.create_run() as begun:
        pass
    assert run("sigopt", "archive", "run", begun.id).stdout == f"archived run {begun.id}\n"
    assert sigopt.get_run(begun.id).deleted is True
    assert run("sigopt", "unarchive", "run", begun.id).exit_code == 0
    assert sigopt.get_run(begun.id).deleted is False


def test_init_writes_files_that_create_an_experiment(run, folder):
    (folder / "experiment.yml").unlink()
    done = run("sigopt", "init")
    names = ["run.yml", "experiment.yml", "Dockerfile", ".dockerignore"]
    assert done.stdout.splitlines() == [f"Wrote file contents for {name}" for name in names]
    assert run("sigopt", "create", "experiment").exit_code == 0


def test_init_asks_before_it_replaces_a_file(run, folder):
    done = run("sigopt", "init", stdin="n\n")
    assert done.exit_code == 0
    assert (folder / "experiment.yml").read_text() == EXPERIMENT


def test_config_asks_for_what_is_left_out(run):
    assert run("sigopt", "config", "--api-token", "t", stdin="y\nn\n").exit_code == 0
    assert config.log_collection_enabled
    assert not config.cell_tracking_enabled
    assert config.api_token is not None


def test_version_is_that_of_the_client(run):
    assert run("sigopt", "version").stdout == f"{sigopt.VERSION}\n"


# What is refused ----------------------------------------------------------------------------------

REFUSED = {
    "no command": (["run"], "which command?"),
    "an unknown command": (["run", "no-such-command"], "no command 'no-such-command'"),
    "a script alone": (["run", "train.py"], "python train.py"),
    "no file": (["optimize", "-e", "no.yml", "true"], "'no.yml' does not exist"),
    "a file of another shape": (["optimize", "-e", "bad.yml", "true"], "name is required"),
    "a value that is refused": (
        ["optimize", "-e", "worse.yml", "true"],
        "worse.yml: parameter 'x': give bounds or",
    ),
    "an id that is none": (["start-worker", "abc", "true"], "of digits"),
    "a wrong project": (["run", "-p", "No", "true"], "project"),
    "a cluster": (["cluster", "create", "-f", "cluster.yml"], "Kubernetes"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_before_there_is_any_run(run, folder, words, said):
    (folder / "bad.yml").write_text("parameters: []\n")
    (folder / "worse.yml").write_text(
        EXPERIMENT.replace("grid: [1e-1", "bounds: {min: 0, max: 1}, grid: [1e-1")
    )
    done = run("sigopt", *words)
    assert done.exit_code == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((folder / "store").glob("*/t/*/*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["start-worker", "1234567890123456", "true"], "error: there is no experiment '12"),
        (["archive", "experiment", "1234567890123456"], "error: there is no experiment '12"),
        (["archive", "run", "12345678901234560"], "error: there is no run '12"),
    ],
    ids=["a worker", "an experiment", "a run"],
)
def test_what_is_not_there_ends_as_it_does_elsewhere(run, folder, words, said):
    done = run("sigopt", *words)
    assert done.exit_code == 1, done.stderr
    assert done.stderr.startswith(said)
    assert not list((folder / "store").glob("*"))
