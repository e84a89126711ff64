"""A file system that will not say whether a write took place."""

import pytest

from armwright.store import ExperimentFolder, TrialEndedError, UncertainError
from armwright.store.fact import encode
from armwright.store.faults import Fault, FaultyFiles
from armwright.store.fold import Fold
from armwright.store.layout import arm_name, arm_path
from armwright.store.ledger import Ledger
from armwright.store.location import Location, locate
from armwright.store.surroundings import Surroundings


class Doubtful:
    """Writes, and for the first few creates says that it does not know."""

    def __init__(self, files, doubts, *, writes):
        self.files, self.doubts, self.writes, self.tokens = files, doubts, writes, []
        self.list, self.read, self.remove = files.list, files.read, files.remove

    def create(self, path, body, token):
        self.tokens.append(token)
        if len(self.tokens) > self.doubts:
            return self.files.create(path, body, token)
        if self.writes:
            self.files.create(path, body, token)
        raise UncertainError("no reply")


def doubtful_ledger(folder, doubts, *, writes):
    place, slept = locate(folder.url), []
    files = Doubtful(place.files, doubts, writes=writes)
    around = Surroundings(sleep=slept.append)
    return Ledger(Location(url=place.url, files=files, path=place.path), around), files, slept


@pytest.mark.parametrize("writes", [True, False])
def test_a_doubtful_write_is_repeated_with_its_token_until_it_is_sure(folder, writes):
    ledger, files, slept = doubtful_ledger(folder, 3, writes=writes)
    assert ledger.write("t/00000/0.arm.json", {"lr": 1}) == "won"
    assert len(files.tokens) == 4
    assert len(set(files.tokens)) == 1
    assert [0.05 <= slept[0] <= 0.1, 0.2 <= slept[1] <= 0.4, 0.8 <= slept[2] <= 1.6] == [True] * 3
    assert ExperimentFolder.open(folder.url).state.trials[0].arm == {"lr": 1}


def test_a_doubt_that_lasts_is_handed_on(folder):
    ledger, files, _slept = doubtful_ledger(folder, 9, writes=False)
    with pytest.raises(UncertainError, match="no reply"):
        ledger.write("t/00000/0.arm.json", {"lr": 1})
    assert len(files.tokens) == 4


def test_a_doubtful_write_that_another_won_is_lost(folder):
    ledger, _files, _slept = doubtful_ledger(folder, 2, writes=False)
    folder.add_trial(lambda *_: {"lr": 2})
    assert ledger.write("t/00000/0.arm.json", {"lr": 1}) == "lost"


def unheard(folder, lasting=4, how="reply lost"):
    """The same folder, where no answer to the next create arrives."""
    place = locate(folder.url)
    files = FaultyFiles(place.files)
    around = Surroundings(sleep=lambda _seconds: None)
    location = Location(url=place.url, files=files, path=place.path)
    opened = ExperimentFolder.open_at(location, surroundings=around)

    def strike(calls):
        files.fault = Fault(call=len(files.calls) + 1 + calls, how=how, lasting=lasting)

    return opened, strike


@pytest.mark.parametrize("alone", [True, False])
def test_an_end_that_is_said_again_is_the_same_write(folder, alone):
    opened, strike = unheard(folder)
    number = opened.add_trial(lambda *_: {"lr": 1}, claim={})
    strike(0 if alone else 1)
    with pytest.raises(UncertainError, match="may have been written"):
        opened.end(number, 1, {"state": "completed", "data": 1}, alone=alone)
    opened.end(number, 1, {"state": "completed", "data": 1}, alone=alone)
    trial = ExperimentFolder.open(folder.url).state.trials[number]
    assert (trial.attempts[1].end["data"], trial.late) == (1, ())


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize(("how", "counted"), [("not done", 1), ("reply lost", 0)])
def test_data_told_between_an_end_and_its_repetition_count_if_it_had_not_arrived(
    folder, how, counted, alone
):
    opened, strike = unheard(folder, how=how)
    number = opened.add_trial(lambda *_: {"lr": 1}, claim={})
    strike(0 if alone else 1)
    with pytest.raises(UncertainError, match="may have been written"):
        opened.end(number, 1, {"state": "completed"}, alone=alone)
    opened.report(number, 1, {"loss": 0.5})
    opened.end(number, 1, {"state": "completed"}, alone=alone)
    trial = ExperimentFolder.open(folder.url).state.trials[number]
    assert (len(trial.attempts[1].data), trial.late) == (counted, ())


