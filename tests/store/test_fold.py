"""The fold is a function of the set of facts: no order, no repetition, no batching changes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.store import Damage
from armwright.store.fact import Fact
from armwright.store.fold import Fold, fold
from armwright.store.layout import (
    arm_path,
    claim_path,
    config_path,
    data_path,
    end_path,
    late_path,
    parse_name,
)

IDS = [f"01M80Q54AQF1PE12KFW7ZYBB{index:02d}" for index in range(20)]


def fact(path, document=None, *, token="a", **more):  # noqa: S107
    name = parse_name(path)
    writer = {"id": "w", "host": "node1", "pid": 42}
    return Fact(
        name=name, token=token, writer=writer, at="noon", document=document or {}, more=more
    )


def head():
    return [
        fact("experiment.json", {"a": 1}, format=1, features=[], id="x"),
        fact(config_path(1), {"c": 1}, base=0),
    ]


def one_trial(*facts):
    return fold([*head(), fact(arm_path(7), {"lr": 0.1}), *facts]).trials[7]


@st.composite
def histories(draw):
    """Facts of a few trials, among them ones that no writer of ours would leave."""
    facts, documents = head(), st.fixed_dictionaries({"x": st.integers(0, 3)})
    for version in draw(st.lists(st.integers(2, 4), unique=True)):
        facts.append(fact(config_path(version), draw(documents), base=version - 1))
    for number in draw(st.lists(st.integers(0, 5), unique=True)):
        arm = draw(st.sampled_from(["none", "plain", "claimed", "void"]))
        if arm != "none":
            more = {"claimed": {"claim": {"who": 1}}, "void": {"void": True}}.get(arm, {})
            facts.append(fact(arm_path(number), draw(documents), **more))
        for attempt in draw(st.lists(st.integers(1, 3), unique=True)):
            ids = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=3))
            facts += [fact(data_path(number, attempt, ident), draw(documents)) for ident in ids]
            if draw(st.booleans()):
                facts.append(fact(claim_path(number, attempt), draw(documents)))
            if draw(st.booleans()):
                state = draw(st.sampled_from(["completed", "lost"]))
                counted = draw(st.lists(st.sampled_from(IDS)))
                facts.append(fact(end_path(number, attempt), {"state": state}, counted=counted))
        for ident in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=2)):
            facts.append(fact(late_path(number, ident), draw(documents)))
    if draw(st.booleans()):
        facts.append(fact("t/00000/0.1.progress.json"))
    return facts


@given(history=histories(), data=st.data())
def test_neither_order_nor_repetition_changes_the_state(history, data):
    again = data.draw(st.lists(st.sampled_from(history)))
    shuffled = data.draw(st.permutations([*history, *again]))
    assert fold(shuffled) == fold(history)


@given(history=histories(), data=st.data())
def test_facts_that_come_in_portions_give_the_state_of_the_whole(history, data):
    shuffled = data.draw(st.permutations(history))
    whole = Fold()
    for one in shuffled:
        whole.add(one)
        if data.draw(st.booleans()):
            whole.state()
    assert whole.state() == fold(history)


@given(history=histories())
def test_trials_come_in_ascending_order_with_one_status_each(history):
    trials = fold(reversed(history)).trials
    assert list(trials) == sorted(trials)
    assert all(trial.status and trial.number == number for number, trial in trials.items())


@given(token_a=st.text(), token_b=st.text())
def test_of_two_facts_under_one_name_every_reader_takes_the_same(token_a, token_b):
    # The store never writes two; folders that were copied over each other may have them.
    one, two = (
        fact(arm_path(0), {"x": 1}, token=token_a),
        fact(arm_path(0), {"x": 2}, token=token_b),
    )
    if token_a != token_b:
        assert fold([one, two]) == fold([two, one])


def test_a_trial_nobody_took_is_waiting():
    trial = one_trial()
    assert (trial.status, trial.open_attempt, trial.next_attempt) == ("waiting", None, 1)
    assert trial.arm == {"lr": 0.1}


def test_a_claimed_trial_is_running():
    trial = one_trial(fact(claim_path(7, 1), {"gpu": 3}))
    assert (trial.status, trial.open_attempt, trial.next_attempt) == ("running", 1, None)
    assert trial.attempts[1].claim == {"gpu": 3}
    assert trial.attempts[1].claimed.by == "node1.42"


def test_a_claim_inside_the_arm_is_attempt_1_and_beats_a_separate_one():
    arm = fact(arm_path(7), {"lr": 0.1}, claim={"gpu": 1})
    trial = fold([*head(), arm, fact(claim_path(7, 1), {"gpu": 2})]).trials[7]
    assert trial.attempts[1].claim == {"gpu": 1}
    assert trial.status == "running"


@pytest.mark.parametrize(
    "state", ["completed", "failed", "preempted", "lost", "cancelled", "abandoned"]
)
def test_the_end_of_the_newest_attempt_decides(state):
    claim, end = fact(claim_path(7, 1)), fact(end_path(7, 1), {"state": state})
    trial = one_trial(claim, end)
    assert (trial.status, trial.open_attempt, trial.next_attempt) == (state, None, 2)
    assert one_trial(claim, end, fact(claim_path(7, 2))).status == "running"


def test_a_waiting_trial_may_be_ended_without_a_claim():
    trial = one_trial(fact(end_path(7, 1), {"state": "cancelled"}))
    assert trial.status == "cancelled"
    assert trial.attempts[1].claim is None


def test_data_count_while_running_and_then_as_the_end_says():
    data = [fact(data_path(7, 1, ident), {"step": index}) for index, ident in enumerate(IDS[:3])]
    running = one_trial(fact(claim_path(7, 1)), *reversed(data)).attempts[1]
    assert running.data == ({"step": 0}, {"step": 1}, {"step": 2})
    end = fact(end_path(7, 1), {"state": "completed"}, counted=[IDS[0], IDS[2]])
    ended = one_trial(fact(claim_path(7, 1)), *data, end).attempts[1]
    assert (ended.data, ended.stray) == (({"step": 0}, {"step": 2}), ({"step": 1},))


def test_a_void_number_holds_nothing():
    trial = fold([*head(), fact(arm_path(3), void=True)]).trials[3]
    assert (trial.status, trial.arm, trial.next_attempt) == ("void", None, None)


def test_late_facts_stay_with_their_trial_and_leave_its_status():
    end = fact(end_path(7, 1), {"state": "completed"})
    late = [fact(late_path(7, ident), {"note": ident}) for ident in IDS[:2]]
    trial = one_trial(end, *reversed(late))
    assert trial.late == ({"note": IDS[0]}, {"note": IDS[1]})
    assert trial.status == "completed"


def test_facts_without_an_arm_are_named_until_it_comes():
    end = fact(end_path(7, 1), {"state": "completed"})
    whole = Fold()
    for one in (*head(), end):
        whole.add(one)
    state = whole.state()
    problem = "trial 7 has no arm that can be read"
    assert state.damaged == (Damage(path="t/00000/7.1.end.json", problem=problem),)
    assert state.trials == {}
    whole.add(fact(arm_path(7), {"lr": 0.1}))
    assert whole.state().damaged == ()
    assert whole.state().trials[7].status == "completed"


def test_a_kind_of_a_later_version_is_kept_and_changes_nothing():
    later = fact("t/00000/7.1.progress.json")
    state = fold([*head(), fact(arm_path(7)), later])
    assert state.unknown == ("t/00000/7.1.progress.json",)
    assert state.trials[7].status == "waiting"


def test_a_state_once_given_out_does_not_change():
    whole = Fold()
    for one in (*head(), fact(arm_path(7))):
        whole.add(one)
    before = whole.state()
    whole.add(fact(claim_path(7, 1)))
    whole.add(fact(arm_path(3)))
    after = whole.state()
    assert (before.trials[7].status, after.trials[7].status) == ("waiting", "running")
    assert (list(before.trials), list(after.trials)) == ([7], [3, 7])
