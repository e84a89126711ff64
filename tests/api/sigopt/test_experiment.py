"""The handle of an experiment: attributes, progress, archiving."""

import pickle

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.objects import Bounds, Metric, Parameter

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}


def refuses(call, said, status=400):
    with pytest.raises(ApiException, match=said) as caught:
        call()
    assert caught.value.status_code == status


def test_an_id_is_a_text_of_digits(make):
    identifier = make().id
    assert isinstance(identifier, str)
    assert identifier.isdigit()


def test_experiments_made_at_once_have_different_ids(make):
    assert len({make().id for _ in range(5)}) == 5


@pytest.mark.parametrize("kind", [str, int])
def test_an_experiment_is_found_by_its_id(make, kind):
    assert sigopt.get_experiment(kind(make(name="mine").id)).name == "mine"


@pytest.mark.parametrize("identifier", ["1234567890123456", 12, "abc", "../x", ""])
def test_an_unknown_id_is_404(identifier):
    refuses(lambda: sigopt.get_experiment(identifier), "no experiment", 404)


def test_the_aliases_are_the_same_calls(make):
    assert sigopt.create_aiexperiment == sigopt.create_experiment
    assert sigopt.get_aiexperiment(make().id).state == "active"


def test_another_projects_experiment_is_warned_about(make, monkeypatch, caplog):
    experiment = make()
    monkeypatch.setenv("SIGOPT_PROJECT", "other")
    sigopt.get_experiment(experiment.id)
    assert "belongs to the project 'tests'" in caplog.text


def test_times_are_whole_seconds(make):
    experiment = make()
    assert type(experiment.created) is int
    assert experiment.updated >= experiment.created > 1_700_000_000


def test_an_unknown_attribute_is_an_attribute_error(make):
    with pytest.raises(AttributeError, match="spam"):
        make().spam  # noqa: B018 - reading it is the point


def test_a_change_to_a_parameter_is_seen_at_the_next_look(make):
    experiment = make()
    experiment.parameters[0].bounds.max = 100
    assert experiment.parameters[0].bounds.max == 100


def test_a_change_to_a_parameter_is_not_stored_by_itself(make):
    experiment = make()
    experiment.parameters[0].bounds.max = 100
    experiment.refresh()
    assert experiment.parameters[0].bounds.max == 1


def test_to_json_shares_nothing(make):
    experiment = make()
    experiment.to_json()["parameters"][0]["name"] = "changed"
    assert experiment.parameters[0].name == "x"


def test_objects_are_equal_by_class_and_content():
    assert Bounds({"min": 0, "max": 1}) == Bounds({"max": 1, "min": 0})
    assert Bounds({}) != Metric({})
    assert Bounds({"min": 0}) != {"min": 0}


def test_an_object_prints_as_a_constructor():
    assert repr(Bounds({"min": 0, "max": 1})) == "Bounds(\n  min=0.0,\n  max=1.0,\n)"


def test_what_is_missing_reads_as_none():
    assert Parameter({"name": "x"}).grid is None


def test_an_object_can_be_pickled():
    bounds = Bounds({"min": 0, "max": 1})
    assert pickle.loads(pickle.dumps(bounds)) == bounds  # noqa: S301 - made here


def test_reading_tunable_warns():
    with pytest.warns(DeprecationWarning, match="tunable"):
        assert Parameter({"tunable": True}).tunable


def test_metadata_is_a_dict(make):
    assert isinstance(make(metadata={"a": 1}).metadata, dict)


# Progress and the budget ------------------------------------------------------------------------


def test_an_open_run_uses_budget(make):
    experiment = make(budget=1, type="random")
    experiment.create_run()
    assert experiment.is_finished()
    assert experiment.progress.active_run_count == 1


def test_a_failed_run_uses_budget(make):
    experiment = make(budget=1, type="random")
    experiment.create_run().log_failure()
    assert experiment.is_finished()
    assert experiment.progress.finished_run_count == 1


def test_without_a_budget_there_is_no_end(make):
    experiment = make()
    assert not experiment.is_finished()
    assert experiment.progress.remaining_budget is None


def test_progress_counts_all_runs(ended):
    experiment = ended([{"y": 1}, {"y": 2}], budget=5)
    experiment.create_run()
    experiment.refresh()
    progress = experiment.progress
    assert (progress.total_run_count, progress.remaining_budget) == (3, 2)


def test_a_handle_is_as_old_as_its_refresh(make):
    experiment = make(type="random")
    experiment.create_run()
    assert experiment.progress.total_run_count == 0


def test_runs_beyond_the_budget_are_allowed(make):
    experiment = make(budget=1, type="random")
    for _ in range(2):
        experiment.create_run()
    experiment.refresh()
    assert experiment.progress.remaining_budget == -1


def test_loop_makes_as_many_runs_as_the_budget_says(make):
    experiment = make(budget=3, type="random")
    assert sum(1 for run in experiment.loop()) == 3


def test_loop_makes_nothing_before_it_is_asked(make):
    experiment = make(budget=3, type="random")
    experiment.loop()
    assert list(experiment.get_runs()) == []


def test_loop_names_its_runs(make):
    assert next(make(type="random").loop(name="mine")).run.name == "mine"


def test_two_handles_share_a_budget(make):
    first = make(budget=2, type="random")
    second = sigopt.get_experiment(first.id)
    next(first.loop())
    next(second.loop())
    assert first.is_finished()


def test_an_archived_run_gives_its_unit_back(make):
    experiment = make(budget=1, type="random")
    sigopt.archive_run(experiment.create_run().id)
    assert not experiment.is_finished()


def test_unarchiving_a_run_takes_the_unit_again(make):
    experiment = make(budget=1, type="random")
    run = experiment.create_run()
    sigopt.archive_run(run.id)
    sigopt.unarchive_run(run.id)
    assert experiment.is_finished()


# Archiving --------------------------------------------------------------------------------------


def test_archiving_shows_on_the_handle(make):
    experiment = make()
    experiment.archive()
    assert experiment.state == "deleted"


def test_an_archived_experiment_takes_no_run(make):
    experiment = make()
    experiment.archive()
    refuses(experiment.create_run, "archived")


def test_an_archived_experiment_can_be_looked_up(make):
    experiment = make()
    sigopt.archive_experiment(experiment.id)
    assert sigopt.get_experiment(experiment.id).state == "deleted"


def test_archiving_leaves_runs_alone(ended):
    experiment = ended([{"y": 1}])
    experiment.archive()
    assert [run.deleted for run in experiment.get_runs()] == [False]


def test_archiving_with_runs_archives_them(ended):
    experiment = ended([{"y": 1}])
    sigopt.archive_experiment(experiment.id, include_runs=True)
    assert [run.deleted for run in experiment.get_runs()] == [True]


def test_unarchiving_brings_an_experiment_back(make):
    experiment = make(type="random")
    experiment.archive()
    sigopt.unarchive_experiment(experiment.id)
    assert experiment.create_run().experiment == experiment.id
