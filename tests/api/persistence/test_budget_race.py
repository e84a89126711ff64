"""The budget, where many ask for its last trials at the same moment."""

import json
import threading

import pytest

import armwright
from armwright import ax
from armwright.errors import BusyError, NothingLeftError, exit_code
from armwright.persistence import StoredExperiment
from armwright.persistence.replaced import is_replaced
from armwright.store import ExperimentFolder
from armwright.store.process import this_place

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


@pytest.mark.parametrize("workers", [2, 5])
def test_workers_that_race_for_the_last_trials_get_as_many_as_the_budget_has(workers, tmp_path):
    url = tmp_path / "lr"
    armwright.create(url, DEFINITION, budget=7, seed=3)
    begin = threading.Barrier(workers)
    got = []

    def work():
        stored = StoredExperiment.open(url)
        begin.wait()
        while True:
            try:
                got.extend(stored.ask())
            except NothingLeftError:
                return

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({trial.number for trial in got}) == len(got) == 7
    state = StoredExperiment.open(url).state
    assert state.counts["running"] == 7
    assert all(is_replaced(facts) for facts in state.with_status("cancelled"))


def test_a_number_that_comes_into_use_while_its_arm_is_made_costs_only_that_number(tmp_path):
    url = tmp_path / "lr"
    armwright.create(url, DEFINITION, budget=7, seed=3)
    one, other = StoredExperiment.open(url), StoredExperiment.open(url)
    folder, taken = one.asker._folder, []
    choose = folder._numbers.next

    def choose_what_is_just_taken(**options):
        number = choose(**options)
        if not taken:
            taken.extend(other.ask())
            folder.refresh()
        return number

    folder._numbers.next = choose_what_is_just_taken
    (trial,) = one.asker.ask(1, None)
    assert taken[0].number == 0
    assert trial.number > 0
    assert taken[0].arm.parameters != trial.arm.parameters


def test_a_trial_that_is_taken_back_waits_again_should_its_maker_die_in_between(tmp_path):
    url = tmp_path / "lr"
    armwright.create(url, DEFINITION, budget=7, seed=3)
    asker = StoredExperiment.open(url).asker
    number = asker.make_waiting()
    assert asker._take_back(number, None)
    claim = json.loads((url / f"t/00000/{number}.1.claim.json").read_text())
    assert claim["promise"]["place"] == this_place() != ""


def test_where_the_trial_one_too_many_is_taken_already_another_that_waits_goes(tmp_path):
    url = tmp_path / "lr"
    armwright.create(url, DEFINITION, budget=7, seed=3)
    keeper, other = StoredExperiment.open(url), StoredExperiment.open(url)
    numbers = [keeper.asker.make_waiting() for _ in range(3)]
    (by_hand,) = [other.asker.add(ax.Arm({"x": 0.5}), claimed=False)]
    other._folder.refresh()
    assert other._folder.claim(numbers[2], 1, {}) == "won"
    assert keeper.asker._take_back(numbers[2], None)
    state = StoredExperiment.open(url).state
    assert [facts.number for facts in state.with_status("cancelled")] == [numbers[1]]
    assert [facts.number for facts in state.with_status("waiting")] == [numbers[0], by_hand]
    assert [facts.number for facts in state.with_status("running")] == [numbers[2]]


def test_where_all_that_wait_are_taken_nothing_can_be_taken_back(tmp_path):
    url = tmp_path / "lr"
    armwright.create(url, DEFINITION, budget=7, seed=3)
    keeper, other = StoredExperiment.open(url), StoredExperiment.open(url)
    number = keeper.asker.make_waiting()
    other._folder.refresh()
    assert other._folder.claim(number, 1, {}) == "won"
    assert not keeper.asker._take_back(number, None)


def test_who_loses_every_race_for_the_last_trials_is_told_to_try_again(tmp_path, monkeypatch):
    url = tmp_path / "lr"
    stored = armwright.create(url, DEFINITION, budget=7, seed=3)
    monkeypatch.setattr("armwright.persistence.asking._MOST_TRIES", 0)
    with pytest.raises(BusyError, match="too many processes make its last trials") as caught:
        stored.ask()
    assert exit_code(caught.value) == 75


