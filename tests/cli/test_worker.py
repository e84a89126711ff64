"""`worker`, `submit`, `stock` and `renew`: what they print where, and their exit codes."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from results import document, refused

from armwright import ax
from armwright.store import ExperimentFolder, UnavailableError
from armwright.store.layout import beat_path
from armwright.store.posix import PosixFiles
from armwright.working import patience

TELL = ("--", "sh", "-c", 'echo "{\\"loss\\": $0}"', "{x}")


@pytest.fixture(autouse=True)
def cpu(monkeypatch):
    """The worker sets it for itself, which here is the process of the tests."""
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


# worker -------------------------------------------------------------------------------------


def test_worker_prints_a_line_for_each_end_and_the_rest_beside_it(run, url):
    result = run("worker", url, *TELL)
    assert result.exit_code == 0
    printed = result.stdout.splitlines()
    assert [line.split()[:2] for line in printed] == [[str(n), "completed"] for n in range(3)]
    assert all("  loss=0." in line for line in printed)
    assert result.stderr.startswith("0  running  x=0.")
    assert result.stderr.endswith("done (used up): 3 trials ended\n")


def test_worker_as_json_lines(run, url):
    found = lines(run("worker", url, "--count", 1, "--json", *TELL))
    assert all(event["v"] == 1 for event in found)
    assert [event["event"] for event in found] == ["started", "ended", "done"]
    assert found[0]["parameters"] == ax.load(url).trials[0].arm.parameters
    assert found[1]["values"] == {"loss": found[0]["parameters"]["x"]}
    assert found[2]["why"] == "count"


NOTES = """
class Notes:
    def on_trial_start(self, event):
        print(event.trial, "begins")

    def on_new_incumbent(self, event):
        print(event.trial, "is best")

made = Notes()
nothing = object()
def fails():
    raise OSError("no network")
class Fails:
    def __init__(self):
        fails()
