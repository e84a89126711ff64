"""Experiments of the core API: what they may say, how they are read, changed and listed."""

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.objects import Experiment, Metric, Parameter

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}
Y, Z = {"name": "y"}, {"name": "z"}
LIMIT = {"name": "z", "strategy": "constraint", "threshold": 1.0}
GRID = {"name": "g", "type": "int", "grid": [8, 16]}


def test_the_answer_is_an_experiment(create):
    assert isinstance(create(), Experiment)


def test_an_id_is_a_text_of_digits(create):
    assert create().id.isdigit()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("state", "active"),
        ("project", "tests"),
        ("client", "1"),
        ("type", "random"),
        ("observation_budget", None),
        ("parallel_bandwidth", None),
        ("num_solutions", None),
        ("metadata", None),
        ("conditionals", []),
        ("linear_constraints", []),
        ("tasks", []),
        ("development", False),
    ],
)
def test_what_was_not_said_has_a_default(create, name, expected):
    assert getattr(create(), name) == expected


def test_the_type_is_offline_where_none_is_given(create):
    assert create(type=None).type == "offline"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "a b"),
        ("observation_budget", 7),
        ("parallel_bandwidth", 3),
        ("metadata", {"a": 1, "b": "c"}),
        ("type", "offline"),
        ("project", "other"),
    ],
)
def test_what_was_said_is_read_back(create, name, value):
    assert getattr(create(**{name: value}), name) == value


def test_an_experiment_needs_no_name(conn):
    assert conn.experiments().create(parameters=[X], metrics=["y"]).name == "experiment"


def test_parameters_are_objects_sorted_by_name(create):
    found = create(parameters=[X, N, C]).parameters
    assert [type(item) for item in found] == [Parameter] * 3
    assert [item.name for item in found] == ["c", "n", "x"]


def test_categories_are_numbered_from_one_in_the_order_given(create):
    found = create(parameters=[C]).parameters[0].categorical_values
    assert [(item.name, item.enum_index) for item in found] == [("red", 1), ("blue", 2)]


def test_a_metric_may_be_a_bare_name(create):
    metric = create(metrics=["loss"]).metrics[0]
    assert (metric.name, metric.objective, metric.strategy) == ("loss", "maximize", "optimize")


def test_a_metric_may_be_an_object(create):
    metric = Metric({"name": "loss", "objective": "minimize"})
    assert create(metrics=[metric]).metrics[0].objective == "minimize"


def test_an_experiment_may_name_no_metric(conn):
    experiment = conn.experiments().create(name="e", parameters=[X])
    assert len(experiment.metrics) == 1


def test_one_metric_may_be_given_as_metric(conn):
    experiment = conn.experiments().create(name="e", parameters=[X], metric={"name": "loss"})
    assert [metric.name for metric in experiment.metrics] == ["loss"]


def test_reading_metric_warns_and_gives_the_optimized_one(create):
    experiment = create(metrics=["y"])
    with pytest.warns(DeprecationWarning, match="metric is deprecated"):
        assert experiment.metric.name == "y"


def test_the_word_that_says_what_an_object_is_may_be_there(create):
    experiment = create(parameters=[{**X, "object": "parameter"}], metrics=[{**Y, "object": "m"}])
    assert experiment.parameters[0].name == "x"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"budget": 3}, "budget is not for this kind of experiment"),
        ({"strange": 3}, "unknown key 'strange'"),
        ({"parameters": []}, "parameters"),
        ({"parameters": 3}, "parameters"),
        ({"metrics": []}, "metrics should be a list that is not empty"),
        ({"metrics": "y"}, "metrics should be a list"),
        ({"metrics": [3]}, "metrics"),
        ({"metrics": [Y, Y]}, "the names of metrics should be different"),
        ({"metrics": [Y, Z]}, "two optimized metrics needs a budget"),
        ({"metrics": [Y, LIMIT]}, "a constraint metric needs a budget"),
        ({"metrics": [{**Y, "threshold": 1}]}, "threshold"),
        ({"metrics": [{**Z, "strategy": "constraint"}]}, "a constraint needs a threshold"),
        ({"num_solutions": 2}, "num_solutions above 1 needs a budget"),
        ({"num_solutions": 3, "observation_budget": 2}, "should not exceed the budget"),
        ({"observation_budget": -1}, "budget"),
        ({"observation_budget": "ten"}, "budget"),
        ({"parallel_bandwidth": 0}, "parallel_bandwidth"),
        ({"type": "bayes"}, "type should be one of"),
        ({"type": "grid"}, "type grid needs its values as grid"),
        ({"parameters": [X, X]}, "the names of parameters should be different"),
        ({"parameters": [{**X, "bounds": {"min": 1, "max": 0}}]}, "bounds.min should be below"),
        ({"parameters": [{**C, "categorical_values": ["red"]}]}, "two or more"),
        ({"parameters": [{**X, "grid": [1, 2]}]}, "give bounds or a grid, not both"),
        ({"parameters": [{**N, "transformation": "log"}]}, "transformation is for"),
        ({"metadata": {"a": {}}}, "metadata"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"project": "NO"}, "a project's id should be"),
    ],
)
def test_what_cannot_be_is_refused(create, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        create(**fields)
    assert caught.value.status_code == 400


def test_a_grid_has_the_budget_of_its_points(create):
    assert create(type="grid", parameters=[GRID, C]).observation_budget == 4


def test_a_grid_is_gone_through_with_the_first_parameter_fastest(bound):
    resource = bound(type="grid", parameters=[GRID, C])
    tried = [resource.suggestions().create().assignments for _ in range(4)]
    assert [(point["c"], point["g"]) for point in tried] == [
        ("red", 8),
        ("blue", 8),
        ("red", 16),
        ("blue", 16),
    ]


def test_an_experiment_is_fetched_by_its_id_as_a_number_too(conn, create):
    experiment = create()
    assert conn.experiments(int(experiment.id)).fetch() == experiment


@pytest.mark.parametrize("ident", [7, "7", "", "x", "1" * 16, "-1"])
def test_an_unknown_experiment_is_not_found(conn, ident):
    with pytest.raises(ApiException, match="there is no experiment") as caught:
        conn.experiments(ident).fetch()
    assert caught.value.status_code == 404


def test_an_ai_experiment_is_found_among_experiments_as_such(conn, make):
    made = make()
    found = conn.experiments(made.id).fetch()
    assert (found.id, found.to_json()["object"]) == (made.id, "aiexperiment")


def test_an_ai_experiment_takes_no_suggestions_of_the_core_api(conn, make):
    with pytest.raises(ApiException, match="is an AI experiment") as caught:
        conn.experiments(make().id).suggestions().create()
    assert caught.value.status_code == 404


def test_an_experiment_of_the_core_api_is_no_ai_experiment(conn, create):
    with pytest.raises(ApiException, match="is of the core API") as caught:
        conn.aiexperiments(create().id).fetch()
    assert caught.value.status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "other"),
        ("metadata", {"k": "v"}),
        ("observation_budget", 9),
        ("observation_budget", None),
        ("parallel_bandwidth", 4),
        ("state", "deleted"),
        ("project", "other"),
    ],
)
def test_an_update_answers_with_what_is_now(conn, create, name, value):
    experiment = create(observation_budget=5)
    assert getattr(conn.experiments(experiment.id).update(**{name: value}), name) == value