def test_of_waiting_trials_beyond_the_budget_none_is_taken_but_those_of_a_person(tmp_path):
    """As two that were made at the same moment, each before the other's was to be seen."""
    url = tmp_path / "lr"
    stored = armwright.create(url, DEFINITION, budget=3, seed=3)
    for _ in range(3):
        stored.asker.make_waiting()
    armwright.edit(url, {"budget": 2}, reason="as if one of them was one too many")
    stored = StoredExperiment.open(url)
    assert len(stored.ask() + stored.ask()) == 2
    with pytest.raises(NothingLeftError, match="2 of 2 trials are made"):
        stored.ask()
    (left,) = StoredExperiment.open(url).state.with_status("cancelled")
    assert is_replaced(left)


def test_a_trial_that_a_person_added_is_taken_whatever_the_budget_is(tmp_path):
    url = tmp_path / "lr"
    stored = armwright.create(url, DEFINITION, budget=1, seed=3)
    stored.ask()
    stored.asker.add(ax.Arm({"x": 0.5}), claimed=False)
    assert [trial.parameters for trial in StoredExperiment.open(url).ask()] == [{"x": 0.5}]


class Killed(BaseException):
    """What a test has a maker end with."""


@pytest.fixture
def exceeded(tmp_path):
    """A budget of two of which three are made: the last one's maker was killed before it looked."""
    url = tmp_path / "lr"
    armwright.create(url, DEFINITION, budget=2, seed=3)
    maker, other = StoredExperiment.open(url), StoredExperiment.open(url)
    other.ask()
    check, asker = maker.asker._check_budget, maker.asker

    def check_and_be_overtaken(state):
        check(state)
        asker._check_budget = check
        other.ask()

    def die():
        raise Killed

    asker._check_budget, asker._is_over_budget = check_and_be_overtaken, die
    asker._folder._numbers.next = lambda **_options: 5
    with pytest.raises(Killed):
        maker.ask()
    state = StoredExperiment.open(url).state
    assert sorted(state.trials) == [0, 1, 5]
    return url


def lose(url, number):
    ExperimentFolder.open(url).release(number, 1, {"state": "lost", "reason": "lease"})


def test_what_a_killed_maker_left_beyond_the_budget_is_not_run(exceeded):
    lose(exceeded, 5)
    with pytest.raises(NothingLeftError, match="2 of 2 trials are made"):
        StoredExperiment.open(exceeded).ask()
    assert is_replaced(StoredExperiment.open(exceeded).state.trials[5])


def test_so_it_is_where_it_was_killed_while_it_gave_the_trial_back(exceeded, monkeypatch):
    """On a disk without hard links: half an end is left."""
    monkeypatch.setattr("armwright.store.torn._STILL", 0.0)
    (exceeded / "t/00000/5.1.end.json").write_text('{"v": 1, "kind": "e')
    lose(exceeded, 5)
    with pytest.raises(NothingLeftError, match="2 of 2 trials are made"):
        StoredExperiment.open(exceeded).ask()
    assert is_replaced(StoredExperiment.open(exceeded).state.trials[5])


def test_which_of_those_that_were_lost_is_left_out_does_not_matter(exceeded):
    for number in (0, 1, 5):
        lose(exceeded, number)
    stored = StoredExperiment.open(exceeded)
    assert len(stored.ask() + stored.ask()) == 2
    with pytest.raises(NothingLeftError, match="2 of 2 trials are made"):
        stored.ask()


@pytest.mark.parametrize("state", ["preempted", "reported"])
def test_what_came_to_something_is_gone_on_with_beyond_the_budget(exceeded, state):
    folder = ExperimentFolder.open(exceeded)
    if state == "reported":
        StoredExperiment.open(exceeded).report(5, {"loss": 0.5}, step=1)
    folder.release(5, 1, {"state": "lost" if state == "reported" else state})
    (trial,) = StoredExperiment.open(exceeded).ask()
    assert (trial.number, trial.attempt) == (5, 2)


def test_what_was_lost_is_run_again_though_the_budget_was_lowered_since(tmp_path):
    url = tmp_path / "lr"
    stored = armwright.create(url, DEFINITION, budget=3, seed=3)
    stored.ask(3)
    armwright.edit(url, {"budget": 1}, reason="it takes too long")
    lose(url, 2)
    assert [trial.number for trial in StoredExperiment.open(url).ask()] == [2]


def test_what_was_lost_is_run_again_though_a_person_has_added_more_than_the_budget(tmp_path):
    url = tmp_path / "lr"
    stored = armwright.create(url, DEFINITION, budget=2, seed=3)
    stored.ask(2)
    stored.asker.add(ax.Arm({"x": 0.5}))
    lose(url, 1)
    assert [trial.number for trial in StoredExperiment.open(url).ask()] == [1]
