"""Best assignments, stopping criteria and importances."""

import pytest

from armwright.sigopt.exception import ApiException
from armwright.sigopt.objects import BestAssignments, ImportancesMap

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
DOWN = {"name": "y", "objective": "minimize"}
LIMIT = {"name": "z", "strategy": "constraint", "threshold": 2.0}
STORED = {"name": "z", "strategy": "store"}


def note(resource, *pairs):
    for y, z in pairs:
        values = [{"name": "y", "value": y}, {"name": "z", "value": z}]
        resource.observations().create(assignments={"x": 0.5}, values=values)


def pairs(resource):
    found = resource.best_assignments().fetch().iterate_pages()
    return [tuple(item.value for item in best.values) for best in found]


def test_the_best_is_one_for_one_metric(observe):
    (found,) = observe([1.0, 3.0, 2.0]).best_assignments().fetch().iterate_pages()
    assert isinstance(found, BestAssignments)
    assert (found.value, found.values[0].name) == (3.0, "y")


def test_the_best_has_the_assignments_and_id_of_its_observation(observe):
    resource = observe([3.0])
    (made,) = resource.observations().fetch().iterate_pages()
    (found,) = resource.best_assignments().fetch().iterate_pages()
    assert (found.id, found.assignments) == (made.id, made.assignments)


def test_the_best_is_the_least_where_less_is_better(observe):
    (found,) = observe([1.0, 3.0], metrics=[DOWN]).best_assignments().fetch().iterate_pages()
    assert found.value == 1.0


def test_the_best_has_no_value_by_itself_where_it_is_of_a_constraint(bound):
    resource = bound(metrics=[{**LIMIT, "name": "y"}], observation_budget=9)
    resource.observations().create(assignments={"x": 0.5}, value=3.0)
    (found,) = resource.best_assignments().fetch().iterate_pages()
    assert (found.value, found.values[0].value) == (None, 3.0)


@pytest.mark.filterwarnings("ignore:best_observation is deprecated")
@pytest.mark.parametrize(
    "metrics", [["y", "z"], [LIMIT, {**LIMIT, "name": "y"}]], ids=["two", "none"]
)
def test_progress_has_a_best_observation_of_one_optimized_metric_alone(bound, metrics):
    resource = bound(metrics=metrics, observation_budget=9)
    note(resource, (9, 9))
    progress = resource.fetch().progress
    assert (progress.best_observation, progress.observation_count) == (None, 1)


def test_what_failed_is_never_best(observe):
    assert observe([None, None]).best_assignments().fetch().count == 0


def test_data_warns_and_holds_the_best(observe):
    page = observe([1.0]).best_assignments().fetch()
    with pytest.warns(RuntimeWarning, match="iterate_pages"):
        assert page.data[0].value == 1.0


def test_the_best_of_two_metrics_are_the_pareto_front_best_first(bound):
    resource = bound(metrics=["y", "z"], observation_budget=9)
    note(resource, (1, 5), (3, 3), (2, 2), (5, 1))
    assert pairs(resource) == [(5, 1), (3, 3), (1, 5)]


def test_a_threshold_narrows_the_front(bound):
    resource = bound(metrics=["y", {"name": "z", "threshold": 3}], observation_budget=9)
    note(resource, (1, 5), (3, 3), (5, 1))
    assert pairs(resource) == [(3, 3), (1, 5)]


def test_the_best_keeps_the_constraints(bound):
    resource = bound(metrics=["y", LIMIT], observation_budget=9)
    note(resource, (9, 1), (5, 2), (3, 3))
    assert pairs(resource) == [(5, 2)]


def test_all_that_keep_the_constraints_are_best_where_there_are_constraints_alone(bound):
    resource = bound(metrics=[LIMIT, {**LIMIT, "name": "y", "threshold": 1}], observation_budget=9)
    note(resource, (0, 9), (1, 2), (2, 3))
    assert pairs(resource) == [(2, 3), (1, 2)]


def test_stored_metrics_do_not_matter_for_the_best(bound):
    resource = bound(metrics=["y", STORED])
    note(resource, (1, 9), (2, 0))
    assert pairs(resource) == [(2, 0)]


@pytest.mark.parametrize(
    ("values", "budget", "expected"),
    [
        ([], None, []),
        ([1.0, None], 2, []),
        ([1.0, None, 2.0], 2, ["observation_budget_reached"]),
        ([1.0] * 9, None, []),
        ([1.0] * 10, None, ["possible_stagnation"]),
        ([1.0] * 10, 9, ["observation_budget_reached", "possible_stagnation"]),
        ([5.0] * 4 + [1.0] * 6, None, ["possible_stagnation"]),
        ([5.0] * 4 + [1.0] * 5 + [2.0], None, []),
        ([1.0] * 5 + [None] * 5, None, ["possible_stagnation"]),
    ],
)
def test_reasons_to_stop(bound, values, budget, expected):
    resource = bound(observation_budget=budget)
    batch = [
        {"assignments": {"x": 0.5}, **({"failed": True} if v is None else {"value": v})}
        for v in values
    ]
    if batch:
        resource.observations().create_batch(observations=batch)
    found = resource.stopping_criteria().fetch()
    assert found.reasons == expected
    assert found.should_stop is bool(expected)


def test_a_front_stagnates_beyond_the_budget_alone(bound):
    resource = bound(metrics=["y", {"name": "z", "objective": "minimize"}], observation_budget=11)
    note(resource, (3, 1), (5, 3), *[(1, 9)] * 9)
    assert resource.stopping_criteria().fetch().reasons == []
    note(resource, (1, 9))
    assert "possible_stagnation" in resource.stopping_criteria().fetch().reasons


def test_a_front_that_grows_does_not_stagnate(bound):
    resource = bound(metrics=["y", {"name": "z", "objective": "minimize"}], observation_budget=9)
    note(resource, (3, 1), (5, 3), *[(1, 9)] * 8, (6, 4))
    assert resource.stopping_criteria().fetch().reasons == ["observation_budget_reached"]


def test_constraints_alone_never_stagnate(bound):
    resource = bound(metrics=[{**LIMIT, "name": "y"}], observation_budget=99)
    batch = [{"assignments": {"x": 0.5}, "value": 1.0}] * 12
    resource.observations().create_batch(observations=batch)
    assert resource.stopping_criteria().fetch().reasons == []


@pytest.fixture
def measured(bound):
    resource = bound(parameters=[X, {**X, "name": "w"}], metrics=["y", STORED])
    for at in range(8):
        x, w = at / 7, (at * 3 % 8) / 7
        values = [{"name": "y", "value": x}, {"name": "z", "value": w}]
        resource.observations().create(assignments={"x": x, "w": w}, values=values)
    return resource


def test_the_parameter_that_decides_matters_most(measured):
    found = measured.importances().fetch().importances
    assert isinstance(found, ImportancesMap)
    assert found["x"] > 0.8 > 0.2 > found["w"]


def test_each_metric_has_importances_of_its_own(measured):
    found = {i.metric: i.importances for i in measured.metric_importances().fetch().iterate_pages()}
    assert found["y"]["x"] > found["y"]["w"]
    assert found["z"]["w"] > found["z"]["x"]


def test_without_observations_importances_are_not_found(bound):
    with pytest.raises(ApiException, match="too few observations") as caught:
        bound().importances().fetch()
    assert caught.value.status_code == 404


def test_without_observations_no_metric_has_importances(bound):
    assert bound().metric_importances().fetch().count == 0
