"""The handle of an experiment: attributes, progress, updating, archiving."""

import pickle
import shutil

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
    assert sigopt.create_aiexperiment is sigopt.create_experiment
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


def test_an_object_takes_no_unknown_attribute():
    with pytest.raises(AttributeError, match="spam"):
        Bounds({}).spam = 1


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


# Updating ---------------------------------------------------------------------------------------


def test_an_update_returns_the_new_experiment(make):
    assert make().update(name="new").name == "new"


def test_an_update_leaves_the_handle_as_it_was(make):
    experiment = make()
    experiment.update(name="new")
    assert experiment.name == "e"
    experiment.refresh()
    assert experiment.name == "new"


def test_parameters_are_updated_as_the_documentation_shows(make):
    experiment = make(parameters=[N])
    parameters = experiment.parameters
    parameters[0].bounds.max = 100
    assert experiment.update(parameters=parameters).parameters[0].bounds.max == 100


def test_a_grid_is_updated_through_the_object(make):
    experiment = make(parameters=[{"name": "b", "type": "int", "grid": [8, 16]}])
    parameters = experiment.parameters
    parameters[0].grid = [8, 16, 32]
    after = experiment.update(parameters=parameters).parameters[0]
    assert (after.grid, after.bounds.max) == ([8, 16, 32], 32)


def test_a_handle_stays_with_its_store(make, tmp_path):
    experiment = make(type="random", budget=1)
    sigopt.set_store(tmp_path)
    for run in experiment.loop():
        run.end()
    assert experiment.progress.finished_run_count == 1


def test_new_bounds_hold_for_the_next_run(make):
    experiment = make(parameters=[N], type="random")
    experiment.update(parameters=[{**N, "bounds": {"min": 50, "max": 60}}])
    assert 50 <= experiment.create_run().params.n <= 60


def test_a_parameter_that_is_left_out_is_removed(make):
    experiment = make(parameters=[X, N], type="random")
    experiment.update(parameters=[X])
    assert set(experiment.create_run().params) == {"x"}


@pytest.mark.slow
def test_a_new_parameter_with_a_default_is_suggested_and_earlier_runs_count(ended):
    experiment = ended([{"y": i} for i in range(6)], type="offline")
    experiment.update(parameters=[X, {**N, "default_value": 3}])
    assert set(experiment.create_run().params) == {"x", "n"}


def test_categories_keep_their_indices(make):
    experiment = make(parameters=[C])
    after = experiment.update(parameters=[{**C, "categorical_values": ["green", "blue"]}])
    values = after.parameters[0].categorical_values
    assert [(item.name, item.enum_index) for item in values] == [("green", 3), ("blue", 2)]


UPDATES = {
    "name": ({"name": "n"}, "n"),
    "metadata": ({"metadata": {"a": 1}}, {"a": 1}),
    "budget": ({"budget": 7}, 7),
    "parallel_bandwidth": ({"parallel_bandwidth": 4}, 4),
    "state": ({"state": "deleted"}, "deleted"),
}


@pytest.mark.parametrize(("fields", "expected"), UPDATES.values(), ids=UPDATES)
def test_a_field_can_be_updated(make, fields, expected):
    experiment = make()
    experiment.update(**fields)
    assert getattr(sigopt.get_experiment(experiment.id), next(iter(fields))) == expected


def test_a_threshold_can_be_updated(make):
    low = {"name": "low", "strategy": "constraint", "threshold": 1}
    experiment = make(metrics=[{"name": "y"}, low], budget=9)
    after = experiment.update(metrics=[{**low, "threshold": 2}, {"name": "y"}])
    assert after.metrics[0].threshold == 2


def test_a_prior_can_be_cleared(make):
    prior = {"name": "normal", "mean": 0.5, "scale": 0.1}
    experiment = make(parameters=[{**X, "prior": prior}])
    assert experiment.update(parameters=[{**X, "prior": None}]).parameters[0].prior is None