"""


@pytest.fixture
def notes(tmp_path, monkeypatch):
    """A module of callbacks in the current folder, by a name of its own."""
    name = f"notes_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(NOTES)
    (tmp_path / f"broken_{name}.py").write_text("import no_such_module_at_all")
    monkeypatch.chdir(tmp_path)
    yield name
    sys.modules.pop(name, None)


@pytest.mark.parametrize("thing", ["Notes", "made"])
def test_worker_tells_callbacks_that_are_named(thing, run, url, notes):
    before = list(sys.path)
    result = run("worker", url, "--count", 1, "--callback", f"{notes}:{thing}", *TELL)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "0 begins"
    assert result.stdout.splitlines()[2:] == ["0 is best"]
    assert sys.path == before


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("notes", "expected a callback as module:object, got 'notes'"),
        (":x", "expected a callback as module:object, got ':x'"),
        ("no_such_module_at_all:x", "no module 'no_such_module_at_all'"),
        ("{}:absent", "has no 'absent'"),
        ("{}:nothing", "object has none"),
        ("{}:Fails", "cannot be made: OSError: no network"),
        ("broken_{}:x", "cannot be made: ModuleNotFoundError: No module named 'no_such_module"),
    ],
)
@pytest.mark.parametrize("verb", [("worker",), ("submit", "slurm")])
def test_a_callback_that_is_none_is_refused_before_anything_runs(verb, text, part, run, url, notes):
    refused(run(*verb, url, "--callback", text.format(notes), *TELL), 2, part)
    assert ax.load(url).trials == {}


def test_submit_hands_a_callback_on_to_its_workers(run, url, notes):
    words = ("submit", "slurm", url, "--callback", f"{notes}:made", "--print")
    assert f" --callback={notes}:made -- true" in run(*words, "--", "true").stdout


def test_worker_ends_with_three_when_nothing_is_left(run, url):
    run("ask", url, "-n", 3)
    result = run("worker", url, *TELL)
    assert (result.exit_code, result.stdout) == (3, "")


def test_worker_ends_with_one_when_the_command_only_crashes(run, url):
    result = run("worker", url, "--crashes", 2, "--", "sh", "-c", "exit 7")
    assert result.exit_code == 1
    assert result.stdout.count("failed (crash)") == 2
    assert "    exit code 7" in result.stdout


def test_worker_ends_with_75_when_it_handed_something_back_at_its_time_limit(run, url):
    result = run("worker", url, "--time-limit", "0.2s", "--grace", "5s", "--", "sleep", "600")
    assert result.exit_code == 75
    assert result.stdout.startswith("0  preempted (time limit)")
    assert "1 handed back" in result.stderr


def test_worker_takes_the_experiment_from_the_environment(run, url, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_EXPERIMENT", str(url))
    assert run("worker", "--count", 1, *TELL).exit_code == 0


def test_worker_keeps_what_commands_leave_where_it_is_told(run, url, tmp_path):
    assert run("worker", url, "--count", 1, "--folder", tmp_path / "kept", *TELL).exit_code == 0
    assert (tmp_path / "kept" / "0" / "1" / "stdout").read_text().startswith('{"loss": 0.')


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--count", "1"], "which command? expected words after --, got none"),
        (["--exit", "three=oom", "--", "true"], "expected CODE=KIND"),
        (["--time-limit", "soon", "--", "true"], "expected a length of time, got 'soon'"),
        (["--", "./none"], "cannot find the program './none'"),
        (["--", "echo", "{y}"], "unknown placeholder {y}"),
        (["more", "--", "true"], "expected one experiment, got also more"),
    ],
    ids=str,
)
def test_worker_refuses_what_it_cannot_do_before_it_takes_a_trial(words, part, run, url):
    refused(run("worker", url, *words), 2, part)
    assert ax.load(url).trials == {}


def test_worker_on_nothing(run, tmp_path):
    refused(run("worker", tmp_path / "none", "--", "true"), 1, "error: no experiment at")


def test_a_command_does_not_see_what_we_set_for_ourselves(url, tmp_path, monkeypatch):
    for name in ("JAX_PLATFORMS", "XLA_PYTHON_CLIENT_PREALLOCATE"):
        monkeypatch.delenv(name, raising=False)
    words = ["worker", str(url), "--count", "1", "--", "sh", "-c", f"env > {tmp_path}/env; echo 1"]
    subprocess.run([sys.executable, "-m", "armwright.cli", *words], check=True, capture_output=True)
    env = (tmp_path / "env").read_text()
    assert "\nJAX_PLATFORMS=" not in f"\n{env}"
    assert "XLA_PYTHON_CLIENT_PREALLOCATE" not in env


# stock --------------------------------------------------------------------------------------


def test_stock_makes_trials_that_ask_takes(run, url):
    result = run("stock", url, "--target", 2)
    assert (result.exit_code, result.stdout) == (0, "2 ready: 2 made\n")
    assert run("stock", url, "--target", 2).stdout == "2 ready: 0 made\n"
    assert run("ask", url).stdout.startswith("0  x=0.")
    assert [trial.status.name for trial in ax.load(url).trials.values()] == ["RUNNING", "CANDIDATE"]


def test_stock_as_json(run, url):
    found = document(run("stock", url, "--target", 9, "--json"))
    assert found == {"v": 1, "ready": 3, "made": [0, 1, 2], "replaced": [], "used_up": True}


def test_stock_ends_with_three_when_nothing_is_left(run, url):
    run("ask", url, "-n", 3)
    assert run("stock", url).exit_code == 3


@pytest.mark.slow
def test_stock_goes_on_until_the_budget_is_used_up(run, url):
    watch = subprocess.Popen(
        [sys.executable, "-m", "armwright.cli", "stock", url, "--watch", "--every", "0.1s"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert watch.stdout is not None
    assert watch.stdout.readline() == b"3 ready: 3 made\n"
    run("worker", url, *TELL)
    _, err = watch.communicate()
    assert (watch.returncode, err) == (0, b"")


@pytest.fixture
def away(monkeypatch):
    """Lets a store be away for so many listings; returns how many were tried."""

    def away(times):
        listing, tried = PosixFiles.list, []

        def list_(self, *words):
            tried.append(words)
            if len(tried) <= times:
                raise UnavailableError("cannot list the folder: no answer")
            return listing(self, *words)

        monkeypatch.setattr(PosixFiles, "list", list_)
        return tried

    monkeypatch.setattr(patience, "_FIRST_S", 0.01)
    return away


def test_stock_watch_goes_on_after_a_store_was_away(run, url, away):
    run("ask", url, "-n", 3)  # all of the budget, so that it ends by itself
    away(2)
    result = run("stock", url, "--watch", "--every", "0.01s")
    assert result.exit_code == 0, result.output
    words = "cannot list the folder: no answer; again in 0 s\n"
    assert result.stderr.startswith(2 * words)
    assert "the store can be reached again, after " in result.stderr


def test_stock_watch_ends_when_a_store_is_away_for_too_long(run, url, away):
    away(10**9)
    result = run("stock", url, "--watch", "--patience", "0.1s")
    assert result.exit_code == 75
    assert "error: cannot list the folder: no answer" in result.stderr


def test_stock_without_watch_tries_once(run, url, away):
    tried = away(1)
    assert run("stock", url).exit_code == 75
    assert len(tried) == 1


@pytest.mark.parametrize(
    "words",
    [["--target", "-1"], ["--every", "x"], ["--stale", "-1"], ["--patience", "x"]],
    ids=str,
)
def test_stock_refuses_numbers_that_cannot_be(words, run, url):
    refused(run("stock", url, *words), 2)


# renew --------------------------------------------------------------------------------------


def test_renew_says_that_a_trial_is_worked_at(run, asked):
    result = run("renew", asked, 1)
    assert result.exit_code == 0
    assert result.stdout == "1  running  expected again within 960 s\n"
    for count in (1, 2):
        beat = json.loads((asked / beat_path(1, 1)).read_text())
        assert (beat["beat"], beat["every"]) == (count, 300.0)
        run("renew", asked, 1)


def test_renew_as_json(run, asked):
    found = document(run("renew", asked, 1, "--every", "10m", "--attempt", 1, "--json"))
    assert found == {
        "v": 1,
        "experiment": str(asked),
        "trial": 1,
        "attempt": 1,
        "state": "running",
        "allowed_s": 1860.0,
    }


def test_renew_of_a_trial_that_has_ended_says_so(run, asked):
    run("tell", asked, 1, "loss=1")
    refused(run("renew", asked, 1), 1, "attempt 1 of trial 1", "has ended: completed", "hint: stop")


def test_renew_refuses_what_nobody_works_at(run, url):
    run("stock", url, "--target", 1)
    refused(run("renew", url, 0), 2, "trial 0", "waits: nobody works at it")
    refused(run("renew", url, 7), 1, "no trial 7")
    refused(run("renew", url), 2, "which trial?")
    refused(run("renew", url, "x"), 2, "expected a trial's number")
    refused(run("renew", url, 0, "--attempt", 4), 2, "has no attempt 4")


# submit -------------------------------------------------------------------------------------


def test_submit_again_has_the_workers_queue_themselves(run, url):
    result = run("submit", "slurm", url, "--array", "2", "--again", "--print", "--", "true")
    assert " --requeue -- true" in result.stdout
    refused(
        run("submit", "local", url, "--again", "--", "true"), 2, "no option of Slurm, got --again"
    )


def test_submit_prints_the_file_and_makes_nothing(run, url):
    result = run(
        "submit", "slurm", url, "--array", "500%50", "--print", "--gpus", "1", "--time", "2h", "-p",
        "gpu", "--mem=8G", "--exclusive", "--parallel", 2, "--count", 25, "--exit", "3=infeasible",
        "--", "./tr ain.sh", "--lr", "{x}",
    )  # fmt: skip
    refused(result, 2, "cannot find the program './tr ain.sh'")
    result = run(
        "submit", "slurm", url, "--array", "500%50", "--print", "--gpus", "1", "--time", "2h", "-p",
        "gpu", "--mem=8G", "--exclusive", "--parallel", 2, "--count", 25, "--exit", "3=infeasible",
        "--", "sh", "a b.sh", "--lr", "{x}",
    )  # fmt: skip
    assert result.exit_code == 0
    script = result.stdout.splitlines()
    assert script[0] == "#!/bin/bash"
    options = [line.removeprefix("#SBATCH ") for line in script if line.startswith("#SBATCH ")]
    assert options == [
        "--job-name=armwright-e",
        "--array=0-499%50",
        f"--output={url}.trials/jobs/%A_%a.log",
        "--open-mode=append",
        "--requeue",
        "--gpus=1",
        "--time=120:00",
        "-p gpu",
        "--mem=8G",
        "--exclusive",
    ]
    assert script[-1] == (
        f"exec {sys.executable} -m armwright.cli worker {url} --parallel=2 --count=25 "
        "--exit=3=infeasible -- sh 'a b.sh' --lr '{x}'"
    )
    assert ax.load(url).trials == {}


def test_what_submit_is_told_about_the_job_goes_before_what_it_would_say(run, url):
    result = run(
        "submit", "slurm", url, "--print", "--job-name=mine", "--no-requeue", "-o", "x.log",
        "--", "true",
    )  # fmt: skip
    assert "armwright-e" not in result.stdout
    assert "--requeue" not in result.stdout
    assert "--output" not in result.stdout
    assert "#SBATCH -o x.log\n" in result.stdout


FAKE_SBATCH = """#!/bin/sh
[ "$1" = --parsable ] || exit 2
cp "$2" "$(dirname "$0")/submitted"
[ -e "$(dirname "$0")/refuse" ] && { echo "sbatch: error: invalid partition" >&2; exit 1; }
echo "4711;cluster"
"""


@pytest.fixture
def sbatch(tmp_path, monkeypatch):
    """Stands for Slurm's where there is none; tests marked slurm use the real one."""
    place = tmp_path / "bin"
    place.mkdir()
    (place / "sbatch").write_text(FAKE_SBATCH)
    (place / "sbatch").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    return place


