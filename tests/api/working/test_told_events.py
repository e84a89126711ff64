"""What a worker tells callbacks."""

import pytest

from armwright.callbacks import NewIncumbent, TrialEnd, TrialStart
from armwright.working import Worker, WorkerOptions
from armwright.working.events import TrialStarted


class Notes:
    """Notes what it is told."""

    def __init__(self):
        self.events, self.closed = [], 0

    def on_trial_start(self, event):
        self.events.append(event)

    on_trial_end = on_new_incumbent = on_trial_start

    def close(self):
        self.closed += 1

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


def test_a_worker_tells_callbacks_of_each_command_after_its_end_is_kept(url, events):
    notes = Notes()
    program = """
case $ARMWRIGHT_TRIAL in
0) echo '{"loss": 2.0}' ;;
1) exit 3 ;;
*) echo '{"loss": 1.0}' ;;
esac
"""
    options = WorkerOptions(grace=120.0, kinds={3: "infeasible"})
    Worker(
        url, ("sh", "-c", program), options=options, report=events.append, callbacks=[notes]
    ).run()
    assert [event.trial for event in notes.of(TrialStart)] == [0, 1, 2]
    assert [(event.state, event.reason, event.values) for event in notes.of(TrialEnd)] == [
        ("completed", "", {"loss": 2.0}),
        ("failed", "infeasible", {}),
        ("completed", "", {"loss": 1.0}),
    ]
    assert [event.trial for event in notes.of(NewIncumbent)] == [0, 2]
    assert notes.of(TrialStart)[0].parameters == notes.of(TrialEnd)[0].parameters
    assert notes.closed == 1


def test_callbacks_of_a_worker_that_fails_are_told_what_it_hands_back_and_closed(url):
    notes = Notes()

    def report(event):
        if isinstance(event, TrialStarted) and event.trial == 1:
            raise OSError("the display has gone")

    options = WorkerOptions(grace=120.0, parallel=2, tops_up=False)
    worker = Worker(url, ("sleep", "600"), options=options, report=report, callbacks=[notes])
    with pytest.raises(OSError, match="the display has gone"):
        worker.run()
    assert ("preempted", 0) in [(event.state, event.trial) for event in notes.of(TrialEnd)]
    assert notes.closed == 1
