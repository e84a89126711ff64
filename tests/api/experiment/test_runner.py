"""Section 9 of the semantics: Runner."""

import pytest

from armwright.experiment import Experiment, Runner, SyntheticRunner


class Plain(Runner):
    """A runner that defines what it must, no more."""

    def run(self, trial):
        return {"job": trial.index}


def test_a_runner_must_define_run():
    with pytest.raises(TypeError, match="run"):
        Runner()


def test_stop_does_nothing_and_staging_is_not_required_by_default(experiment):
    runner = Plain()
    assert runner.stop(experiment.new_trial()) is None
    assert runner.staging_required is False


def test_what_run_returns_becomes_the_run_metadata(experiment):
    trial = experiment.new_trial()
    trial.runner = Plain()
    assert trial.run_metadata == {}
    assert trial.deployed_name is None
    trial.run()
    assert trial.run_metadata == {"job": 0}
    assert trial.deployed_name is None


@pytest.mark.parametrize(
    ("name", "runner", "metadata"),
    [
        ("test", SyntheticRunner(), {"name": "test_0"}),
        (None, SyntheticRunner(), {"name": "0"}),
        ("test", SyntheticRunner("more"), {"name": "test_0", "dummy_metadata": "more"}),
    ],
)
def test_the_synthetic_runner_names_the_trial(space, name, runner, metadata):
    trial = Experiment(space, name=name, runner=runner).new_trial().run()
    assert trial.run_metadata == metadata
    assert trial.deployed_name == metadata["name"]
