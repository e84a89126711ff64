"""Writes that perhaps arrived are remembered, within bounds."""

import tracemalloc

import pytest

from armwright.store import UncertainError
from armwright.store.fact import MAX_FACT_BYTES
from armwright.store.ledger import Ledger
from armwright.store.location import Location, locate
from armwright.store.surroundings import Surroundings
from armwright.store.unsure import UnsureWrite, UnsureWrites

MIB = 1 << 20


def write(size):
    return UnsureWrite(token="t" * 32, body=bytes(size), document={"lr": 1}, counted=None)


def test_what_was_noted_is_taken_once():
    kept = UnsureWrites()
    kept.keep("a", write(1))
    assert kept.take("a") == write(1)
    assert kept.take("a") is None


@pytest.mark.parametrize(
    ("token", "document", "settled"),
    [("t" * 32, {"lr": 1}, True), ("u" * 32, {"lr": 1}, False), ("t" * 32, {"lr": 2}, False)],
)
def test_a_fact_that_is_there_settles_only_the_write_it_is(token, document, settled):
    kept = UnsureWrites()
    kept.keep("a", write(1))
    assert kept.settle("a", token, document) is settled
    assert len(kept) == (not settled)


def test_the_oldest_are_forgotten_where_there_are_too_many():
    kept = UnsureWrites()
    for number in range(5000):
        kept.keep(str(number), write(1))
    assert len(kept) == 4096
    assert (kept.take("903"), kept.take("904")) == (None, write(1))


def test_the_oldest_are_forgotten_where_they_are_too_large():
    kept = UnsureWrites()
    for number in range(20):
        kept.keep(str(number), write(4 * MIB))
    assert len(kept) == 16
    assert (kept.take("3"), kept.take("4")) == (None, write(4 * MIB))


def test_what_was_taken_or_noted_again_is_not_counted_twice():
    kept = UnsureWrites()
    kept.keep("first", write(1))
    for _ in range(40):
        kept.keep("again", write(4 * MIB))
        kept.keep("taken", write(4 * MIB))
        kept.take("taken")
    assert kept.take("first") == write(1)


def test_a_file_system_that_never_answers_does_not_fill_the_memory_with_large_ends(folder):
    place = locate(folder.url)

    class Mute:
        """Takes nothing, and says so of nothing."""

        list, read = place.files.list, place.files.read

        def create(self, *_):
            raise UncertainError("no reply")

    files = Location(url=place.url, files=Mute(), path=place.path)
    ledger = Ledger(files, Surroundings(sleep=lambda _: None))
    text = "x" * (MAX_FACT_BYTES - 4096)  # shared by all documents, so that bodies alone count
    tracemalloc.start()
    for number in range(40):
        with pytest.raises(UncertainError, match="no reply"):
            ledger.write(f"t/00000/{number}.arm.json", {"text": text})
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 80 * MIB
