"""Runs through a connection: of AI experiments, of experiments of the core API, of projects."""

import base64
import hashlib
import json
import urllib.error
import urllib.request

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.folders import opened
from armwright.sigopt.objects import AIExperiment, Checkpoint, TrainingRun

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}


@pytest.fixture
def ai(conn):
    """An AI experiment that was made through the connection."""

    def ai(**fields):
        base = {"name": "e", "parameters": [X], "metrics": [{"name": "y"}], "type": "random"}
        return conn.aiexperiments().create(**{**base, **fields})

    return ai


@pytest.fixture
def begin(conn, ai):
    return lambda **fields: conn.aiexperiments(ai().id).training_runs().create(**fields)


@pytest.fixture
def tell(conn):
    """Asks for a change of a run."""

    def tell(method, run, **body):
        return conn.impl.request(method, ["training_runs", run.id], body, None)

    return tell


def test_an_ai_experiment_is_made(ai):
    made = ai(budget=3)
    assert isinstance(made, AIExperiment)
    assert (made.budget, made.progress.remaining_budget, made.client) == (3, 3, "1")


def test_it_is_the_one_that_the_module_finds(ai):
    assert sigopt.get_experiment(ai(name="abc").id).name == "abc"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": None}, "an experiment needs name"),
        ({"parameters": 3}, "parameters"),
        ({"metrics": ["y"]}, "mapping"),
        ({"budget": "ten"}, "budget"),
        ({"observation_budget": 3}, "unknown key 'observation_budget'"),
        ({"tasks": []}, "unknown key 'tasks'"),
        ({"num_solutions": 2}, "needs a budget"),
    ],
)
def test_an_ai_experiment_that_cannot_be_is_refused(ai, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        ai(**fields)
    assert caught.value.status_code == 400


def test_an_ai_experiment_is_fetched(conn, ai):
    made = ai()
    assert conn.aiexperiments(made.id).fetch() == made


def test_ai_experiments_are_listed_without_those_of_the_core_api(conn, ai, create):
    made = ai()
    create()
    assert [item.id for item in conn.aiexperiments().fetch().iterate_pages()] == [made.id]


def test_an_ai_experiment_is_changed(conn, ai):
    made = ai()
    assert conn.aiexperiments(made.id).update(budget=9).budget == 9


def test_an_ai_experiment_is_archived_without_its_runs(conn, ai):
    made = ai()
    run = conn.aiexperiments(made.id).training_runs().create()
    conn.aiexperiments(made.id).delete()
    assert conn.aiexperiments(made.id).fetch().state == "deleted"
    assert conn.training_runs(run.id).fetch().deleted is False


@pytest.mark.parametrize(("word", "deleted"), [("true", True), ("false", False), (True, True)])
def test_an_ai_experiment_is_archived_with_its_runs_on_request(conn, ai, word, deleted):
    made = ai()
    run = conn.aiexperiments(made.id).training_runs().create()
    conn.aiexperiments(made.id).delete(include_runs=word)
    assert conn.training_runs(run.id).fetch().deleted is deleted


def test_a_run_has_a_suggestion(begin):
    run = begin(name="first", metadata={"k": 1})
    assert isinstance(run, TrainingRun)
    assert (run.name, run.metadata, run.state, run.finished) == ("first", {"k": 1}, "active", False)
    assert run.suggestion == run.id
    assert list(run.assignments) == ["x"]


def test_a_run_without_a_name_is_named_by_project_and_time(begin):
    assert begin().name.startswith("tests 20")


def test_open_runs_use_up_the_budget(conn, ai):
    made = ai(budget=3)
    conn.aiexperiments(made.id).training_runs().create()
    assert conn.aiexperiments(made.id).fetch().progress.remaining_budget == 2


@pytest.mark.parametrize(
    ("said", "name", "expected"),
    [
        ({"metadata": {"k": "v"}}, "metadata", {"k": "v"}),
        ({"assignments": {"extra": 3}}, "extra", 3),
        ({"datasets": {"mnist": {}}}, "datasets", {"mnist": {}}),
        ({"name": "other"}, "name", "other"),
        ({"model": {"type": "tree"}}, "model", {"type": "tree"}),
        ({"source_code": {"hash": "h"}}, "source_code", {"hash": "h"}),
        ({"logs": {"stdout": {"content": "hi"}}}, "logs", {"stdout": {"content": "hi"}}),
        ({"sys_metadata": {"a": [1]}}, "sys_metadata", {"a": [1]}),
        ({"dev_metadata": {"a": 1}}, "dev_metadata", {"a": 1}),
        ({"tags": ["t"]}, "tags", ["t"]),
        ({"deleted": True}, "deleted", True),
    ],
)
def test_a_run_takes_what_is_said_of_it(begin, tell, said, name, expected):
    run = begin()
    tell("MERGE", run, **said)
    found = sigopt.get_run(run.id)
    body = tell("GET", run)
    assert expected == (found.assignments["extra"] if name == "extra" else body[name])


def test_what_is_merged_is_added(begin, tell):
    run = begin()
    tell("MERGE", run, metadata={"a": 1})
    assert tell("MERGE", run, metadata={"b": 2})["metadata"] == {"a": 1, "b": 2}


def test_null_removes_a_key(begin, tell):
    run = begin(metadata={"a": 1, "b": 2})
    assert tell("MERGE", run, metadata={"a": None})["metadata"] == {"b": 2}


def test_put_replaces(begin, tell):
    run = begin(metadata={"a": 1, "b": 2})
    assert tell("PUT", run, metadata={"c": 3})["metadata"] == {"c": 3}


def test_put_leaves_what_it_does_not_name(begin, tell):
    run = begin(name="first", metadata={"a": 1})
    assert tell("PUT", run, metadata={"c": 3})["name"] == "first"


def test_a_metric_has_a_name_a_value_and_a_stddev(begin, tell):
    run = begin()
    value = tell("MERGE", run, values={"y": {"value": 2.5, "value_stddev": 0.5}})["values"]["y"]
    assert (value["name"], value["value"], value["value_stddev"]) == ("y", 2.5, 0.5)


@pytest.mark.parametrize("state", ["completed", "failed"])
def test_a_run_ends(begin, tell, state):
    run = begin()
    tell("MERGE", run, values={"y": {"value": 1}})
    ended = tell("MERGE", run, state=state)
    assert (ended["state"], ended["finished"]) == (state, True)
    assert ended["completed"] is not None


def test_values_that_come_with_the_end_count(conn, ai, tell):
    made = ai()
    run = conn.aiexperiments(made.id).training_runs().create()
    tell("MERGE", run, values={"y": {"value": 1}}, state="completed")
    (best,) = conn.aiexperiments(made.id).best_training_runs().fetch().iterate_pages()
    assert best.values["y"].value == 1


def test_the_end_stops_the_sign_of_life(begin, tell):
    from armwright.sigopt.routes import held_runs

    run = begin()
    folder = opened(run.experiment)
    assert held_runs.attempt_at(folder, 0) == 1
    tell("MERGE", run, state="completed")
    assert held_runs.attempt_at(folder, 0) is None


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"state": "done"}, "state should be one of active, completed, failed"),
        ({"metadata": 3}, "metadata should be an object"),
        ({"values": {"y": {"value": "high"}}}, "y"),
        ({"values": {"y": 3}}, "a run"),
        ({"values": {"y": 0}}, "a run"),
        ({"values": {"y": {}}}, "a run"),
        ({"datasets": 3}, "datasets of a run should be a list"),
        ({"tags": "abc"}, "tags of a run should be a list"),
        ({"logs": {"stdout": {}}}, "a run"),
        ({"strange": 3}, "unknown key 'strange'"),
        ({"deleted": "yes"}, "deleted should be true or false"),
        ({"name": ""}, "the name of a run"),
    ],
)
def test_what_cannot_be_said_is_refused(begin, tell, said, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        tell("MERGE", begin(), **said)
    assert caught.value.status_code == 400


def test_a_run_is_archived_and_comes_back(conn, begin):
    run = begin()
    conn.training_runs(run.id).delete()
    assert conn.training_runs(run.id).fetch().deleted is True
    assert conn.training_runs(run.id).update(deleted=False).deleted is False


@pytest.mark.parametrize("ident", [7, "x", "1" * 18])
def test_an_unknown_run_is_not_found(conn, ident):
    with pytest.raises(ApiException, match="there is no run") as caught:
        conn.training_runs(ident).fetch()
    assert caught.value.status_code == 404


def test_a_checkpoint_is_noted(conn, begin):
    run = begin()
    values = [{"name": "y", "value": 1.0}]
    made = conn.training_runs(run.id).checkpoints().create(values=values, metadata={"epoch": 1})
    assert isinstance(made, Checkpoint)
    assert (made.training_run, made.values[0].value, made.should_stop) == (run.id, 1.0, False)
    assert conn.training_runs(run.id).fetch().checkpoint_count == 1


def test_checkpoints_are_listed_newest_first(conn, begin):
    run = begin()
    checkpoints = conn.training_runs(run.id).checkpoints
    for number in range(3):
        checkpoints().create(values=[{"name": "y", "value": number}])
    found = list(checkpoints().fetch(limit=2).iterate_pages())
    assert [item.values[0].value for item in found] == [2, 1, 0]
    assert checkpoints(found[0].id).fetch() == found[0]


def test_a_checkpoint_needs_values(conn, begin):
    with pytest.raises(ApiException, match="a checkpoint needs values") as caught:
        conn.training_runs(begin().id).checkpoints().create(metadata={"epoch": 1})
    assert caught.value.status_code == 400


def test_a_batch_has_at_most_ten_thousand_runs(conn):
    runs = conn.clients(1).projects("p").training_runs()
    with pytest.raises(ApiException, match="at most 10000 runs, got 10001") as caught:
        runs.create_batch(runs=[{"name": "r"}] * 10_001)
    assert (caught.value.status_code, runs.fetch().count) == (400, 0)


def test_a_finished_run_takes_no_checkpoint(conn, begin, tell):
    run = begin()
    tell("MERGE", run, state="completed")
    with pytest.raises(ApiException, match="is finished") as caught:
        conn.training_runs(run.id).checkpoints().create(values=[])
    assert caught.value.status_code == 403


def test_a_project_has_runs_outside_experiments(conn):
    run = conn.clients(1).projects("p").training_runs().create(name="alone")
    assert (run.project, run.experiment, run.assignments) == ("p", None, {})


def test_a_project_has_the_runs_of_its_experiments_too(conn, ai):
    runs = conn.clients(1).projects("tests").training_runs
    made = {runs().create().id, conn.aiexperiments(ai().id).training_runs().create().id}
    assert {run.id for run in runs().fetch().iterate_pages()} == made


def test_the_runs_of_one_experiment_are_filtered_out_newest_first(conn, ai):
    wanted, other = ai(), ai()
    made = [conn.aiexperiments(wanted.id).training_runs().create().id for _ in range(3)]
    conn.aiexperiments(other.id).training_runs().create()
    chosen = json.dumps([{"field": "experiment", "operator": "==", "value": wanted.id}])
    found = conn.clients(1).projects("tests").training_runs().fetch(filters=chosen, limit=2)
    assert [run.id for run in found.iterate_pages()] == made[::-1]


@pytest.mark.parametrize(
    ("filters", "problem"),
    [
        ("{", "filters should be JSON"),
        ("{}", "filters should be a list"),
        ("[1]", "a filter should be an object"),
        ('[{"field": "state", "operator": ">", "value": "active"}]', "state is compared with =="),
        ('[{"field": "name", "operator": "~", "value": "x"}]', "a filter compares with one of"),
        ('[{"field": "name"}]', "a filter should have a value"),
        ('[{"field": "strange", "value": 1}]', "runs have no field 'strange'"),
    ],
)
def test_filters_that_cannot_be_are_refused(conn, filters, problem):
    with pytest.raises(ApiException, match=problem):
        conn.clients(1).projects("tests").training_runs().fetch(filters=filters)


def test_runs_are_filtered_by_other_fields(conn):
    runs = conn.clients(1).projects("tests").training_runs
    for name in ("one", "two"):
        runs().create(name=name)
    found = runs().fetch(filters='[{"field": "name", "operator": "==", "value": "two"}]')
    assert [run.name for run in found.iterate_pages()] == ["two"]


def test_runs_that_were_done_elsewhere_come_in_a_batch(conn):
    batch = [{"name": "u", "state": "failed", "values": {"y": {"value": 1}}}]
    made = conn.clients(1).projects("p").training_runs().create_batch(runs=batch)
    (run,) = made.iterate_pages()
    assert (run.name, run.state, run.project) == ("u", "failed", "p")


def test_an_experiment_of_the_core_api_has_runs(conn, create):
    resource = conn.experiments(create().id)
    resource.suggestions().create()
    run = resource.training_runs().create(name="r")
    assert [item.id for item in resource.training_runs().fetch().iterate_pages()] == [run.id]
    assert resource.training_runs(run.id).update(name="s").name == "s"


def test_a_run_of_the_core_api_that_ends_is_an_observation(conn, create, tell):
    resource = conn.experiments(create().id)
    run = resource.training_runs().create()
    tell("MERGE", run, values={"y": {"value": 3}}, state="completed")
    assert resource.fetch().progress.observation_count == 1
    (best,) = resource.best_training_runs().fetch().iterate_pages()
    assert best.id == run.id


def test_a_run_of_the_core_api_is_archived(conn, create):
    resource = conn.experiments(create().id)
    run = resource.training_runs().create()
    resource.training_runs(run.id).delete()
    assert resource.training_runs(run.id).fetch().deleted is True


def announced(conn, run, content):
    path = ["training_runs", run.id, "files"]
    return conn.impl.request("POST", path, {**about(content), "name": "curve"}, None)["upload"]


def about(content):
    digest = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    return {"content_length": len(content), "content_md5": digest, "content_type": "image/png"}


def send(upload, content):
    request = urllib.request.Request(  # noqa: S310 - an address of our own
        upload["url"], data=content, headers=upload["headers"], method=upload["method"]
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return answer.status


def test_a_file_is_kept_where_it_was_announced(conn, begin):
    run = begin()
    assert send(announced(conn, run, b"picture"), b"picture") == 200
    (ident,) = sigopt.get_run(run.id).files
    assert had(conn, ident) == b"picture"


def had(conn, ident):
    url = conn.files(ident).fetch().download.url
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - an address of our own
        return answer.read()


def test_a_file_says_what_it_is(conn, begin):
    run = begin()
    send(announced(conn, run, b"picture"), b"picture")
    (ident,) = sigopt.get_run(run.id).files
    file = conn.files(ident).fetch()
    assert (file.id, file.name, file.filename) == (ident, "curve", "curve")
    assert (file.content_type, file.content_length) == ("image/png", 7)
    assert file.content_md5 == about(b"picture")["content_md5"]


def test_a_file_has_one_address_as_often_as_it_is_asked_for(conn, begin):
    run = begin()
    send(announced(conn, run, b"picture"), b"picture")
    (ident,) = sigopt.get_run(run.id).files
    assert len({conn.files(ident).fetch().download.url for _ in range(3)}) == 1
    assert [had(conn, ident) for _ in range(2)] == [b"picture"] * 2


def test_a_run_lists_files_in_the_order_in_which_they_were_announced(conn, begin):
    run = begin()
    made = [
        conn.training_runs(run.id).files().create(**about(b"a")).id,
        conn.training_runs(run.id).files().create(**about(b"b")).id,
    ]
    assert sigopt.get_run(run.id).files == made
    assert conn.files(made[0]).fetch().download is None


def test_nothing_is_had_from_an_address_that_was_made_up(conn, begin):
    run = begin()
    send(announced(conn, run, b"picture"), b"picture")
    (ident,) = sigopt.get_run(run.id).files
    url = conn.files(ident).fetch().download.url
    with pytest.raises(urllib.error.HTTPError, match="404") as caught:
        urllib.request.urlopen(f"{url}x")  # noqa: S310 - an address of our own
    caught.value.close()


@pytest.mark.parametrize("ident", ["1", "{run}", "{run}-abc"])
def test_a_file_that_is_not_there_is_not_found(conn, begin, ident):
    run = begin()
    with pytest.raises(ApiException, match="there is no") as caught:
        conn.files(ident.format(run=run.id)).fetch()
    assert caught.value.status_code == 404


def test_another_file_than_the_announced_one_is_refused(conn, begin):
    run = begin()
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        send(announced(conn, run, b"picture"), b"another")
    caught.value.close()
    (ident,) = sigopt.get_run(run.id).files
    assert conn.files(ident).fetch().download is None


def test_a_file_of_another_length_is_not_read(conn, begin):
    run = begin()
    upload = announced(conn, run, b"picture")
    with pytest.raises(urllib.error.HTTPError, match="400") as caught:
        send(upload, b"much longer than it was announced")
    caught.value.close()
    (ident,) = sigopt.get_run(run.id).files
    assert conn.files(ident).fetch().download is None


def test_an_address_is_good_for_one_file(conn, begin):
    run = begin()
    upload = announced(conn, run, b"picture")
    send(upload, b"picture")
    with pytest.raises(urllib.error.HTTPError, match="404") as caught:
        send(upload, b"picture")
    caught.value.close()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("content_length", [None, "1", -1, 0, {}, [], "", 50_000_001]),
        ("content_md5", [None, "1", -1, 0, {}, [], "", "aGhlbGxv", "%"]),
        ("content_type", [None, "1", -1, {}, "hello/world", "image", "image/", "image/<>"]),
        ("name", [3, {}]),
    ],
)
def test_a_file_that_cannot_be_is_refused(conn, begin, field, values):
    run = begin()
    for value in values:
        with pytest.raises(ApiException, match=field) as caught:
            conn.training_runs(run.id).files().create(**{**about(b"a"), field: value})
        assert caught.value.status_code == 400
    assert sigopt.get_run(run.id).files == []