def test_submit_makes_arms_for_all_tasks_writes_the_file_and_submits_it(run, url, sbatch):
    result = run("submit", "slurm", url, "--array", 2, "--json", "--", "true")
    found = document(result)
    assert (found["job"], found["ready"]) == ("4711", 2)
    assert Path(found["file"]).parent == Path(f"{url}.trials/jobs")
    assert Path(found["file"]).read_text() == (sbatch / "submitted").read_text()
    assert len(ax.load(url).trials) == 2
    result = run("submit", "slurm", url, "--array", 2, "--", "true")
    assert result.stdout == f"4711  {url}  2 trials ready\n"
    assert result.stderr.startswith("scancel 4711 ends it; ")


def test_submit_passes_on_what_slurm_says_when_it_refuses(run, url, sbatch):
    (sbatch / "refuse").touch()
    refused(run("submit", "slurm", url, "--", "true"), 1, "invalid partition", "hint: ")


def test_submit_without_slurm_says_how_to_see_the_file(run, url, monkeypatch, tmp_path):
    (tmp_path / "true").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    refused(run("submit", "slurm", url, "--", "true"), 1, "there is no sbatch", "hint: --print")
    assert ax.load(url).trials == {}


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ([], "expected slurm or local, got none"),
        (["pbs"], "expected slurm or local, got pbs"),
        (["slurm", "URL", "--", "true"], "no experiment"),
        (["slurm", "URL"], "which command?"),
        (["slurm", "URL", "--array", "many", "--", "true"], "expected a number of tasks"),
        (["slurm", "URL", "--array", "0", "--", "true"], "expected at least one task"),
        (["slurm", "URL", "more", "--", "true"], "expected an option of sbatch, got 'more'"),
        (
            ["slurm", "URL", "--mem", "8", "9", "--", "true"],
            "expected an option of sbatch, got '9'",
        ),
        (["slurm", "URL", "--time", "xh", "--", "true"], "expected a length of time"),
        (["local", "URL", "--mem", "8", "--", "true"], "local workers take no option of Slurm"),
    ],
    ids=str,
)
def test_submit_refuses_what_it_cannot_do(words, part, run, url):
    place = url.parent / "none" if part == "no experiment" else url
    words = [str(place) if word == "URL" else word for word in words]
    refused(
        run("submit", *words, *(["--print"] if "slurm" in words else [])),
        1 if part == "no experiment" else 2,
        part,
    )


@pytest.mark.slow
def test_submit_local_starts_a_worker_that_outlives_the_command(run, url):
    found = document(run("submit", "local", url, "--parallel", 2, "--json", *TELL))
    assert int(found["job"]) > 1
    folder = ExperimentFolder.open(url)
    while folder.refresh().counts.get("completed", 0) < 3:
        time.sleep(0.05)
    log = Path(found["file"])
    while "done (used up): 3 trials ended" not in log.read_text():
        time.sleep(0.05)
