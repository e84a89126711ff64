"""Steps to later formats: tried with one that does not exist yet."""

import pytest

from armwright.store import ExperimentFolder, ExperimentNotFoundError, StoreError
from armwright.store.migration import Migrated, Step, format_of, migrate


class Crash(Exception):
    """A process that is killed."""


def step(done, *, fails=False):
    """A step to a format that wants a file of its own."""

    def prepare(location):
        done.append(location.url)
        location.files.create(location.join("snap/open-00009.json"), b"{}", "0" * 32)
        if fails:
            raise Crash

    return Step(words="adds a file", prepare=prepare)


def test_there_is_nothing_to_migrate_yet(folder):
    assert migrate(folder.url) == Migrated(url=folder.url, before=1, after=1)
    assert format_of(folder.location) == 1


def test_a_step_prepares_and_then_raises_the_format(folder):
    done = []
    assert migrate(folder.url, steps={1: step(done)}, newest=2).after == 2
    assert (done, format_of(folder.location)) == ([folder.url], 2)
    assert migrate(folder.url, steps={1: step(done)}, newest=2).before == 2
    assert done == [folder.url]


def test_steps_follow_each_other(folder):
    done = []
    steps = {1: step(done), 2: step(done)}
    assert migrate(folder.url, steps=steps, newest=3) == Migrated(url=folder.url, before=1, after=3)
    assert len(done) == 2


def test_a_step_that_was_stopped_is_taken_again(folder):
    done = []
    with pytest.raises(Crash):
        migrate(folder.url, steps={1: step(done, fails=True)}, newest=2)
    assert format_of(folder.location) == 1
    folder.add_trial(lambda *_: {"lr": 1.0})  # the old format is in force still
    assert migrate(folder.url, steps={1: step(done)}, newest=2).before == 1
    assert len(done) == 2


def test_earlier_versions_go_on_reading_and_refuse_to_write(folder):
    folder.add_trial(lambda *_: {"lr": 1.0})
    migrate(folder.url, steps={1: step([])}, newest=2)
    folder.refresh()
    other = ExperimentFolder.open(folder.url)
    assert other.state.trials[0].arm == {"lr": 1.0}
    for each in (folder, other):
        with pytest.raises(StoreError, match="was moved to a later format"):
            each.add_trial(lambda *_: {"lr": 2.0})


def test_a_later_format_is_left_alone(folder):
    migrate(folder.url, steps={1: step([])}, newest=2)
    with pytest.raises(StoreError, match="is of format 2, this armwright knows up to 1"):
        migrate(folder.url)


def test_a_step_that_is_missing_is_named(folder):
    with pytest.raises(StoreError, match="no step leads from format 1 to the next"):
        migrate(folder.url, newest=2)


def test_there_must_be_an_experiment(root):
    with pytest.raises(ExperimentNotFoundError, match="no experiment"):
        migrate(f"{root}/none")
