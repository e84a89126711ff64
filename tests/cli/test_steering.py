"""Steering what is under way: edit, stop, resume, cancel, requeue, archive, delete."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from results import document, refused

from armwright import ax
from armwright.store import ExperimentFolder

WHY = ("--reason", "because")
YES = {"archive": ("--yes",)}  # what it would do is shown first


# edit ---------------------------------------------------------------------------------------


def test_edit_changes_what_is_said_and_keeps_the_reason(run, asked):
    result = run("edit", asked, "x.bounds=[0.5,2]", "budget=5", *WHY)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "x.bounds: [0.0, 1.0] -> [0.5, 2]\nbudget: 3 -> 5\n"
    shown = run("show", asked).stdout
    assert "range=[0.5, 2.0]" in shown
    assert "2 of 5 trials" in shown
    change = ExperimentFolder.open(asked).state.configs[2]["change"]
    assert (change["kind"], change["reason"]) == ("edited", "because")
    assert change["what"] == ["x.bounds: [0.0, 1.0] -> [0.5, 2]", "budget: 3 -> 5"]


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ('kind = 1.values=["a","z"]', 'kind = 1.values: ["a", "[red]b c", "ü"] -> ["a", "z"]'),
        ("kind = 1.is_ordered=true", "kind = 1.is_ordered: false -> true"),
        ("x.digits=2", "x.digits: none -> 2"),
        ("budget=none", "budget: 3 -> none"),
        ("budget=null", "budget: 3 -> none"),
        ("description=to be seen", 'description: none -> "to be seen"'),
        (
            "objective.minimize=false",
            'objective: {"metric": "loss", "minimize": true} -> '
            '{"metric": "loss", "minimize": false}',
        ),
        (
            'objectives=[{"metric":"loss","minimize":true},{"metric":"speed"}]',
            'objectives: [{"metric": "loss", "minimize": true}] -> '
            '[{"metric": "loss", "minimize": true}, {"metric": "speed"}]',
        ),
        ('tracking_metrics=["s"]', 'tracking_metrics: ["a=b"] -> ["s"]'),
        ('outcome_constraints=["size <= 9"]', 'outcome_constraints: [] -> ["size <= 9"]'),
    ],
)
def test_edit_understands_the_keys_of_the_experiment_file(word, change, run, url):
    found = document(run("edit", url, word, *WHY, "--json"))
    assert found == {
        "v": 1,
        "experiment": str(url),
        "version": 2,
        "dry_run": False,
        "changes": [change],
        "replaced": [],
    }
    assert run("ask", url).exit_code == 0


def test_edit_twice_says_the_constraint_as_it_was_written(run, url):
    run("edit", url, 'outcome_constraints=["size <= 9"]', *WHY)
    result = run("edit", url, "outcome_constraints=[]", *WHY)
    assert result.stdout == 'outcome_constraints: ["size <= 9.0"] -> []\n'


def test_edit_of_what_is_so_already_changes_nothing(run, url):
    result = run("edit", url, "budget=3", *WHY)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "nothing changed: it is all so already\n"
    assert ExperimentFolder.open(url).state.version == 1


def test_edit_dry_run_only_looks(run, url):
    assert run("edit", url, "budget=9", *WHY, "--dry-run").stdout == "budget: 3 -> 9\n"
    assert ExperimentFolder.open(url).state.version == 1


def test_arms_after_an_edit_keep_to_the_new_space(run, url):
    run("ask", url, "-n", "2")
    run("edit", url, "x.bounds=[5,6]", 'kind = 1.values=["y","z"]', *WHY)
    run("ask", url)
    parameters = ax.load(url).trials[2].arm.parameters
    assert 5 <= parameters["x"] <= 6
    assert parameters["kind = 1"] in ("y", "z")


def test_trials_that_wait_outside_of_the_new_space_give_way(run, url):
    run("edit", url, "budget=4", *WHY)
    run("stock", url, "--target", "3")
    run("add", url, "x=0.0", "kind = 1=a")  # by hand: stays
    arms = [trial.arm.parameters["x"] for trial in ax.load(url).trials.values()]
    outside = [number for number, x in enumerate(arms[:3]) if x < 0.5]
    assert 0 < len(outside) < 3
    result = run("edit", url, "x.bounds=[0.5,1]", *WHY)
    numbers = ", ".join(map(str, outside))
    assert result.stderr == f"waited outside of the new space, and will be replaced: {numbers}\n"
    asked = document(run("ask", url, "-n", "9", "--json"))["trials"]
    assert len(asked) == 4
    assert all(trial["parameters"]["x"] >= 0.5 or trial["trial"] == 3 for trial in asked)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["budget=9"], "why? expected a reason for the edit, got none"),
        ([*WHY], "expected changes such as budget=50, got none"),
        (["bugdet=9", *WHY], "unknown key 'bugdet'; did you mean budget?\nhint: the keys"),
        (["budget", *WHY], "expected key=value, got 'budget'"),
        (["budget=9", "budget=8", *WHY], "expected one value for budget, got another"),
        (["budget=0", *WHY], "budget should be a whole number from 1 on, or none, got 0"),
        (["budget=much", *WHY], "budget should be a whole number from 1 on, or none, got 'much'"),
        (["x.bounds=[2,1]", *WHY], "edit (x)"),
        (["x.bounds=3", *WHY], "bounds must be a list of two numbers"),
        (["x.sizes=3", *WHY], "edit (x): unknown key 'sizes'"),
        (["x.type=choice", *WHY], "x: type stays what it is, 'range', got 'choice'"),
        (["x.name=y", *WHY], "x: name stays what it is, 'x', got 'y'"),
        (['kind = 1.values=["a"]', *WHY], "values must be a list of two or more"),
        (["kind = 1.values=[1,2]", *WHY, "--dry-run"], "nothing is refused"),
        (["tracking_metrics=loss", *WHY], "tracking_metrics should be a list, got 'loss'"),
        (['tracking_metrics=["loss"]', *WHY], "'loss' is optimized or bounded already"),
        (['tracking_metrics=["a","a"]', *WHY], "should be different, got 'a' twice"),
        (['outcome_constraints=["size"]', *WHY], "error: outcome_constraints[0]: "),
        (["objective.minimize=1", *WHY], "objective.minimize should be true or false, got 1"),
        (["objective=loss", *WHY], "objective should be a table"),
        (['parameter_constraints=["x + y <= 1"]', *WHY], "error: parameter_constraints[0]: "),
    ],
    ids=str,
)
def test_edit_refuses_what_cannot_be_and_changes_nothing(words, part, run, url):
    if part == "nothing is refused":
        assert run("edit", url, *words).exit_code == 0  # numbers can stand for text
    else:
        refused(run("edit", url, *words), 2, part)
    assert ExperimentFolder.open(url).state.version == 1


# stop, resume, archive ----------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "state"), [("stop", "stopped"), ("archive", "archived")])
def test_a_stopped_experiment_gives_no_trial_until_it_is_resumed(verb, state, run, asked):
    assert run(verb, asked, *WHY, *YES.get(verb, ())).stdout == f"{state}\n"
    run("add", asked, "x=0.5", "kind = 1=a")
    assert f"running, 1 waiting; {state}: no more are given out\n" in run("show", asked).stdout
    refused(run("ask", asked), 3, f"is {state}: because\nhint: armwright resume {asked}")
    assert run("tell", asked, "0", "loss=1").exit_code == 0
    assert run("resume", asked).stdout == "open\n"
    assert run("ask", asked).stdout.startswith("2  x=0.5")


@pytest.mark.parametrize(
    ("verb", "state"), [("stop", "stopped"), ("archive", "archived"), ("resume", "open")]
)
def test_what_is_so_already_is_said(verb, state, run, url):
    yes = YES.get(verb, ())
    run(verb, url, *yes)
    assert run(verb, url, *yes).stdout == f"{state} already: nothing changed\n"
    assert document(run(verb, url, *yes, "--json")) == {
        "v": 1,
        "experiment": str(url),
        "state": state,
        "changed": False,
        **({"dry_run": False} if yes else {}),
    }


def test_archive_without_yes_only_shows_what_it_would_put_aside(run, asked):
    result = run("archive", asked)
    assert result.exit_code == 0
    assert result.stdout == "would archive e, open: 2 of 3 trials: 2 running\n"
    assert result.stderr == "nothing was changed: --yes does it\n"
    found = document(run("archive", asked, "--dry-run", "--json"))
    assert (found["dry_run"], found["changed"]) == (True, True)
    assert document(run("status", asked, "--json"))["state"] == "open"
    refused(run("archive", asked, "--yes", "--dry-run"), 2, "expected --yes or --dry-run, got both")


def test_what_is_archived_is_said_to_be_so_without_yes_too(run, url):
    run("archive", url, "--yes")
    result = run("archive", url)
    assert (result.stdout, result.stderr) == ("archived already: nothing changed\n", "")


# cancel -------------------------------------------------------------------------------------


def test_cancel_ends_a_trial_and_its_worker_is_told(run, asked):
    result = run("cancel", asked, "0", *WHY)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "0  running -> cancelled\n", "")
    refused(run("tell", asked, "0", "loss=1"), 1, "has ended already: cancelled")
    assert "attempt 1: cancelled (because)" in run("show", asked, "0").stdout


def test_cancel_takes_a_trial_that_waits(run, asked):
    run("add", asked, "x=0.5", "kind = 1=a")
    assert run("cancel", asked, "2").stdout == "2  waiting -> cancelled\n"
    refused(run("ask", asked), 3, "the budget of")


def test_cancel_all_is_for_what_runs_or_waits(run, asked):
    run("add", asked, "x=0.5", "kind = 1=a")
    run("tell", asked, "0", "loss=1")
    found = document(run("cancel", asked, "--all", "--json"))
    assert found["trials"] == [
        {"trial": 1, "was": "running", "status": "cancelled"},
        {"trial": 2, "was": "waiting", "status": "cancelled"},
    ]
    assert run("cancel", asked, "--all").stderr == "no trial runs or waits\n"


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        ([], 2, "which trials? expected their numbers or --all, got neither"),
        (["0", "--all"], 2, "which trials? expected their numbers or --all, got both"),
        (["x"], 2, "expected a trial's number, such as 3, got 'x'"),
        (["1", "9"], 1, "no trial 9 in"),
    ],
)
def test_cancel_refuses_what_it_cannot_find_and_ends_nothing(words, code, part, run, asked):
    refused(run("cancel", asked, *words), code, part)
    assert all(trial.status.is_running for trial in ax.load(asked).trials.values())


def test_cancel_of_a_trial_that_has_ended_is_refused(run, asked):
    run("tell", asked, "0", "loss=1")
    refused(run("cancel", asked, "0"), 1, "trial 0 of", "has ended already: completed")


# requeue ------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["running", "failed", "cancelled"])
def test_requeue_gives_a_trial_out_again(before, run, asked):
    if before == "failed":
        run("tell", asked, "0", "--failed")
    elif before == "cancelled":
        run("cancel", asked, "0")
    arm = ax.load(asked).trials[0].arm.parameters
    result = run("requeue", asked, "0", *WHY)
    assert (result.exit_code, result.stdout) == (0, f"0  {before} -> waiting\n")
    (trial,) = document(run("ask", asked, "--json"))["trials"]
    assert (trial["trial"], trial["parameters"]) == (0, arm)
    assert trial["attempt"] == (2 if before == "running" else 3)
    assert run("tell", asked, "0", "loss=1").stdout == "0  completed  loss=1\n"


def test_requeue_failed_takes_all_that_failed(run, asked):
    run("tell", asked, "0", "loss=1")
    run("tell", asked, "1", "--failed")
    found = document(run("requeue", asked, "--failed", "--json"))
    assert found["trials"] == [{"trial": 1, "was": "failed", "status": "waiting"}]
    assert run("requeue", asked, "--failed").stderr == "no trial has failed\n"


def test_requeue_of_a_completed_trial_is_refused(run, asked):
    run("tell", asked, "0", "loss=1")
    refused(run("requeue", asked, "1", "0"), 2, "trial 0 of", "is completed", "armwright add")
    assert ax.load(asked).trials[1].status.is_running


@pytest.mark.parametrize(("words", "code"), [([], 2), (["0", "--failed"], 2), (["9"], 1)])
def test_requeue_refuses_what_it_cannot_find(words, code, run, asked):
    refused(run("requeue", asked, *words), code, "error: ")


# delete -------------------------------------------------------------------------------------


def test_delete_removes_the_experiment_and_its_folder(run, asked):
    result = run("delete", asked, "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"removed {asked}: 4 files\n"
    assert not asked.exists()
    refused(run("show", asked), 1, "no experiment at")


def test_delete_leaves_what_is_not_the_experiments(run, asked):
    (asked / "notes.txt").write_text("mine")
    (asked / "logs").mkdir()
    found = document(run("delete", asked, "--yes", "--json"))
    assert (found["files"], found["left"]) == (4, ["logs", "notes.txt"])
    assert sorted(path.name for path in asked.iterdir()) == ["logs", "notes.txt"]


def test_delete_dry_run_only_looks(run, asked):
    result = run("delete", asked, "--dry-run")
    assert result.stdout == f"would remove {asked}: 4 files\n"
    assert run("show", asked).exit_code == 0


def test_delete_without_a_terminal_needs_yes(run, asked):
    refused(run("delete", asked), 2, "with its 4 files would be gone", "add --yes")
    assert run("show", asked).exit_code == 0


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1), (b"\n", 1)])
def test_delete_asks_on_a_terminal(answer, code, asked, terminal):
    ours, theirs = terminal
    command = Path(sys.executable).with_name("armwright")
    with subprocess.Popen(
        [str(command), "delete", str(asked)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        os.write(ours, answer)
        stdout, stderr = process.communicate()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == code, stderr
    assert b"with 4 files for ever? [y/N]" in stderr
    assert asked.exists() == (code == 1)
    assert stdout == (b"" if code else f"removed {asked}: 4 files\n".encode())


def test_delete_goes_on_where_it_was_stopped(run, asked):
    for path in (asked / "config").iterdir():
        path.unlink()
    assert run("delete", asked, "--yes").stdout == f"removed {asked}: 3 files\n"


def test_delete_of_what_is_no_experiment(run, tmp_path):
    (tmp_path / "other.txt").write_text("x")
    refused(run("delete", tmp_path, "--yes"), 1, "no experiment at")
    assert (tmp_path / "other.txt").exists()


@pytest.mark.parametrize(
    "words",
    [["edit", "budget=3"], ["stop"], ["resume"], ["archive"], ["cancel", "0"], ["requeue", "0"]],
    ids=str,
)
def test_without_an_experiment_nothing_is_steered(words, run, tmp_path):
    refused(run(words[0], tmp_path / "none", *words[1:], *WHY), 1, "no experiment at")
