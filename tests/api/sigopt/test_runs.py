"""Runs: how they end, what they show afterwards, and those outside experiments."""

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.folders import opened
from armwright.sigopt.place import split_run_id
from armwright.sigopt.run_context import RunContext


def now(run):
    return sigopt.get_run(run.id)


# The end ----------------------------------------------------------------------------------------


def test_a_new_run_is_active(run):
    found = now(run)
    assert (found.state, found.finished, found.completed) == ("active", False, None)


def test_a_block_that_ends_completes_the_run(run):
    with run as entered:
        assert entered is run
        run.log_metric("y", 1)
    found = now(run)
    assert (found.state, found.finished) == ("completed", True)
    assert found.completed >= found.created


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_fails_the_run_and_goes_on(run, kind):
    with pytest.raises(kind, match="boom"), run:
        raise kind("boom")
    assert now(run).state == "failed"


def test_log_failure_survives_a_normal_end(run):
    with run:
        run.log_failure()
    assert now(run).state == "failed"


def test_ending_twice_is_harmless(run):
    run.end()
    run.end()
    assert now(run).state == "completed"


def test_a_completed_run_can_still_fail(run):
    run.end()
    run.log_failure()
    assert now(run).state == "failed"


def test_a_failed_run_never_completes(run):
    run.log_failure()
    run.end()
    assert now(run).state == "failed"


def test_a_run_can_be_ended_with_an_exception_object(run):
    run.end(exception=RuntimeError("boom"))
    assert now(run).state == "failed"


def test_a_missing_metric_completes_the_run_and_fails_for_the_optimizer(make):
    experiment = make(type="random")
    with experiment.create_run() as run:
        pass
    assert now(run).state == "completed"
    assert list(experiment.get_best_runs()) == []
    number = split_run_id(run.id)[1]
    assert opened(experiment.id)._folder.state.trials[number].status == "failed"


def test_a_missing_stored_metric_counts_as_missing(ended):
    metrics = [{"name": "y"}, {"name": "s", "strategy": "store"}]
    assert list(ended([{"y": 1}], metrics=metrics).get_best_runs()) == []


def test_the_verdict_is_frozen_when_the_run_first_ends(ended):
    experiment = ended([{"y": 1}, {"y": 2}])
    newest, oldest = experiment.get_runs()
    late = RunContext.in_folder(opened(experiment.id), split_run_id(oldest.id)[1], 1, {})
    late.log_metric("y", 100)
    assert sigopt.get_run(oldest.id).values["y"].value == 100
    assert [run.id for run in experiment.get_best_runs()] == [newest.id]


def test_a_late_failure_does_not_change_the_verdict(ended):
    experiment = ended([{"y": 1}])
    (run,) = experiment.get_runs()
    RunContext.in_folder(opened(experiment.id), split_run_id(run.id)[1], 1, {}).log_failure()
    assert sigopt.get_run(run.id).state == "failed"
    assert [best.id for best in experiment.get_best_runs()] == [run.id]


# What a run shows -------------------------------------------------------------------------------


def test_a_runs_id_is_a_text_of_digits(run):
    assert isinstance(run.id, str)
    assert run.id.isdigit()


@pytest.mark.parametrize("kind", [str, int])
def test_a_run_is_found_by_its_id(run, kind):
    assert sigopt.get_run(kind(run.id)).id == run.id


@pytest.mark.parametrize("identifier", ["1", "abc", "12345678901234567", ""])
def test_an_unknown_run_is_404(identifier):
    with pytest.raises(ApiException, match="no run") as caught:
        sigopt.get_run(identifier)
    assert caught.value.status_code == 404


def test_a_context_shows_no_state_of_its_own(run):
    for name in ("values", "state", "assignments"):
        assert not hasattr(run, name)


def test_a_context_has_the_run_as_it_began(run):
    assert run.run.assignments == dict(run.params)
    run.end()
    assert run.run.state == "active"


def test_a_looked_up_run_is_no_context(run):
    with pytest.raises(TypeError, match="context manager"), now(run):
        pass


def test_a_run_knows_its_experiment_and_project(experiment, run):
    found = now(run)
    assert (found.experiment, found.project) == (experiment.id, "tests")
    assert run.experiment == experiment.id


def test_a_runs_default_name_is_project_and_time(run):
    assert run.run.name.startswith("tests 20")


def test_a_run_takes_a_name_and_metadata(experiment):
    run = experiment.create_run(name="mine", metadata={"a": 1})
    assert (now(run).name, now(run).metadata) == ("mine", {"a": 1})


def test_runs_come_newest_first_in_every_state(experiment):
    runs = [experiment.create_run() for _ in range(4)]
    runs[0].log_failure()
    runs[1].end()
    sigopt.archive_run(runs[2].id)
    assert [found.id for found in experiment.get_runs()] == [run.id for run in reversed(runs)]


def test_get_runs_is_an_iterator(experiment):
    assert next(experiment.get_runs(), None) is None


def test_an_archived_run_says_so(run):
    sigopt.archive_run(run.id)
    assert now(run).deleted
    sigopt.unarchive_run(run.id)
    assert not now(run).deleted


def test_to_json_of_a_run_is_a_dict_of_its_own(run):
    now(run).to_json()["assignments"]["x"] = 9
    assert now(run).assignments == run.run.assignments


# Outside experiments ----------------------------------------------------------------------------


def test_a_run_outside_experiments_has_no_parameters_and_takes_any():
    run = sigopt.create_run(name="alone", metadata={"a": "b"})
    assert (run.experiment, dict(run.params)) == (None, {})
    run.params.lr = 0.1
    run.params.lr = 0.2
    assert now(run).assignments == {"lr": 0.2}


def test_a_run_outside_experiments_logs_and_ends():
    with sigopt.create_run() as run:
        run.log_metric("y", 1)
    found = now(run)
    assert (found.state, found.values["y"].value, found.experiment) == ("completed", 1, None)


def test_a_projects_runs_are_no_experiment():
    run = sigopt.create_run()
    with pytest.raises(ApiException, match="no experiment"):
        sigopt.get_experiment(split_run_id(run.id)[0])
