"""What commands print of how far they are, and what the worker makes of it."""

import json
import os

import pytest

from armwright.persistence import StoredExperiment
from armwright.store import UnavailableError
from armwright.store.posix import PosixFiles
from armwright.working import Remark, TrialEnded, TrialStep
from armwright.working.printed_steps import PrintedStep, PrintedSteps

STEPS = "".join(f"""echo '{{"step": {n}, "loss": 0.{9 - n}}}'; """ for n in range(3))
RESULT = """echo '{"loss": 0.5}'"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "stdout"


def steps_of(events):
    return [event for event in events if isinstance(event, TrialStep)]


def test_steps_are_kept_with_their_trial(sh, events, url):
    sh(STEPS + RESULT, count=1)
    known = StoredExperiment.open(url).progress(0)
    assert [(item.step, item.values) for item in known] == [
        (0.0, {"loss": 0.9}),
        (1.0, {"loss": 0.8}),
        (2.0, {"loss": 0.7}),
    ]
    assert [event.step for event in steps_of(events)] == [0.0, 1.0, 2.0]


def test_steps_are_told_while_the_command_runs(sh, events, url):
    # It goes on once its first step has been told to the store.
    wait = f"until ls {url}/t/00000/ | grep -q 'data'; do sleep 0.01; done; "
    sh(STEPS + wait + RESULT, count=1, steps_every=0.01)
    assert [event.step for event in steps_of(events)] == [0.0, 1.0, 2.0]
    assert isinstance(events[4], TrialEnded)
    assert events[4].values == {"loss": 0.5}


def test_a_step_is_no_result_where_there_is_one(sh, events):
    sh(RESULT + "; " + STEPS, count=1)
    (end,) = [event for event in events if isinstance(event, TrialEnded)]
    assert end.values == {"loss": 0.5}


def test_of_a_command_that_prints_steps_alone_the_last_is_the_result(sh, events):
    sh(STEPS, count=1)
    (end,) = [event for event in events if isinstance(event, TrialEnded)]
    assert (end.state, end.values) == ("completed", {"loss": 0.7})


def test_a_step_that_cannot_be_told_costs_nothing_but_itself(sh, events, url, monkeypatch):
    create, failed = PosixFiles.create, []

    def away_once(self, path, body, token):
        if b'"step"' in body and not failed:
            failed.append(path)
            raise UnavailableError(f"cannot write {path!r}: no answer")
        return create(self, path, body, token)

    monkeypatch.setattr(PosixFiles, "create", away_once)
    sh(STEPS + RESULT, count=1)
    remarks = [event.text for event in events if isinstance(event, Remark)]
    assert any("a step was not told: cannot write" in text for text in remarks)
    assert StoredExperiment.open(url).trials[0].status == "completed"


def test_only_what_is_new_is_read(file):
    steps = PrintedSteps(file)
    assert steps.new(["loss"]) == []
    file.write_text('{"step": 1, "loss": 3}\n{"step": 2, "lo')
    assert steps.new(["loss"]) == [PrintedStep(step=1.0, values={"loss": 3.0})]
    assert steps.new(["loss"]) == []
    with file.open("a") as more:
        more.write('ss": 2}')
    assert steps.new(["loss"]) == []
    assert steps.new(["loss"], at_end=True) == [PrintedStep(step=2.0, values={"loss": 2.0})]


@pytest.mark.parametrize(
    "line",
    [
        "epoch 3 of 10",
        '{"loss": 3}',
        '{"step": true, "loss": 3}',
        '{"step": "3", "loss": 3}',
        '{"step": NaN, "loss": 3}',
        '{"step": 3, "other": 3}',
        '{"step": 3, "loss": "low"}',
        '["step", 3]',
        '{"step": 3, "loss": 1' + "0" * 400 + "}",
    ],
)
def test_what_is_no_step_is_passed_over(line, file):
    file.write_text(f"{line}\n")
    assert PrintedSteps(file).new(["loss"]) == []


def test_of_many_steps_the_newest_are_told(file):
    file.write_text("".join(json.dumps({"step": n, "loss": 1}) + "\n" for n in range(1000)))
    assert [item.step for item in PrintedSteps(file).new(["loss"])] == list(range(990, 1000))


def test_of_a_long_output_the_end_is_read(file):
    file.write_text("x" * (1 << 21) + '\n{"step": 7, "loss": 1}\n')
    assert [item.step for item in PrintedSteps(file).new(["loss"])] == [7.0]


def test_a_metric_may_be_called_step(file):
    file.write_text('{"step": 7, "loss": 1}\n')
    assert PrintedSteps(file).new(["step", "loss"]) == []


def test_a_file_that_was_begun_anew_is_read_anew(file):
    steps = PrintedSteps(file)
    file.write_text('{"step": 1, "loss": 3}\n{"step": 2, "loss": 3}\n')
    steps.new(["loss"])
    os.truncate(file, 0)
    file.write_text('{"step": 1, "loss": 5}\n')
    assert steps.new(["loss"]) == [PrintedStep(step=1.0, values={"loss": 5.0})]
