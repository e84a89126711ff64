"""What a process looks at does not grow with the runs that it has seen already."""

import pytest

from armwright.sigopt import run_folder
from armwright.sigopt.folders import opened
from armwright.sigopt.made_trials import MadeTrials
from armwright.store import ExperimentFolder

COUNT = 120  # more than a segment, so that some are sealed


class Notes:
    """Wants to be told."""

    def on_trial_end(self, event):
        del event


@pytest.fixture
def documents(monkeypatch):
    """The numbers of the runs whose documents were made."""
    made, real = [], run_folder.run_document

    def counted(facts, ident):
        made.append(facts.number)
        return real(facts, ident)

    monkeypatch.setattr(run_folder, "run_document", counted)
    return made


@pytest.mark.slow
def test_a_loop_that_is_told_of_looks_at_new_facts_alone(make, documents):
    experiment = make(type="random", budget=COUNT)
    for run in experiment.loop(callbacks=[Notes()]):
        with run:
            run.log_metric("y", run.params.x)
    assert len(documents) < 15 * COUNT


@pytest.mark.slow
def test_each_trial_is_made_once(make):
    experiment = make(type="random", budget=COUNT)
    for _ in range(COUNT):
        with experiment.create_run() as run:
            run.log_metric("y", run.params.x)
    made = MadeTrials()
    folder = opened(experiment.id)._folder
    before = dict(made.of(folder.refresh()))
    with experiment.create_run() as run:
        run.log_metric("y", 1)
    after = made.of(folder.refresh())
    assert list(after) == list(range(COUNT + 1))
    assert all(after[number] is before[number] for number in before)


def test_trials_of_another_state_are_made_anew(make):
    experiment = make(type="random", budget=3)
    experiment.create_run().end()
    url = opened(experiment.id).url
    made = MadeTrials()
    one, two = (ExperimentFolder.open(url).state for _ in range(2))
    first = made.of(one)[0]
    assert made.of(two)[0] is not first
    assert list(made.of(two)) == [0]
