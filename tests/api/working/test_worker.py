"""A worker and real commands: what they are given, how they end, and what is told of it."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

import armwright
from armwright.errors import ExperimentNotFoundError, UsageError
from armwright.store import UnavailableError
from armwright.store.posix import PosixFiles
from armwright.working import TrialEnded, TrialStarted, Worker, WorkerOptions
from armwright.working.commands import Commands

RESULT = """echo '{"loss": 0.5}'"""


def states(trials):
    return [trial.status for trial in trials.values()]


def end_of(trials, number=0):
    return trials[number].last_attempt.end


def test_it_works_until_the_budget_is_used_up(sh, trials):
    done = sh('echo training; echo "{\\"loss\\": $1}"; echo bye', "{x}")
    assert (done.why, done.ran, done.handed_back) == ("used up", 3, 0)
    assert states(trials()) == ["completed"] * 3
    trial = trials()[0]
    (row,) = end_of(trials())["data"][0]["rows"]
    assert row["mean"] == trial.arm["arms"][0]["parameters"]["x"]


def test_it_stops_after_a_count_of_trials(sh, trials):
    assert sh(RESULT, count=2).why == "count"
    assert states(trials()) == ["completed"] * 2


def test_commands_run_side_by_side(sh, events, url):
    # Each waits for the other.
    program = (
        f"touch {url}.{{slot}}; while [ ! -e {url}.0 ] || [ ! -e {url}.1 ]; do sleep 0.01; done; "
    )
    assert sh(program + RESULT, parallel=2).ran == 3
    assert {event.slot for event in events if isinstance(event, TrialStarted)} == {0, 1}


def test_a_command_finds_its_arm_as_words_as_variables_and_as_json(sh, trials, url):
    sh(
        'printf "%s\\n" "$ARMWRIGHT_PARAM_x|$ARMWRIGHT_PARAM_the_kind|$ARMWRIGHT_PARAM_big" "$@" '
        '"$ARMWRIGHT_TRIAL $ARMWRIGHT_ATTEMPT $ARMWRIGHT_ARM $ARMWRIGHT_EXPERIMENT" '
        '"$ARMWRIGHT_PARAMETERS" "$(cat "$ARMWRIGHT_PARAMETERS_FILE")"; ' + RESULT,
        "{x}", "--kind={the kind}", "{big}", "{{x}}",
        count=1,
    )  # fmt: skip
    arm = trials()[0].arm["arms"][0]["parameters"]
    x, kind, big = str(arm["x"]), arm["the kind"], str(arm["big"]).lower()
    printed = Path(f"{url}.trials/0/1/stdout").read_text().splitlines()
    assert printed[:-3] == [f"{x}|{kind}|{big}", x, f"--kind={kind}", big, "{x}", f"0 1 0_0 {url}"]
    assert json.loads(printed[-3]) == json.loads(printed[-2]) == arm


def test_what_commands_say_is_kept_apart_for_each_trial(sh, url):
    sh("echo out $ARMWRIGHT_TRIAL; echo err $ARMWRIGHT_TRIAL >&2; " + RESULT)
    for number in range(3):
        place = Path(f"{url}.trials/{number}/1")
        assert (place / "stdout").read_text().startswith(f"out {number}\n")
        assert (place / "stderr").read_text() == f"err {number}\n"


def test_metrics_with_their_errors_and_lines_of_other_things_are_understood(sh, trials):
    sh("""echo '{"loss": [0.5, 0.1], "size": 3, "seconds": 9}'; echo '{"seconds": 10}'""", count=1)
    rows = {row["metric_name"]: row for row in end_of(trials())["data"][0]["rows"]}
    assert (rows["loss"]["mean"], rows["loss"]["sem"], rows["size"]["mean"]) == (0.5, 0.1, 3.0)
    assert set(rows) == {"loss", "size"}


def test_a_result_file_goes_before_what_was_printed(sh, trials):
    sh("""echo '{"loss": 0.25}' > "$ARMWRIGHT_RESULT_FILE"; """ + RESULT, count=1)
    assert end_of(trials())["data"][0]["rows"][0]["mean"] == 0.25


def test_a_bare_number_is_the_value_of_the_only_metric_that_is_needed(sh, trials):
    sh("echo 0.75", count=1)
    assert end_of(trials())["data"][0]["rows"][0]["mean"] == 0.75


@pytest.mark.parametrize(
    ("program", "reason", "note"),
    [
        ("echo oh no >&2; exit 1", "crash", "exit code 1: oh no"),
        ("exit 3", "infeasible", "exit code 3"),
        ("exit 124", "timeout", "exit code 124"),
        ("kill -KILL $$", "oom", "ended by SIGKILL"),
        ("kill -SEGV $$", "crash", "ended by SIGSEGV"),
        ("echo done", "no result", 'no JSON line with loss; print one such as {"loss": 0.5}'),
        ("""echo '{"loss": NaN}'""", "nan", "loss=nan"),
        ("""echo '{"loss": [0.5, -1]}'""", "no result", "should be finite and >= 0, got -1.0"),
        ("""printf '{"loss": 1%0400d}' 0""", "no result", "no JSON line with loss"),
        ("""printf '[%.0s' $(seq 100000)""", "no result", "no JSON line with loss"),
        ('rm -r "$ARMWRIGHT_FOLDER"; exit 1', "crash", "exit code 1"),
        ('mkdir "$ARMWRIGHT_RESULT_FILE"', "no result", "no JSON line with loss"),
    ],
)
def test_how_a_command_ends_decides_the_kind_of_failure(program, reason, note, sh, trials):
    sh(program, count=1, kinds={3: "infeasible"})
    end = end_of(trials())
    assert (end["state"], end["reason"]) == ("failed", reason)
    assert note in end["note"]


def test_a_command_that_runs_for_too_long_has_failed(sh, trials):
    sh("sleep 600", count=1, timeout=0.1)
    assert (end_of(trials())["state"], end_of(trials())["reason"]) == ("failed", "timeout")


def test_exit_code_75_asks_for_another_attempt_with_the_same_checkpoint(sh, trials):
    sh(
        'cd "$ARMWRIGHT_CHECKPOINT"; [ -e half ] && { echo 0.5; exit; }; touch half; exit 75',
        count=2,
    )
    ends = [attempt.end for attempt in trials()[0].attempts.values()]
    assert [(end["state"], end.get("reason")) for end in ends] == [
        ("preempted", "exit 75"),
        ("completed", None),
    ]


def test_exit_code_75_the_third_time_is_a_failure(sh, trials):
    sh("exit 75", count=3)
    ends = [attempt.end["state"] for attempt in trials()[0].attempts.values()]
    assert ends == ["preempted", "preempted", "failed"]


def test_a_worker_whose_command_only_crashes_gives_up(sh, trials):
    done = sh("exit 1", most_crashes=2)
    assert (done.why, done.ran) == ("crashes", 2)
    assert states(trials()) == ["failed"] * 2


def test_a_worker_whose_arms_are_infeasible_goes_on(sh, trials):
    done = sh("exit 3", most_crashes=2, kinds={3: "infeasible"})
    assert (done.why, done.ran) == ("used up", 3)
    assert states(trials()) == ["failed"] * 3


def test_where_no_trial_can_be_taken_for_the_moment_what_runs_goes_on(
    sh, trials, events, monkeypatch
):
    create, claims = PosixFiles.create_relaxed, []

    def away_once(self, path, body, token):
        if path.endswith(".arm.json"):
            claims.append(path)
            if len(claims) == 2:
                raise UnavailableError(f"cannot write {path!r}: no answer")
        return create(self, path, body, token)

    monkeypatch.setattr(PosixFiles, "create_relaxed", away_once)
    done = sh("sleep 0.2; " + RESULT, parallel=2)
    assert (done.why, done.ran, done.handed_back) == ("used up", 3, 0)
    assert states(trials()) == ["completed"] * 3
    assert any("cannot take a trial now: cannot write" in getattr(it, "text", "") for it in events)


def test_nothing_that_a_command_started_is_left_running(sh, url):
    sh(f"sleep 600 & echo $! > {url}.pid; " + RESULT, count=1)
    pid = int(Path(f"{url}.pid").read_text())
    while _is_running(pid):  # it is killed, which takes the kernel a moment
        time.sleep(0.01)


def _is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_signal_is_forwarded_and_the_trial_handed_back_with_its_checkpoint(
    number, sh, trials, url
):
    program = (
        f"trap 'echo $1 > \"$ARMWRIGHT_CHECKPOINT/got\"; exit 9' {number.name[3:]}; "
        f"touch {url}.ready; while :; do sleep 0.01; done"
    )
    before = signal.getsignal(number)
    _signal_when(Path(f"{url}.ready"), number)
    done = sh(program, number.name)
    assert (done.why, done.ran, done.handed_back) == (number.name, 0, 1)
    end = end_of(trials())
    assert (end["state"], end["reason"]) == ("preempted", number.name)
    assert Path(end["checkpoint"], "got").read_text() == f"{number.name}\n"
    assert signal.getsignal(number) == before

    done = sh('cat "$ARMWRIGHT_CHECKPOINT/got"; ' + RESULT, count=1)
    assert states(trials()) == ["completed"]
    stdout = Path(f"{url}.trials/0/2/stdout").read_text()
    assert stdout.splitlines()[0] == number.name


def _signal_when(path, number):
    """Has this process get a signal once a file is there."""

    def wait():
        while not path.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), number)

    threading.Thread(target=wait, daemon=True).start()


@pytest.mark.parametrize("ending", ["exit 1", "kill -TERM $$"])
def test_a_signal_that_the_command_hears_of_first_is_no_crash(ending, sh, trials, monkeypatch):
    # Slurm signals all processes of a job: the command may be gone before its worker wakes up.
    finish = Commands.finish

    def finish_before_the_signal(self, run):
        code = finish(self, run)
        threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGTERM)).start()
        return code

    monkeypatch.setattr(Commands, "finish", finish_before_the_signal)
    # A moment is enough for a job's processes; here the other thread may have to wait for its turn.
    monkeypatch.setattr("armwright.working.inbox._PROMPT_S", 120.0)
    monkeypatch.setattr("armwright.working.inbox._ECHO_S", 120.0)
    assert sh(ending).handed_back == 1
    assert end_of(trials())["reason"] == "SIGTERM"


def test_a_command_that_finishes_after_the_signal_has_its_result_counted(sh, trials, url):
    program = f"trap 'echo 0.5; exit 0' TERM; touch {url}.ready; while :; do sleep 0.01; done"
    _signal_when(Path(f"{url}.ready"), signal.SIGTERM)
    assert sh(program).handed_back == 0
    assert states(trials()) == ["completed"]


def test_a_command_that_does_not_heed_is_killed_after_the_grace_time(sh, trials, url):
    program = f"trap '' TERM; touch {url}.ready; while :; do sleep 0.01; done"
    _signal_when(Path(f"{url}.ready"), signal.SIGTERM)
    assert sh(program, grace=0.1).handed_back == 1
    assert end_of(trials())["note"] == "ended by SIGKILL"


def test_at_the_time_limit_what_runs_is_handed_back(sh, trials):
    done = sh("sleep 600", time_limit=0.5)
    assert (done.why, done.handed_back) == ("time limit", 1)
    assert end_of(trials())["reason"] == "time limit"


def test_a_trial_that_was_ended_elsewhere_is_stopped_and_reported_late(sh, trials, url, events):
    stored = armwright.open(url)

    def cancel():
        while not Path(f"{url}.ready").exists():
            time.sleep(0.01)
        stored._folder.refresh()
        stored._folder.end(0, 1, {"state": "cancelled"})

    threading.Thread(target=cancel).start()
    sh(f"touch {url}.ready; sleep 600", count=1, looks_every=0.05)
    (ended,) = [event for event in events if isinstance(event, TrialEnded)]
    assert ended.state == "late"
    assert "cancelled" in ended.note
    assert states(trials()) == ["cancelled"]


@pytest.mark.slow
def test_what_a_dead_worker_ran_is_taken_up_with_its_checkpoint(sh, trials, killed_worker):
    assert states(trials()) == ["running"]
    sh('[ -e "$ARMWRIGHT_CHECKPOINT/begun" ] && echo 0.5', count=1)
    trial = trials()[0]
    assert [attempt.end["state"] for attempt in trial.attempts.values()] == ["lost", "completed"]
    assert not _is_running(killed_worker)  # nor does its command


@pytest.fixture
def killed_worker(url):
    """A worker that was killed while its command ran; gives the command's process."""
    import subprocess
    import sys

    program = f'touch "$ARMWRIGHT_CHECKPOINT/begun"; echo $$ > {url}.pid; exec sleep 600'
    words = ("worker", url, "--json", "--", "sh", "-c", program)
    pid = Path(f"{url}.pid")
    with subprocess.Popen(
        [sys.executable, "-m", "armwright.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as worker:
        assert worker.stdout is not None
        # Nothing could kill the command between its start and the word to the watchdog.
        assert b"started" in worker.stdout.readline()
        while not (pid.exists() and pid.read_text().strip()):
            assert worker.poll() is None
            time.sleep(0.01)
        worker.kill()
    command = int(pid.read_text())
    while _is_running(command):  # the watchdog sees to it
        time.sleep(0.01)
    return command


def test_a_worker_that_waits_takes_up_what_others_lose_at_the_end(url, sh, trials):
    stored = armwright.open(url)
    asked = stored.ask(3)

    def hand_back():
        time.sleep(0.2)
        stored.release(asked[1])
        for trial in (asked[0], asked[2]):
            stored.tell(trial.number, {"loss": 1.0})

    thread = threading.Thread(target=hand_back)
    thread.start()
    done = sh(RESULT, waits=True, looks_every=0.1)
    thread.join()
    assert (done.why, done.ran) == ("used up", 1)
    assert states(trials()) == ["completed"] * 3


def test_without_waiting_a_worker_leaves_when_nothing_is_left_to_take(url, sh):
    armwright.open(url).ask(3)
    assert sh(RESULT).ran == 0


# What is refused ----------------------------------------------------------------------------------


def test_a_placeholder_that_is_unknown_is_refused_before_a_trial_is_taken(work, trials):
    with pytest.raises(UsageError, match=r"unknown placeholder \{y\}, expected one of trial"):
        work("echo", "{y}")
    assert trials() == {}


def test_a_program_that_is_not_there_is_refused_before_a_trial_is_taken(work, trials):
    with pytest.raises(UsageError, match=r"cannot find the program '\./train\.sh'"):
        work("./train.sh")
    assert trials() == {}


def test_a_program_named_by_a_parameter_that_is_not_there_hands_the_trial_back(work, trials):
    with pytest.raises(UsageError, match="trial 0 could not be started"):
        work("/nowhere/{the kind}")
    assert states(trials()) == ["preempted"]


def test_no_command_is_refused(work):
    with pytest.raises(UsageError, match="which command"):
        work()


def test_an_experiment_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ExperimentNotFoundError, match="no experiment"):
        Worker(tmp_path / "none", ["true"], options=WorkerOptions(), report=print)


def test_the_folder_of_another_experiment_is_refused(work, url, tmp_path):
    work("echo", "0.5", count=1)
    armwright.create(tmp_path / "other", armwright.open(url).experiment, budget=3)
    options = WorkerOptions(folder=Path(f"{url}.trials"))
    with pytest.raises(UsageError, match="holds the trials of another experiment"):
        Worker(tmp_path / "other", ["true"], options=options, report=print)


@pytest.mark.parametrize("options", [{"parallel": 0}, {"count": 0}, {"timeout": -1.0}], ids=str)
def test_options_that_cannot_mean_anything_are_refused(options):
    with pytest.raises(UsageError, match="should be"):
        WorkerOptions(**options)
