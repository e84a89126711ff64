"""Command lines run for real: what they are told, what they leave, and how they are stopped."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from armwright import ax
from armwright.errors import UsageError
from armwright.experiment import Arm, TrialStatus
from armwright.persistence.experiment_json import experiment_from_json, experiment_to_json
from armwright.running import (
    LocalProcessMetric,
    LocalProcessRunner,
    PollableRunner,
    TrialFailedError,
    TrialWatch,
)
from armwright.running.placeholders import filled

ax.register_runner(LocalProcessRunner)
ax.register_metric(LocalProcessMetric)


def shell(tmp_path, text, **more):
    return LocalProcessRunner(["sh", "-c", text], folder=str(tmp_path / "out"), **more)


def folder_of(trial, arm=None):
    records = trial.run_metadata["processes"]
    return Path(records[arm or trial.arms[0].name]["folder"])


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[
        0
    ] not in ("Z", "X")


@pytest.fixture
def ended(until):
    """Runs a trial, and waits until its processes are over."""

    def run(trial):
        trial.run()
        until(lambda: trial.runner.poll_trial_status(trial).is_terminal)
        return trial

    return run


def test_it_is_a_runner_that_can_be_polled(tmp_path):
    assert isinstance(shell(tmp_path, "true"), PollableRunner)
    assert isinstance(shell(tmp_path, "true"), ax.Runner)


def test_placeholders_in_the_command_are_the_arm_s_values(tmp_path, make, trial_of, ended):
    runner = LocalProcessRunner(
        ["echo", "--x={x}", "{trial}", "{arm}", "{{x}}"], folder=str(tmp_path)
    )
    trial = ended(trial_of(make(runner), 2.5))
    assert (folder_of(trial) / "stdout").read_text() == "--x=2.5 0 0_0 {x}\n"


def test_parameters_come_as_a_json_file_named_in_the_environment(tmp_path, make, trial_of, ended):
    runner = shell(tmp_path, 'cat "$ARMWRIGHT_PARAMETERS_FILE"; echo "$ARMWRIGHT_TRIAL"')
    trial = ended(trial_of(make(runner), 2.5))
    text = (folder_of(trial) / "stdout").read_text()
    assert json.loads(text.rpartition("}")[0] + "}") == {"x": 2.5}
    assert text.endswith("0\n")
    assert json.loads((folder_of(trial) / "parameters.json").read_text()) == {"x": 2.5}


def test_the_environment_may_hold_placeholders(tmp_path, make, trial_of, ended):
    runner = shell(tmp_path, 'echo "$RATE"', environment={"RATE": "{x}e3"})
    trial = ended(trial_of(make(runner), 2.5))
    assert (folder_of(trial) / "stdout").read_text() == "2.5e3\n"


def test_a_loaded_runner_takes_its_variables_from_the_process_that_loaded_it(
    tmp_path, make, trial_of, ended, monkeypatch
):
    runner = shell(tmp_path, 'echo "$API_KEY"', environment={"API_KEY": "hunter2"})
    text = json.dumps(experiment_to_json(make(runner)))
    assert "API_KEY" in text
    assert "hunter2" not in text
    again = experiment_from_json(json.loads(text))
    monkeypatch.setenv("API_KEY", "hunter3")
    trial = ended(trial_of(again, 1.0))
    assert (folder_of(trial) / "stdout").read_text() == "hunter3\n"


def test_a_loaded_runner_names_the_variables_that_are_missing(tmp_path, make, trial_of):
    runner = shell(tmp_path, "true", environment={"API_KEY": "hunter2", "OTHER_KEY": "3"})
    again = experiment_from_json(experiment_to_json(make(runner)))
    with pytest.raises(UsageError, match="trial 0: the command needs API_KEY, OTHER_KEY") as caught:
        trial_of(again, 1.0).run()
    assert "values are never saved" in caught.value.hint


def test_stdout_and_stderr_are_kept_apart(tmp_path, make, trial_of, ended):
    trial = ended(trial_of(make(shell(tmp_path, "echo out; echo err >&2")), 1.0))
    assert (folder_of(trial) / "stdout").read_text() == "out\n"
    assert (folder_of(trial) / "stderr").read_text() == "err\n"


def test_an_unknown_placeholder_is_refused_before_anything_starts(tmp_path, make, trial_of):
    runner = LocalProcessRunner(["echo", "{lr}"], folder=str(tmp_path))
    trial = trial_of(make(runner), 1.0)
    with pytest.raises(UsageError, match=r"unknown placeholder \{lr\}, expected one of .*, x"):
        trial.run()
    assert trial.status is TrialStatus.CANDIDATE


def test_a_program_that_is_not_there_is_refused(tmp_path, make, trial_of):
    runner = LocalProcessRunner(["no-such-program-here"], folder=str(tmp_path))
    with pytest.raises(UsageError, match="cannot find the program 'no-such-program-here'"):
        trial_of(make(runner), 1.0).run()


def test_a_command_line_in_one_string_is_refused():
    with pytest.raises(UsageError, match=r"expected a list of words, got 'python train\.py'"):
        LocalProcessRunner("python train.py")


def test_a_trial_without_arms_cannot_run(tmp_path, make):
    experiment = make(shell(tmp_path, "true"))
    with pytest.raises(UsageError, match="trial 0: has no arm to run"):
        experiment.new_trial().run()


def test_a_second_experiment_of_the_same_name_does_not_touch_the_first_s_files(
    tmp_path, make, trial_of, ended
):
    first = ended(trial_of(make(shell(tmp_path, "echo 1")), 1.0))
    second = ended(trial_of(make(shell(tmp_path, "echo 2")), 1.0))
    assert folder_of(first) != folder_of(second)
    assert (folder_of(first) / "stdout").read_text() == "1\n"


def test_every_arm_of_a_batch_has_its_process(tmp_path, make, trial_of, ended):
    trial = ended(trial_of(make(shell(tmp_path, "echo {x}")), 1.0, 2.0))
    found = [(folder_of(trial, arm.name) / "stdout").read_text() for arm in trial.arms]
    assert found == ["1.0\n", "2.0\n"]


def test_it_polls_as_running_until_the_process_has_ended(tmp_path, make, trial_of, until):
    gate = tmp_path / "gate"
    runner = shell(tmp_path, f"while [ ! -e {gate} ]; do sleep 0.02; done")
    trial = trial_of(make(runner), 1.0).run()
    assert trial.status is TrialStatus.RUNNING
    assert runner.poll_trial_status(trial) is TrialStatus.RUNNING
    gate.touch()
    until(lambda: runner.poll_trial_status(trial) is TrialStatus.COMPLETED)


def test_an_exit_code_that_is_not_zero_is_a_failure_with_its_last_words(
    tmp_path, make, trial_of, ended
):
    trial = ended(trial_of(make(shell(tmp_path, "echo 'out of memory' >&2; exit 3")), 1.0))
    assert trial.runner.poll_trial_status(trial) is TrialStatus.FAILED
    assert trial.run_metadata["failed_arms"] == {"0_0": "exit code 3: out of memory"}


def test_a_process_that_is_killed_with_its_shell_is_a_failure(tmp_path, make, trial_of, until):
    trial = trial_of(make(shell(tmp_path, "sleep 60")), 1.0).run()
    os.killpg(trial.run_metadata["processes"]["0_0"]["pid"], signal.SIGKILL)
    until(lambda: trial.runner.poll_trial_status(trial) is TrialStatus.FAILED)
    assert trial.run_metadata["failed_arms"] == {
        "0_0": "was stopped or killed, it left no exit code"
    }


def test_stop_ends_the_process_and_its_children(tmp_path, make, trial_of, until):
    pids = tmp_path / "pids"
    runner = shell(tmp_path, f"sleep 60 & echo $! > {pids}.part; mv {pids}.part {pids}; wait")
    trial = trial_of(make(runner), 1.0).run()
    until(pids.exists)
    trial.complete()
    assert trial.status is TrialStatus.COMPLETED
    until(lambda: not exists(int(pids.read_text())))
    assert runner.poll_trial_status(trial) is TrialStatus.FAILED
    assert trial.run_metadata["failed_arms"]["0_0"].startswith("was stopped or killed")


def test_stop_kills_what_does_not_heed_sigterm(tmp_path, make, trial_of, until):
    ready = tmp_path / "ready"
    runner = shell(
        tmp_path, f"trap '' TERM; touch {ready}; while :; do sleep 0.05; done", grace_s=0.2
    )
    trial = trial_of(make(runner), 1.0).run()
    until(ready.exists)
    runner.stop(trial)
    until(lambda: runner.poll_trial_status(trial) is TrialStatus.FAILED)
    until(lambda: not exists(trial.run_metadata["processes"]["0_0"]["pid"]))


def test_stop_gives_the_process_time_to_put_things_in_order(tmp_path, make, trial_of, until):
    ready, saved = tmp_path / "ready", tmp_path / "saved"
    code = (
        "import pathlib, signal, sys, time\n"
        "def save(*_):\n"
        "    time.sleep(0.2)\n"
        f"    pathlib.Path({str(saved)!r}).touch()\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "time.sleep(600)\n"
    )
    runner = LocalProcessRunner([sys.executable, "-c", code], folder=str(tmp_path), grace_s=200.0)
    runner.command = [word.replace("{", "{{").replace("}", "}}") for word in runner.command]
    trial = trial_of(make(runner), 1.0).run()
    until(ready.exists)
    runner.stop(trial)
    assert saved.exists()


def test_stopping_a_trial_that_is_over_does_nothing(tmp_path, make, trial_of, ended):
    trial = ended(trial_of(make(shell(tmp_path, "true")), 1.0))
    trial.runner.stop(trial)
    assert trial.runner.poll_trial_status(trial) is TrialStatus.COMPLETED


def test_a_trial_that_another_runner_started_cannot_be_polled(tmp_path, make, trial_of):
    trial = trial_of(make(shell(tmp_path, "true")), 1.0)
    with pytest.raises(UsageError, match="trial 0: was not started by a LocalProcessRunner"):
        shell(tmp_path, "true").poll_trial_status(trial)


def test_a_loaded_runner_equals_the_one_saved_and_watches_its_processes(
    tmp_path, make, trial_of, until
):
    gate = tmp_path / "gate"
    runner = shell(
        tmp_path,
        f"while [ ! -e {gate} ]; do sleep 0.02; done; echo 4.0",
        environment={"PATH": None},
        grace_s=3.0,
        max_parallelism=2,
    )
    experiment = make(runner, LocalProcessMetric("loss"))
    trial_of(experiment, 1.0).run()
    again = experiment_from_json(json.loads(json.dumps(experiment_to_json(experiment))))
    assert again == experiment
    trial = again.trials[0]
    assert trial.runner.poll_trial_status(trial) is TrialStatus.RUNNING
    gate.touch()
    until(lambda: trial.runner.poll_trial_status(trial) is TrialStatus.COMPLETED)
    assert trial.objective_mean == 4.0
    until(lambda: runner.poll_trial_status(experiment.trials[0]).is_terminal)


def test_a_loaded_runner_stops_processes_it_did_not_start(tmp_path, make, trial_of, until):
    runner = shell(tmp_path, "sleep 60")
    experiment = make(runner, LocalProcessMetric("loss"))
    trial_of(experiment, 1.0).run()
    again = experiment_from_json(json.loads(json.dumps(experiment_to_json(experiment))))
    again.trials[0].runner.stop(again.trials[0])
    until(lambda: runner.poll_trial_status(experiment.trials[0]) is TrialStatus.FAILED)


def test_its_capacity_is_what_was_asked_for_else_one_per_processor(tmp_path):
    assert shell(tmp_path, "true", max_parallelism=3).capacity == 3
    assert shell(tmp_path, "true").capacity == os.cpu_count()
    with pytest.raises(UsageError, match="max_parallelism: expected at least 1, got 0"):
        shell(tmp_path, "true", max_parallelism=0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"loss": 0.5}', (0.5, None)),
        ('{"loss": [0.5, 0.1]}', (0.5, 0.1)),
        ("0.5", (0.5, None)),
        ("[0.5, 0.1]", (0.5, 0.1)),
        ('{"loss": 9}\n{"loss": 0.5}\n{"cost": 1}\ndone', (0.5, None)),
    ],
)
def test_the_metric_is_in_the_last_line_that_holds_it(
    tmp_path, make, trial_of, ended, line, expected
):
    text = tmp_path / "text"
    text.write_text(line + "\n")
    trial = ended(trial_of(make(shell(tmp_path, f"cat {text}"), LocalProcessMetric("loss")), 1.0))
    (row,) = trial.fetch_data().df.to_dict("records")
    mean, sem = expected
    assert (row["arm_name"], row["metric_name"], row["mean"]) == ("0_0", "loss", mean)
    assert row["sem"] == sem if sem is not None else row["sem"] != row["sem"]


def test_the_metric_s_key_may_differ_from_its_name(tmp_path, make, trial_of, ended):
    metric = LocalProcessMetric("loss", lower_is_better=True, key="val/loss")
    trial = ended(trial_of(make(shell(tmp_path, """echo '{{"val/loss": 2}}'"""), metric), 1.0))
    assert trial.objective_mean == 2.0


def test_there_are_no_data_while_the_process_runs(tmp_path, make, trial_of):
    runner = shell(tmp_path, "echo 1.0; sleep 60")
    trial = trial_of(make(runner, LocalProcessMetric("loss")), 1.0).run()
    assert trial.fetch_data().df.empty
    runner.stop(trial)


def test_output_without_a_value_is_said_to_be_a_failure(tmp_path, make, trial_of, ended):
    trial = ended(trial_of(make(shell(tmp_path, "echo hello"), LocalProcessMetric("loss")), 1.0))
    with pytest.raises(TrialFailedError, match=r"arm 0_0: no value for 'loss' in the 1 lines of"):
        trial.fetch_data()


def test_a_batch_with_one_failed_process_keeps_the_other_arms(tmp_path, make, trial_of):
    runner = shell(tmp_path, "[ {x} = 1.0 ] && exit 5; echo {x}")
    experiment = make(runner, LocalProcessMetric("loss"))
    with TrialWatch(experiment) as watch:
        watch.start(trial_of(experiment, 1.0, 2.0))
        (trial,) = watch.wait()
    assert trial.status is TrialStatus.COMPLETED
    assert [arm.name for arm in trial.abandoned_arms] == ["0_0"]
    assert trial.abandoned_arms_metadata[0].reason == "exit code 5"
    assert list(experiment.lookup_data_for_trial(0)[0].df["arm_name"]) == ["0_1"]


def test_an_abandoned_arm_is_not_run(tmp_path, make, trial_of, ended):
    trial = trial_of(make(shell(tmp_path, "true")), 1.0, 2.0)
    trial.mark_arm_abandoned("0_0")
    assert list(ended(trial).run_metadata["processes"]) == ["0_1"]


def test_names_that_would_lead_out_of_the_folder_do_not(tmp_path, make, ended):
    experiment = make(shell(tmp_path, "true"))
    experiment.name = "../../up"
    trial = experiment.new_trial().add_arm(Arm({"x": 1.0}, name="../arm"))
    assert folder_of(ended(trial)).is_relative_to((tmp_path / "out").resolve())


def test_stopping_waits_no_longer_than_it_must(tmp_path, make, trial_of):
    runner = shell(tmp_path, "sleep 60", grace_s=1000.0)
    trial = trial_of(make(runner), 1.0).run()
    runner.stop(trial)
    assert runner.poll_trial_status(trial).is_terminal


def test_braces_of_shells_and_of_json_are_left_alone():
    values = {"x": 3, "the kind": "a"}
    text = '${x} {x} {the kind} {{x}} {"a": {"b": 1}} { exit; } {}'
    assert filled(text, values) == '${x} 3 a {x} {"a": {"b": 1}} { exit; } {}'