def test_another_end_after_a_doubtful_one_comes_too_late(folder):
    opened, strike = unheard(folder)
    number = opened.add_trial(lambda *_: {"lr": 1}, claim={})
    strike(1)
    with pytest.raises(UncertainError, match="may have been written"):
        opened.end(number, 1, {"state": "completed", "data": 1})
    with pytest.raises(TrialEndedError, match="has ended already: completed"):
        opened.end(number, 1, {"state": "completed", "data": 2})


def test_the_same_end_said_twice_without_a_doubt_comes_too_late(folder):
    number = folder.add_trial(lambda *_: {"lr": 1}, claim={})
    folder.end(number, 1, {"state": "completed"})
    with pytest.raises(TrialEndedError, match="has ended already: completed"):
        folder.end(number, 1, {"state": "completed"})


@pytest.mark.parametrize("seen", [False, True])
def test_a_claim_that_is_said_again_is_the_same_claim(folder, seen):
    number = folder.add_trial(lambda *_: {"lr": 1})
    opened, strike = unheard(folder)
    strike(0)
    with pytest.raises(UncertainError, match="may have been written"):
        opened.claim(number, 1, {"by": "me"})
    if seen:
        opened.refresh()
    assert opened.claim(number, 1, {"by": "me"}) == "won"
    assert opened.claim(number, 1, {"by": "me"}) == "lost"


def test_data_that_nobody_confirmed_are_not_kept_in_memory(folder):
    number = folder.add_trial(lambda *_: {"lr": 1}, claim={})
    opened, strike = unheard(folder, lasting=99)
    for call in (opened.report, lambda *said: opened.late(said[0], said[2])):
        strike(0)
        with pytest.raises(UncertainError, match="may have been written"):
            call(number, 1, {"step": 1})
    assert len(opened.ledger._unsure) == 0


def test_who_claims_and_never_ends_keeps_few_notes(folder, monkeypatch):
    monkeypatch.setattr("armwright.store.ledger._MOST_KEPT", 3)
    for number in range(6):
        folder.add_trial(lambda *_: {"lr": 1}, claim={})
        folder.report(number, 1, {"step": number})
    assert len(folder.ledger._ours) == 3
    for number in range(6):
        folder.end(number, 1, {"state": "completed"}, alone=True)
    trials = ExperimentFolder.open(folder.url).state.trials
    assert [trials[number].attempts[1].data for number in range(6)] == [
        ({"step": number},) for number in range(6)
    ]


def test_a_fact_that_cannot_be_taken_in_now_is_not_forgotten(monkeypatch):
    fold = Fold()
    body = encode(arm_name(0), {"lr": 1}, token="t" * 32, writer={"host": "h", "pid": 1}, at="now")
    fold.add_written(arm_name(0), body)
    with monkeypatch.context() as patch:
        patch.setattr("armwright.store.fold.decode", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError, match="division"):
            fold.trial(0)
    assert fold.trial(0).arm == {"lr": 1}


def test_what_was_meant_for_another_experiment_is_refused_and_named(folder):
    place, name = folder.location, arm_name(0)
    body = encode(
        name,
        {"lr": 1},
        token="t" * 32,
        writer={"host": "h", "pid": 1},
        at="now",
        more={"of": "ZZZZZZZZ"},
    )
    place.files.create(place.join(arm_path(0)), body, "t" * 32)
    state = folder.refresh()
    (damage,) = state.damaged
    assert (dict(state.trials), damage.path) == ({}, arm_path(0))
    assert "h.1 wrote it for an experiment that was here before" in damage.problem
    assert folder.add_trial(lambda *_: {"lr": 2}) == 1


def test_every_fact_says_which_experiment_it_means_and_older_ones_need_not(folder):
    folder.add_trial(lambda *_: {"lr": 1}, claim={})
    folder.add_config({"c": 2}, base=1)
    folder.end(0, 1, {"state": "completed"})
    folder.late(0, {"note": 1})
    for facts in folder.ledger.reader.facts_of(0).values():
        assert facts.more["of"] == folder.id[-8:]
    assert folder.ledger.reader.config(2).more["of"] == folder.id[-8:]
    assert "of" not in folder.ledger.reader.config(1).more
