"""Tasks: cheaper ways to measure, which share the budget with the one that counts."""

import pytest

import armwright
from armwright.sigopt.core.tasks import next_task
from armwright.sigopt.exception import ApiException
from armwright.sigopt.folders import opened
from armwright.sigopt.objects import Task
from armwright.sigopt.replaying import replay

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
CHEAP, FULL = {"name": "cheap", "cost": 0.1}, {"name": "full", "cost": 1}
TASKS = {"tasks": [CHEAP, FULL], "observation_budget": 5}


def test_tasks_are_objects_in_the_order_given(create):
    found = create(**TASKS).tasks
    assert [type(task) for task in found] == [Task, Task]
    assert [(task.name, task.cost) for task in found] == [("cheap", 0.1), ("full", 1)]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"tasks": [FULL]}, "tasks should be two or more"),
        ({"tasks": [CHEAP, CHEAP]}, "the names of tasks should be different"),
        ({"tasks": [CHEAP, {"name": "b", "cost": 0.1}]}, "the costs of tasks should be different"),
        ({"tasks": [CHEAP, {"name": "b", "cost": 0.5}]}, "one task should cost 1"),
        ({"tasks": [CHEAP, {"name": "b", "cost": 0}]}, "cost should be above 0"),
        ({"tasks": [CHEAP, {"name": "b", "cost": 1.5}]}, "at most 1"),
        ({"tasks": [CHEAP, {"name": "b", "cost": "1"}]}, "should be a finite number"),
        ({"tasks": [CHEAP, {"cost": 1}]}, "the name of a task"),
        ({"tasks": [CHEAP, "full"]}, "a task should be an object"),
        ({"tasks": [CHEAP, {**FULL, "size": 1}]}, "unknown key 'size'"),
        ({"tasks": 3}, "tasks should be a list"),
        ({"observation_budget": None}, "tasks need an observation_budget"),
        ({"metrics": ["y", "z"]}, "tasks need one optimized metric"),
        (
            {"metrics": ["y", {"name": "z", "strategy": "constraint", "threshold": 1}]},
            "tasks exclude constraint metrics",
        ),
        ({"num_solutions": 2}, "tasks exclude num_solutions above 1"),
    ],
)
def test_what_cannot_be_is_refused(create, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        create(**{**TASKS, **fields})
    assert caught.value.status_code == 400


@pytest.mark.parametrize("given", [[], None])
def test_no_tasks_are_no_tasks(bound, given):
    assert bound(tasks=given).suggestions().create().task is None


def test_the_budget_of_tasks_cannot_be_taken_away(bound):
    with pytest.raises(ApiException, match="tasks need an observation_budget"):
        bound(**TASKS).update(observation_budget=None)


@pytest.mark.parametrize("kind", ["random", "offline"])
def test_a_suggestion_has_a_task(bound, kind):
    task = bound(**TASKS, type=kind).suggestions().create().task
    assert (task.name, task.cost) == ("cheap", 0.1)


def test_the_task_is_no_assignment(bound):
    assert list(bound(**TASKS).suggestions().create().assignments) == ["x"]


def test_an_observation_has_the_task_of_its_suggestion(bound):
    resource = bound(**TASKS)
    suggestion = resource.suggestions().create()
    made = resource.observations().create(suggestion=suggestion.id, value=1)
    assert made.task == suggestion.task


def test_an_observation_cannot_have_another_task_than_its_suggestion(bound):
    resource = bound(**TASKS)
    suggestion = resource.suggestions().create()
    with pytest.raises(ApiException, match="is of task 'cheap', got 'full'"):
        resource.observations().create(suggestion=suggestion.id, value=1, task="full")


@pytest.mark.parametrize("task", ["full", {"name": "full"}, FULL, Task(FULL)])
def test_assignments_are_observed_with_a_task(bound, task):
    made = bound(**TASKS).observations().create(assignments={"x": 0.5}, task=task, value=1)
    assert made.task.name == "full"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "assignments need a task"),
        ({"task": "huge"}, "task should be one of cheap, full"),
        ({"task": {"name": "full", "cost": 0.1}}, "task 'full' has a cost of 1, got 0.1"),
    ],
)
def test_assignments_without_a_known_task_are_refused(bound, fields, problem):
    with pytest.raises(ApiException, match=problem):
        bound(**TASKS).observations().create(assignments={"x": 0.5}, value=1, **fields)


