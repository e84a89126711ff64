"""Going on where a store is away: pauses that grow, and an end."""

import pytest

from armwright.errors import UsageError
from armwright.store import UnavailableError
from armwright.working.patience import Patience


class World:
    """A clock that waiting moves, and a store that is away until some moment."""

    def __init__(self, back_at):
        self.now, self.back_at, self.said, self.pauses = 0.0, back_at, [], []

    def wait(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds
        return False

    def act(self):
        if self.now < self.back_at:
            raise UnavailableError("no answer")
        return "done"

    def patience(self, limit, wait=None):
        return Patience(
            limit=limit, wait=wait or self.wait, report=self.said.append, clock=lambda: self.now
        )


def test_pauses_grow_and_what_happened_is_said():
    world = World(back_at=6)
    assert world.patience(100).of(world.act) == "done"
    assert world.pauses == [1, 2, 4]
    assert world.said == [
        "no answer; again in 1 s",
        "no answer; again in 2 s",
        "no answer; again in 4 s",
        "the store can be reached again, after 7 s",
    ]


def test_it_never_waits_for_more_than_a_minute_at_a_time():
    world = World(back_at=500)
    world.patience(1000).of(world.act)
    assert max(world.pauses) == 60


def test_it_ends_when_the_time_is_over():
    world = World(back_at=1e9)
    with pytest.raises(UnavailableError, match="no answer"):
        world.patience(100).of(world.act)
    assert world.now == 100


def test_without_a_limit_it_fails_at_once():
    world = World(back_at=1)
    with pytest.raises(UnavailableError, match="no answer"):
        world.patience(0).of(world.act)
    assert world.pauses == []


def test_waiting_can_be_cut_short():
    world = World(back_at=1)
    assert world.patience(100, wait=lambda _: True).of(world.act) is None


def test_another_failure_is_not_waited_for():
    world = World(back_at=0)

    def wrong():
        raise UsageError("wrong")

    with pytest.raises(UsageError, match="wrong"):
        world.patience(100).of(wrong)
    assert world.said == []


def test_what_works_at_once_says_nothing():
    world = World(back_at=0)
    assert world.patience(100).of(world.act) == "done"
    assert world.said == []
