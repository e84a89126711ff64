"""The module's calls beside experiments: runs, projects, uploads."""

import pickle
import shutil

import pytest

import armwright
from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.project import choose_project

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}


def refuses(call, said, status=400):
    with pytest.raises(ApiException, match=said) as caught:
        call()
    assert caught.value.status_code == status


# The module's other calls -----------------------------------------------------------------------


def test_an_api_exception_says_status_and_message():
    error = ApiException({"message": "no such thing"}, 404)
    assert str(error) == "ApiException (404): no such thing"
    assert (error.status_code, error.message) == (404, "no such thing")
    assert error.to_json()["message"] == "no such thing"


@pytest.mark.parametrize("body", [None, {}])
def test_an_api_exception_of_an_answer_without_message_has_none(body):
    error = ApiException(body, 502)
    assert (error.message, error.args, error.to_json()) == (None, (), body)
    assert str(error) == "ApiException (502): "


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


@pytest.mark.parametrize(
    "run",
    [
        {"model": "xgboost"},
        {"source_code": "import sigopt"},
        {"logs": 3},
        {"logs": {"stdout": {}}},
        {"sys_metadata": [1]},
        {"assignments_meta": 3},
        {"datasets": "mnist"},
        {"datasets": 3},
    ],
)
def test_an_uploaded_run_of_a_wrong_shape_is_refused_and_the_project_stays_readable(run):
    kept = sigopt.create_run()
    refuses(lambda: sigopt.upload_runs([{}, run]), rf"runs\[1\]: {next(iter(run))}")
    page = sigopt.Connection().clients(1).projects(kept.run.project).training_runs().fetch()
    assert [item.id for item in page.iterate_pages()] == [kept.id]


def test_data_sets_of_an_uploaded_run_may_be_the_keys_of_a_mapping():
    (run,) = sigopt.upload_runs([{"datasets": {"mnist": {}}}])
    assert run.datasets == ["mnist"]


def test_logs_of_an_uploaded_run_are_texts():
    logs = {"stdout": "a", "stderr": {"content": "b"}}
    (run,) = sigopt.upload_runs([{"logs": logs}])
    assert run.logs == {"stdout": "a", "stderr": "b"}


def test_a_project_made_by_its_id_is_chosen():
    sigopt.create_project("chosen")
    try:
        assert sigopt.create_run().run.project == "chosen"
    finally:
        choose_project(None)


def test_of_an_experiment_with_a_name_it_is_said_how_to_work_on_it(tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    sigopt.set_store(None)
    objective = {"metric": "y"}
    parameters = [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}]
    armwright.create(tmp_path / "first", {"objective": objective, "parameters": parameters})
    with pytest.raises(
        ApiException, match=r"SigOpt's fields.*armwright\.open\('.*first'\)"
    ) as caught:
        sigopt.get_experiment("first")
    assert caught.value.status_code == 404


@pytest.mark.parametrize("ident", ["second", "../first", "", "a/b"])
def test_of_what_is_not_there_at_all_no_more_is_said(ident):
    with pytest.raises(ApiException, match=rf"there is no experiment '{ident}'$") as caught:
        sigopt.get_experiment(ident)
    assert caught.value.status_code == 404


def test_a_run_that_another_tool_ended_says_when(tmp_path):
    sigopt.set_store(tmp_path)
    experiment = sigopt.create_experiment(
        name="e", parameters=[X], metrics=[{"name": "y"}], type="random", budget=2
    )
    stored = armwright.open(tmp_path / experiment.id)
    (trial,) = stored.ask()
    stored.tell(trial.number, {"y": 0.5})
    (run,) = experiment.get_runs()
    assert run.finished is True
    assert run.created <= run.completed <= run.updated
