"""Telling how a trial ended, to a file system that does not answer for a while."""

from types import SimpleNamespace

import pytest

import armwright
from armwright.errors import StoreError, TrialEndedError, UncertainError
from armwright.persistence import StoredExperiment
from armwright.store import ExperimentFolder
from armwright.store.faults import Fault, FaultyFiles
from armwright.store.location import Location, locate
from armwright.store.surroundings import Surroundings
from armwright.working.options import WorkerOptions
from armwright.working.results import Results
from armwright.working.telling import tell_end
from armwright.working.verdict import Verdict

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}
DONE = Verdict(state="completed", reason="", note="", values={"loss": (1.0, None)})
FAILED = Verdict(state="failed", reason="oom", note="too large")
LEFT = Verdict(state="preempted", reason="SIGTERM", note="")


class Setting:
    """An experiment on a file system that can be made to fail, and one trial of it."""

    def __init__(self, url):
        armwright.create(url, DEFINITION, seed=3)
        place = locate(url)
        self.files = FaultyFiles(place.files)
        around = Surroundings(sleep=lambda _seconds: None)
        location = Location(url=place.url, files=self.files, path=place.path)
        self.folder = ExperimentFolder.open_at(location, surroundings=around)
        self.stored = StoredExperiment(self.folder)
        (trial,) = self.stored.ask()
        self.run = SimpleNamespace(
            trial=trial, folder=SimpleNamespace(checkpoint=f"{url}.trials/0/checkpoint")
        )
        self.slept = []

    def fail(self, how, calls):
        """Lets every call from the first create on go wrong, for so many calls."""
        files, first = self.files, len(self.files.calls)
        begin = files._begin

        def begins(name):
            if files.fault is None and name == "create":
                files.fault = Fault(call=len(files.calls) + 1, how=how, lasting=calls)
            return begin(name)

        assert first
        files._begin = begins

    def tell(self, verdict, **options):
        return tell_end(
            self.folder, self.stored, self.run, verdict, sleep=self.slept.append, **options
        )


@pytest.fixture
def setting(tmp_path):
    return Setting(tmp_path / "lr")


@pytest.mark.parametrize("verdict", [DONE, FAILED, LEFT], ids=lambda verdict: verdict.state)
@pytest.mark.parametrize("how", ["reply lost", "not done"])
def test_an_end_that_arrived_unheard_is_no_end_that_came_too_late(setting, how, verdict):
    setting.fail(how, 6)
    assert setting.tell(verdict).state == verdict.state
    assert len(setting.slept) in (1, 2, 3)
    trial = ExperimentFolder.open(setting.folder.url).state.trials[0]
    assert (trial.attempts[1].end["state"], trial.late) == (verdict.state, ())


def test_another_end_than_the_one_that_arrived_unheard_comes_too_late(setting):
    setting.fail("reply lost", 4)
    with pytest.raises(UncertainError, match="may have been written"):
        setting.stored.tell(0, {"loss": 1.0})
    with pytest.raises(TrialEndedError, match="has ended already: completed"):
        setting.stored.tell(0, {"loss": 2.0})


def test_without_patience_a_file_system_is_asked_once(setting):
    setting.fail("not done", 99)
    with pytest.raises(UncertainError, match="may have been written"):
        setting.tell(DONE, patient=False)
    assert setting.slept == []


def test_of_ends_that_fail_together_only_the_first_waits_for_the_file_system(setting, monkeypatch):
    results = Results(setting.folder, setting.stored, WorkerOptions())
    monkeypatch.setitem(tell_end.__kwdefaults__, "sleep", setting.slept.append)
    setting.fail("not done", 10**6)
    for _ in range(3):
        with pytest.raises(StoreError, match=r"cannot (read|write)"):
            results._told(setting.run, DONE)
    assert sum(setting.slept) == 60.0
    setting.files._begin = FaultyFiles._begin.__get__(setting.files)
    setting.files.fault = None
    assert results._told(setting.run, DONE).state == "completed"
