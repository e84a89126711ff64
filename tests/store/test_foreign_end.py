"""A process slept while its experiment was deleted and made anew, then ended a trial of the new."""

import pytest

from armwright.store import ExperimentFolder, TrialEndedError
from armwright.store.archive import export_archive, import_archive
from armwright.store.doctor import doctor
from armwright.store.fact import encode
from armwright.store.layout import claim_path, end_name, end_path, parse_name
from armwright.store.lease import Watcher
from armwright.store.verify import verify

WRITER = {"id": "x", "host": "h", "pid": 1}


def plant(folder, number, attempt):
    body = encode(
        end_name(number, attempt),
        {"state": "completed", "data": {"loss": 1.0}},
        token="0" * 32,
        writer=WRITER,
        at="2026-11-22T04:30:52.619Z",
        more={"of": "ZZZZZZZZ", "counted": []},
    )
    folder.location.files.overwrite(folder.location.join(end_path(number, attempt)), body)


@pytest.fixture
def robbed(folder):
    """An experiment whose trial 0 runs, and cannot be ended any more."""
    folder.add_trial(lambda *_: {"lr": 1}, claim={})
    plant(folder, 0, 1)
    return folder


def test_the_attempt_whose_end_it_took_has_ended_as_lost(robbed):
    trial = robbed.refresh().trials[0]
    assert (trial.status, trial.last_attempt.end["reason"]) == ("lost", "foreign")
    assert "h.1 wrote it for an experiment that was here before" in trial.last_attempt.end["note"]


def test_nothing_that_it_says_counts(robbed):
    assert "data" not in robbed.refresh().trials[0].last_attempt.end


def test_the_file_goes_on_being_named_as_damaged(robbed):
    for _ in range(2):
        (damage,) = robbed.refresh().damaged
        assert damage.path == end_path(0, 1)


def test_the_trial_can_be_taken_up_again_and_ended(robbed):
    robbed.refresh()
    assert robbed.claim(0, 2) == "won"
    robbed.end(0, 2, {"state": "completed"})
    assert ExperimentFolder.open(robbed.url).state.trials[0].status == "completed"


def test_the_owner_is_told_that_its_result_came_too_late_and_it_is_kept(robbed):
    with pytest.raises(TrialEndedError, match=r"has ended already: lost \(foreign\)"):
        robbed.end(0, 1, {"state": "completed", "data": {"loss": 2.0}})
    assert robbed.refresh().trials[0].late[0]["data"] == {"loss": 2.0}


def test_a_watcher_leaves_it_alone(robbed):
    assert Watcher(robbed).release() == []


def test_an_attempt_that_nobody_took_has_ended_too(folder):
    folder.add_trial(lambda *_: {"lr": 1})
    plant(folder, 0, 1)
    assert folder.refresh().trials[0].status == "lost"
    assert folder.claim(0, 2) == "won"


def test_an_attempt_whose_turn_it_is_not_stays_out_of_it(robbed):
    plant(robbed, 0, 3)
    assert sorted(robbed.refresh().trials[0].attempts) == [1]
    robbed.claim(0, 2)
    assert robbed.refresh().trials[0].status == "running"
    robbed.end(0, 2, {"state": "preempted"})
    assert robbed.refresh().trials[0].attempts[3].end["reason"] == "foreign"


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled", "abandoned"])
def test_what_a_trial_has_come_to_is_not_undone_by_the_end_of_an_attempt_after_it(folder, state):
    folder.add_trial(lambda *_: {"lr": 1}, claim={})
    folder.end(0, 1, {"state": state})
    plant(folder, 0, 2)
    trial = folder.refresh().trials[0]
    assert (trial.status, sorted(trial.attempts)) == (state, [1])
    assert ExperimentFolder.open(folder.url).state.trials[0] == trial


def test_an_attempt_that_somebody_makes_all_the_same_has_ended(folder):
    folder.add_trial(lambda *_: {"lr": 1}, claim={})
    folder.end(0, 1, {"state": "failed"})
    plant(folder, 0, 2)
    assert folder.claim(0, 2) == "won"
    assert folder.refresh().trials[0].last_attempt.end["reason"] == "foreign"
    assert folder.claim(0, 3) == "won"


def test_who_verifies_names_the_file_and_nothing_besides(robbed):
    robbed.refresh()
    robbed.claim(0, 2)
    report = verify(robbed)
    assert [(problem.kind, problem.path) for problem in report.problems] == [
        ("torn", end_path(0, 1))
    ]


