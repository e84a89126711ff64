"""Lists of runs: filters, orders and a search; and runs that begin with fields."""

import json

import pytest

from armwright.sigopt.exception import ApiException

FIELDS = {
    "assignments.k": (2.5, lambda v: {"assignments": {"k": v}}),
    "metadata.s": ("b", lambda v: {"metadata": {"s": v}}),
    "values.m.value": (2, lambda v: {"values": {"m": {"value": v}}}),
    "values.a.b.value": (2, lambda v: {"values": {"a.b": {"value": v}}}),
    "model.type": ("t", lambda v: {"model": {"type": v}}),
    "source_code.hash": ("h", lambda v: {"source_code": {"hash": v}}),
    "logs.out.content": ("c", lambda v: {"logs": {"out": {"content": v}}}),
    "name": ("n", lambda v: {"name": v}),
    "state": ("failed", lambda v: {"state": v}),
    "favorite": (True, lambda v: {"favorite": v}),
}


@pytest.fixture
def runs(conn):
    return conn.clients(1).projects("lists").training_runs()


@pytest.fixture
def fetch(runs):
    """The runs that pass a filter."""

    def fetch(field, value=None, compares="=="):
        said = {} if compares == "isnull" else {"value": value}
        filters = json.dumps([{"field": field, "operator": compares, **said}])
        return runs.fetch(filters=filters)

    return fetch


@pytest.mark.parametrize(("field", "case"), FIELDS.items(), ids=FIELDS)
def test_runs_are_filtered_by_a_field(runs, fetch, field, case):
    value, fields = case
    runs.create(name="other")
    made = runs.create(**{"name": "r", **fields(value)})
    assert [run.id for run in fetch(field, value).iterate_pages()] == [made.id]


@pytest.mark.parametrize(
    ("compares", "count"), [("==", 1), ("<", 1), ("<=", 2), (">", 1), (">=", 2)]
)
def test_numbers_are_compared(runs, fetch, compares, count):
    for value in (1, 2, 3):
        runs.create(name="r", values={"m": {"value": value}})
    assert fetch("values.m.value", 2, compares).count == count


def test_ids_are_compared_as_numbers_and_texts(runs, fetch):
    made = [runs.create(name="r").id for _ in range(3)]
    assert fetch("id", made[1]).count == fetch("id", int(made[1])).count == 1
    assert fetch("id", made[1], "<=").count == 2


def test_runs_without_a_field_are_found(runs, fetch):
    runs.create(name="r", model={"type": "x"})
    runs.create(name="r")
    assert fetch("model.type", compares="isnull").count == 1


def test_archived_runs_are_listed_unless_they_are_filtered_out(conn, runs, fetch):
    conn.training_runs(runs.create(name="r").id).delete()
    runs.create(name="r")
    assert (runs.fetch().count, fetch("deleted", False).count) == (2, 1)


@pytest.mark.parametrize(
    ("field", "value", "compares"),
    [
        *(("values.a.value", value, "==") for value in ({}, True, "", "0.0")),
        *(("id", value, "==") for value in (True, {}, "", "abc", "²", 0.9)),
        *(("created", value, "==") for value in (True, {}, "1", 0.9)),
        *(("deleted", value, "==") for value in ({}, "abc", 1)),
        *(("state", value, "==") for value in ({}, True, 1, "strange")),
        *(("state", "active", compares) for compares in ("<", "<=", "isnull")),
        ("deleted", False, "<"),
        ("some.field", 1, "=="),
    ],
)
def test_a_filter_that_cannot_be_is_refused(fetch, field, value, compares):
    with pytest.raises(ApiException, match=field.partition(".")[0]) as caught:
        fetch(field, value, compares)
    assert caught.value.status_code == 400


def test_a_run_has_to_pass_all_filters(conn, make):
    made = [make(name=name) for name in "ab"]
    for experiment in made:
        experiment.create_run()
    filters = [{"field": "experiment", "value": experiment.id} for experiment in made]
    runs = conn.clients(1).projects("tests").training_runs()
    assert runs.fetch(filters=json.dumps(filters[:1])).count == 1
    assert runs.fetch(filters=json.dumps(filters)).count == 0


def test_the_runs_of_an_experiment_of_the_core_api_can_be_filtered(conn, create):
    ident = create().id
    conn.experiments(ident).training_runs().create(name="r")
    filters = json.dumps([{"field": "experiment", "value": int(ident)}])
    assert conn.clients(1).projects("tests").training_runs().fetch(filters=filters).count == 1


def test_no_run_is_of_an_experiment_that_is_not_there(fetch):
    assert fetch("experiment", "7").count == 0


@pytest.mark.parametrize("limit", [1, 2, 9])
def test_runs_are_sorted_by_a_field_and_those_without_it_come_last(runs, limit):
    for value in (2, None, 3, 1):
        runs.create(name="r", values={} if value is None else {"m": {"value": value}})
    for ascending, expected in ((False, [3, 2, 1]), (True, [1, 2, 3])):
        page = runs.fetch(sort="values.m.value", ascending=ascending, limit=limit)
        found = [run.values["m"].value if run.values else None for run in page.iterate_pages()]
        assert found == [*expected, None]


def test_runs_are_not_sorted_by_what_they_have_not(runs):
    with pytest.raises(ApiException, match="runs have no field 'some'"):
        runs.fetch(sort="some")


def test_runs_are_searched_by_name(runs):
    for name in ("one ring", "the One ring again", "none"):
        runs.create(name=name)
    assert runs.fetch(search="one ring").count == 2


@pytest.mark.parametrize("state", ["active", "completed", "failed"])
def test_a_run_can_begin_in_any_state(runs, state):
    assert runs.create(name="r", state=state).state == state


def test_a_run_of_an_experiment_can_begin_with_what_it_measured(conn, make):
    experiment = make()
    conn.aiexperiments(experiment.id).training_runs().create(
        name="r", values={"y": {"value": 3}}, state="completed"
    )
    assert next(iter(experiment.get_best_runs())).values["y"].value == 3


def test_a_caller_may_choose_some_parameters_and_the_rest_is_suggested(conn, make):
    n = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
    x = {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}
    experiment = make(type="random", parameters=[n, x])
    made = conn.aiexperiments(experiment.id).training_runs()
    run = made.create(name="r", assignments={"n": 3, "extra": "e"})
    assert (run.assignments["n"], run.assignments["extra"]) == (3, "e")
    assert 0 <= run.assignments["x"] <= 1


def test_a_parameter_that_cannot_be_chosen_so_begins_no_run(conn, make):
    experiment = make(type="random")
    with pytest.raises(ApiException, match="'x' should be a finite number"):
        conn.aiexperiments(experiment.id).training_runs().create(
            name="r", assignments={"x": "high"}
        )
    assert list(experiment.get_runs()) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"name": None},
        {"project": "p"},
        {"favorite": "yes"},
        {"state": None},
        {"source_code": {"hash": 1}},
        {"values": []},
        {"logs": {"out": {}}},
        {"user": "1"},
    ],
)
def test_a_run_that_cannot_begin_so_is_refused(runs, fields):
    with pytest.raises(ApiException, match=next(iter(fields)).rstrip("s")) as caught:
        runs.create(**{"name": "r", **fields})
    assert caught.value.status_code == 400


def test_of_a_batch_only_the_fields_asked_for_are_answered(runs):
    batch = [{"name": "u", "state": "failed", "assignments": {"x": 1}}]
    (run,) = runs.create_batch(runs=batch, fields="id,state").iterate_pages()
    assert (run.state, run.name, run.assignments) == ("failed", None, None)
    assert run.id is not None