def test_a_task_can_be_queued(bound):
    resource = bound(**TASKS)
    made = resource.queued_suggestions().create(assignments={"x": 0.5}, task="full")
    assert made.task.name == resource.suggestions().create().task.name == "full"


def test_the_budget_is_used_up_by_costs(bound):
    resource = bound(**TASKS)
    for task in ("cheap", "cheap", "cheap", "full"):
        resource.observations().create(assignments={"x": 0.5}, task=task, value=1)
    progress = resource.fetch().progress
    assert (progress.observation_count, progress.observation_budget_consumed) == (4, 1.3)


def test_the_best_is_of_the_task_that_costs_1(bound):
    resource = bound(**TASKS)
    for task, value in (("cheap", 9.0), ("full", 1.0), ("full", 2.0)):
        resource.observations().create(assignments={"x": 0.5}, task=task, value=value)
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert best.value == 2.0


def test_a_parameter_may_be_called_task(bound):
    resource = bound(**TASKS, parameters=[{**X, "name": "task"}])
    suggestion = resource.suggestions().create()
    assert 0 <= suggestion.assignments["task"] <= 1
    assert suggestion.task.name == "cheap"


def spent(budget, tasks=(CHEAP, FULL)):
    definition = {"tasks": list(tasks), "budget": budget}
    costs, used = {task["name"]: task["cost"] for task in tasks}, []
    while sum(costs[name] for name in used) < budget - 1e-9:
        used.append(next_task(definition, used))
    return used


def test_the_cheapest_task_comes_first_and_the_one_that_counts_last():
    used = spent(10)
    assert used[:9] == ["cheap"] * 9
    assert used[-2:] == ["full"] * 2


def test_tasks_use_up_equal_shares_of_the_budget():
    used = spent(20, [CHEAP, {"name": "half", "cost": 0.5}, FULL])
    shares = [used.count("cheap") * 0.1, used.count("half") * 0.5]
    assert max(shares) - min(shares) < 1
    assert used.count("full") >= 20 / 3


def test_a_budget_of_one_is_for_the_task_that_counts():
    assert spent(1) == ["full"]


@pytest.mark.slow
def test_cheap_tasks_help_to_find_the_best_of_the_one_that_counts(bound):
    resource = bound(
        type="offline",
        parameters=[X, {**X, "name": "z"}],
        tasks=[{"name": "cheap", "cost": 0.1}, FULL],
        observation_budget=8,
    )
    experiment = resource.fetch()
    while experiment.progress.observation_budget_consumed < 8:
        suggestion = resource.suggestions().create()
        x, z = suggestion.assignments["x"], suggestion.assignments["z"]
        value = -((x - 0.3) ** 2) - (z - 0.7) ** 2
        if suggestion.task.name == "cheap":
            value = 2 * value + 0.1 * x
        resource.observations().create(suggestion=suggestion.id, value=value)
        experiment = resource.fetch()
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert best.value > -0.01


@pytest.mark.slow
def test_a_deadline_that_leaves_no_time_is_kept_with_tasks_and_comes_out_again(observe):
    fields = {**TASKS, "observation_budget": 30, "type": "offline"}
    resource = observe([place / 8 for place in range(8)], **fields)
    url = opened(resource.fetch().id).url
    (trial,) = armwright.open(url).ask(within=0.0)
    arm = armwright.open(url).facts(trial.number).arm
    notes = arm["trial"]["generator_run"]["gen_metadata"]["notes"]
    assert notes == ["the deadline left no time for a model: the points fill the space"]
    found = replay(url, trial.number)
    assert found.equal, str(found)