def test_an_exported_copy_says_the_same_and_is_whole(robbed, tmp_path):
    robbed.refresh()
    robbed.claim(0, 2)
    robbed.end(0, 2, {"state": "completed"})
    export_archive(robbed.url, tmp_path / "lr.zip")
    import_archive(tmp_path / "lr.zip", tmp_path / "copy")
    copy = ExperimentFolder.open(tmp_path / "copy")
    assert copy.state.trials == robbed.refresh().trials
    assert verify(copy).ok


def plant_claim(folder):
    name = parse_name(claim_path(0, 1))
    more = {"of": "ZZZZZZZZ"}
    body = encode(name, {}, token="0" * 32, writer=WRITER, at="now", more=more)
    folder.location.files.overwrite(folder.location.join(name.path), body)


def test_a_trial_whose_claim_it_took_waits_until_it_is_cancelled(folder):
    folder.add_trial(lambda *_: {"lr": 1})
    plant_claim(folder)
    assert folder.claim(0, 1) == "lost"
    assert folder.refresh().trials[0].status == "waiting"
    folder.end(0, 1, {"state": "cancelled"})
    assert ExperimentFolder.open(folder.url).state.trials[0].status == "cancelled"


def test_the_doctor_says_what_goes_on_under_a_claim_that_it_took(disk_folder):
    disk_folder.add_trial(lambda *_: {"lr": 1})
    plant_claim(disk_folder)
    (patient,) = doctor(disk_folder.url).patients
    assert patient.half_written == ()
    words = "another experiment's: t/00000/0.1.claim.json, for which trial 0 waits"
    assert f"{words}; it goes on by armwright requeue" in "\n".join(patient.lines())
    assert patient.as_dict()["foreign"] == ["t/00000/0.1.claim.json, for which trial 0 waits"]


def test_a_trial_that_failed_is_given_out_again_past_it(folder):
    folder.add_trial(lambda *_: {"lr": 1}, claim={})
    folder.end(0, 1, {"state": "failed"})
    plant(folder, 0, 2)
    assert folder.release(0, 2, {"state": "preempted"}) == "won"
    trial = ExperimentFolder.open(folder.url).state.trials[0]
    assert trial == folder.refresh().trials[0]
    assert [(end.end["state"], end.end.get("reason")) for end in trial.attempts.values()] == [
        ("failed", None),
        ("lost", "foreign"),
        ("preempted", None),
    ]
    assert folder.claim(0, 4) == "won"
    assert [problem.kind for problem in verify(folder).problems] == ["torn"]


def _full(folder):
    """A segment that could be sealed but for two foreign ends, one of which ends nothing."""
    for number in range(100):
        folder.put_trial(number, {"lr": number}, claim={})
        if number != 7:
            folder.end(number, 1, {"state": "failed"}, alone=True)
    plant(folder, 7, 1)
    plant(folder, 8, 2)
    folder.refresh()
    folder.claim(7, 2)
    folder.end(7, 2, {"state": "completed"})
    folder.add_trial(lambda *_: {"lr": 1})
    return folder


def test_a_segment_with_such_ends_is_sealed_and_says_the_same(folder):
    before = _full(folder).refresh().trials
    assert folder.compact().made == ("snap/s1-00000.parquet",)
    fresh = ExperimentFolder.open(folder.url).state.trials
    assert dict(fresh) == dict(folder.refresh().trials) == dict(before)
    assert sorted(fresh[8].attempts) == [1]


def test_who_verifies_goes_on_naming_them_when_they_are_sealed(folder):
    _full(folder).compact()
    for _ in range(2):
        assert [(problem.kind, problem.path) for problem in verify(folder).problems] == [
            ("torn", end_path(7, 1)),
            ("torn", end_path(8, 2)),
        ]
        folder.collect_garbage(older_than=0.0)


def test_what_is_sealed_with_such_an_end_is_given_out_again_past_it(folder):
    _full(folder).compact()
    folder.collect_garbage(older_than=0.0)
    late = ExperimentFolder.open(folder.url)
    assert late.release(8, 2, {"state": "preempted"}) == "won"
    assert ExperimentFolder.open(folder.url).state.trials[8].next_attempt == 4
    assert folder.refresh().trials[8].status == "preempted"