TWO = {"metrics": [{"name": "y"}, {"name": "z"}], "budget": 9}
HELD = {
    "parameters": [X, {**X, "name": "v"}],
    "linear_constraints": [
        {
            "type": "less_than",
            "threshold": 1,
            "terms": [{"name": "x", "weight": 1}, {"name": "v", "weight": 1}],
        }
    ],
}
GRID = {"type": "grid", "parameters": [C]}
REFUSED = {
    "type": ({}, {"type": "random"}, "type"),
    "num_solutions": ({}, {"num_solutions": 2}, "num_solutions"),
    "conditionals": ({}, {"conditionals": []}, "conditionals"),
    "linear_constraints": ({}, {"linear_constraints": []}, "linear_constraints"),
    "unknown key": ({}, {"spam": 1}, "spam"),
    "unknown state": ({}, {"state": "asleep"}, "state"),
    "another metric": ({}, {"metrics": [{"name": "z"}]}, "thresholds"),
    "another objective": ({}, {"metrics": [{"name": "y", "objective": "minimize"}]}, "thresholds"),
    "one metric more": ({}, {"metrics": [{"name": "y"}, {"name": "z"}]}, "thresholds"),
    "budget of two metrics": (TWO, {"budget": 20}, "two metrics"),
    "budget of a grid": (GRID, {"budget": 20}, "grid"),
    "budget 0": ({}, {"budget": 0}, "budget"),
    "parameters of a grid": (GRID, {"parameters": [C]}, "grid"),
    "parameters with linear constraints": (HELD, {"parameters": [X]}, "linear constraints"),
    "another type": ({}, {"parameters": [{**N, "name": "x"}]}, "type"),
    "another transformation": (
        {},
        {"parameters": [{**X, "bounds": {"min": 0.1, "max": 1}, "transformation": "log"}]},
        "transformation",
    ),
    "new without default": ({}, {"parameters": [X, N]}, "default_value"),
    "conditions": ({}, {"parameters": [{**X, "conditions": {"a": ["p"]}}]}, "conditions"),
    "default outside new bounds": (
        {"parameters": [{**N, "default_value": 9}]},
        {"parameters": [{**N, "default_value": 9, "bounds": {"min": 1, "max": 5}}]},
        "default_value",
    ),
    "one category left": (
        {"parameters": [C]},
        {"parameters": [{**C, "categorical_values": ["red"]}]},
        "two",
    ),
}


@pytest.mark.parametrize(("made", "fields", "said"), REFUSED.values(), ids=REFUSED)
def test_an_update_that_cannot_be_is_refused_and_changes_nothing(make, made, fields, said):
    experiment = make(**made)
    refuses(lambda: experiment.update(**fields), said)
    before = experiment.to_json()
    experiment.refresh()
    assert experiment.to_json() == before


# The module's other calls -----------------------------------------------------------------------


def test_an_api_exception_says_status_and_message():
    error = ApiException({"message": "no such thing"}, 404)
    assert str(error) == "ApiException (404): no such thing"
    assert (error.status_code, error.message) == (404, "no such thing")
    assert error.to_json()["message"] == "no such thing"


def test_an_api_exception_can_be_pickled():
    error = pickle.loads(pickle.dumps(ApiException({"message": "no"}, 400)))  # noqa: S301 - made here
    assert (error.status_code, error.message) == (400, "no")


def test_a_project_is_made_once():
    assert sigopt.create_project("p1", "Project one").name == "Project one"
    with pytest.raises(sigopt.exception.ConflictingProjectException, match="p1"):
        sigopt.create_project("p1")


@pytest.mark.parametrize("project", ["Upper", "with space", "x" * 33, ""])
def test_a_project_needs_a_legal_id(project):
    with pytest.raises(ValueError, match="a-z"):
        sigopt.set_project(project)


def test_a_chosen_project_is_that_of_what_follows(make):
    sigopt.set_project("chosen")
    try:
        assert make().project == "chosen"
    finally:
        from armwright.sigopt.project import choose_project

        choose_project(None)


