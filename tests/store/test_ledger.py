"""A file system that will not say whether a write took place."""

import pytest

from armwright.store import ExperimentFolder, UncertainError
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