def test_an_update_is_there_for_all(conn, create):
    experiment = create()
    conn.experiments(experiment.id).update(name="other")
    assert sigopt.Connection().experiments(experiment.id).fetch().name == "other"


def test_an_update_leaves_the_object_at_hand_as_it_is(conn, create):
    experiment = create()
    conn.experiments(experiment.id).update(name="other")
    assert experiment.name == "e"


def test_parameters_that_were_read_and_changed_can_be_written(conn, create):
    parameters = create().parameters
    parameters[0].bounds.max = 5
    ident = create().id
    found = conn.experiments(ident).update(parameters=parameters).parameters
    assert found[0].bounds.max == 5


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"num_solutions": 2}, "unknown key 'num_solutions'"),
        ({"tasks": []}, "unknown key 'tasks'"),
        ({"type": "offline"}, "unknown key 'type'"),
        ({"state": "gone"}, "state should be active or deleted"),
        ({"metrics": ["z"]}, "only the thresholds can change"),
        ({"parameters": [N]}, "it needs a default_value"),
    ],
)
def test_an_update_that_cannot_be_is_refused(conn, create, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        conn.experiments(create().id).update(**fields)
    assert caught.value.status_code == 400


def test_deleting_archives(conn, create):
    experiment = create()
    assert conn.experiments(experiment.id).delete() is None
    assert conn.experiments(experiment.id).fetch().state == "deleted"


def test_an_archived_experiment_can_come_back(conn, create):
    resource = conn.experiments(create().id)
    resource.delete()
    resource.update(state="active")
    assert resource.suggestions().create().state == "open"


def test_an_archived_experiment_suggests_nothing(conn, create):
    resource = conn.experiments(create().id)
    resource.delete()
    with pytest.raises(ApiException, match="is archived") as caught:
        resource.suggestions().create()
    assert caught.value.status_code == 400


def test_all_experiments_are_listed_newest_first(conn, create):
    made = [create(name=name).id for name in "abc"]
    assert [item.id for item in conn.experiments().fetch().iterate_pages()] == made[::-1]


def test_a_list_of_experiments_has_no_ai_experiments(conn, create, make):
    make()
    create()
    assert conn.experiments().fetch().count == 1


@pytest.mark.parametrize(("state", "count"), [(None, 2), ("deleted", 1), ("all", 3)])
def test_experiments_are_listed_by_state(conn, create, state, count):
    for _ in range(3):
        experiment = create()
    conn.experiments(experiment.id).delete()
    assert conn.experiments().fetch(**({} if state is None else {"state": state})).count == count


def test_a_client_has_the_same_experiments(conn, create):
    experiment = create()
    found = conn.clients(1).experiments().fetch()
    assert [item.id for item in found.iterate_pages()] == [experiment.id]


def test_a_client_can_make_experiments(conn):
    experiment = conn.clients("1").experiments().create(name="e", parameters=[X], metrics=["y"])
    assert conn.experiments(experiment.id).fetch().name == "e"


def test_a_project_has_its_experiments_alone(conn, create):
    create(project="one")
    wanted = create(project="two")
    found = conn.clients(1).projects("two").experiments().fetch()
    assert [item.id for item in found.iterate_pages()] == [wanted.id]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"linear_constraints": [{"type": "less_than", "threshold": 1, "terms": []}]}, "two or"),
        ({"conditionals": [{"name": "k", "values": ["a", "b"]}]}, "no parameter has conditions"),
    ],
)
def test_constraints_are_checked_as_those_of_ai_experiments(create, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        create(**fields)
    assert caught.value.status_code == 400