def test_the_default_project_is_the_current_directory(make, monkeypatch, tmp_path):
    folder = tmp_path / "My Project!"
    folder.mkdir()
    monkeypatch.delenv("SIGOPT_PROJECT")
    monkeypatch.chdir(folder)
    assert make().project == "myproject"


def test_there_is_no_run_in_force():
    assert sigopt.get_run_id() is None


def test_an_experiment_is_a_store_folder_that_other_tools_read(make, tmp_path):
    import armwright

    sigopt.set_store(tmp_path)
    experiment = make(type="random")
    with experiment.create_run() as run:
        run.log_metric("y", 3.5)
    best = armwright.open(tmp_path / experiment.id).best()
    assert (best.mean, best.arm.parameters) == (3.5, dict(run.params))


def test_the_environment_names_the_store(make, monkeypatch, tmp_path):
    sigopt.set_store(None)
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path / "here"))
    assert (tmp_path / "here" / make().id).is_dir()


def test_without_a_word_the_store_is_in_the_current_directory(make, monkeypatch, tmp_path):
    sigopt.set_store(None)
    monkeypatch.delenv("ARMWRIGHT_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert (tmp_path / "armwright-store" / make().id).is_dir()


def test_an_experiment_whose_folder_is_removed_is_404(make, tmp_path):
    sigopt.set_store(tmp_path)
    experiment = make()
    shutil.rmtree(tmp_path / experiment.id)
    refuses(experiment.refresh, "no experiment", 404)
    refuses(lambda: sigopt.get_experiment(experiment.id), "no experiment", 404)


def test_a_store_that_cannot_be_written_is_a_connection_error(make, tmp_path):
    (tmp_path / "file").write_text("in the way")
    sigopt.set_store(tmp_path / "file")
    with pytest.raises(sigopt.exception.ConnectionException, match="file"):
        make()


def test_a_token_is_ignored(make, monkeypatch):
    monkeypatch.setenv("SIGOPT_API_TOKEN", "x")
    assert make().state == "active"


# A project's own calls, and runs from elsewhere -------------------------------------------------


def test_a_factory_makes_experiments_and_runs_of_its_project():
    factory = sigopt.SigOptFactory("mine")
    experiment = factory.create_experiment(name="e", parameters=[X], metrics=[{"name": "y"}])
    assert experiment.project == "mine"
    assert factory.create_run().run.project == "mine"


def test_a_factory_needs_a_legal_project():
    with pytest.raises(ValueError, match="a-z"):
        sigopt.SigOptFactory("My Project")


def test_a_factory_finds_and_archives():
    factory = sigopt.SigOptFactory("mine")
    experiment = factory.create_aiexperiment(name="e", parameters=[X], metrics=[{"name": "y"}])
    factory.archive_experiment(experiment.id)
    assert factory.get_experiment(experiment.id).state == "deleted"
    factory.unarchive_experiment(experiment.id)
    assert factory.get_aiexperiment(experiment.id).state == "active"


def test_uploaded_runs_are_as_they_were_given():
    values = {"y": {"value": 2, "value_stddev": 0.5}}
    first, second = sigopt.upload_runs(
        [
            {"name": "a", "assignments": {"lr": 0.1}, "values": values, "metadata": {"m": 1}},
            {"state": "failed"},
        ]
    )
    assert (first.name, first.assignments, first.metadata) == ("a", {"lr": 0.1}, {"m": 1})
    assert (first.values["y"].value, first.values["y"].value_stddev) == (2, 0.5)
    assert (first.state, second.state) == ("completed", "failed")
    assert sigopt.get_run(first.id) == first


@pytest.mark.parametrize(
    "run",
    [{"spam": 1}, {"state": "active"}, {"values": {"y": {"value": "high"}}}, {"values": {"y": 1}}],
)
def test_an_uploaded_run_that_cannot_be_is_refused(run):
    refuses(lambda: sigopt.upload_runs([{}, run]), r"runs\[1\]")
