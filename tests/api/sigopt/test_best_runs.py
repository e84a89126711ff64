"""Which runs are best."""

import pytest

from armwright import sigopt

LOW = {"name": "y", "objective": "minimize"}
TWO = {"metrics": [{"name": "a"}, {"name": "b", "objective": "minimize"}], "budget": 20}


def best(experiment, *names):
    return [tuple(run.values[n].value for n in names) for run in experiment.get_best_runs()]


def test_one_metric_has_one_best_run(ended):
    assert best(ended([{"y": 1}, {"y": 3}, {"y": 2}]), "y") == [(3,)]


def test_the_least_is_best_where_it_is_minimized(ended):
    assert best(ended([{"y": 1}, {"y": 3}], metrics=[LOW]), "y") == [(1,)]


def test_of_equals_one_is_best(ended):
    assert len(best(ended([{"y": 1}, {"y": 1}]), "y")) == 1


def test_without_a_run_there_is_no_best(make):
    assert list(make().get_best_runs()) == []


def test_an_open_run_is_not_best(make):
    experiment = make(type="random")
    experiment.create_run().log_metric("y", 1)
    assert list(experiment.get_best_runs()) == []


def test_a_failed_run_is_not_best(ended):
    experiment = ended([{"y": 1}])
    run = experiment.create_run()
    run.log_metric("y", 5)
    run.log_failure()
    assert best(experiment, "y") == [(1,)]


def test_an_archived_run_is_not_best_until_it_is_back(ended):
    experiment = ended([{"y": 1}, {"y": 2}])
    top = next(experiment.get_best_runs())
    sigopt.archive_run(top.id)
    assert best(experiment, "y") == [(1,)]
    sigopt.unarchive_run(top.id)
    assert best(experiment, "y") == [(2,)]


def test_two_metrics_have_a_front_best_first_on_the_first_name(ended):
    values = [(1, 1), (3, 3), (2, 2), (2, 5), (0, 1)]
    experiment = ended([{"a": a, "b": b} for a, b in values], **TWO)
    assert best(experiment, "a", "b") == [(3, 3), (2, 2), (1, 1)]


def test_exact_duplicates_both_stay_on_the_front(ended):
    assert len(best(ended([{"a": 1, "b": 1}] * 2, **TWO), "a")) == 2


@pytest.mark.parametrize(("objective", "kept"), [("maximize", [5, 6]), ("minimize", [4, 5])])
def test_a_threshold_filters_the_front_and_may_be_reached(ended, objective, kept):
    metrics = [{"name": "a", "objective": objective, "threshold": 5}, {"name": "b"}]
    sign = -1 if objective == "maximize" else 1
    values = [{"a": a, "b": sign * a} for a in (4, 5, 6)]
    experiment = ended(values, metrics=metrics, budget=9)
    assert sorted(a for (a,) in best(experiment, "a")) == kept


@pytest.mark.parametrize(("objective", "kept"), [("maximize", (3, 2)), ("minimize", (2, 1))])
def test_a_constraint_must_be_met_and_may_be_reached(ended, objective, kept):
    bound = {"name": "c", "strategy": "constraint", "threshold": kept[1], "objective": objective}
    values = [{"y": 3, "c": 2}, {"y": 2, "c": 1}, {"y": 1, "c": kept[1]}]
    experiment = ended(values, metrics=[{"name": "y"}, bound], budget=9)
    assert best(experiment, "y", "c") == [kept]


def test_where_no_run_meets_the_constraints_none_is_best(ended):
    bound = {"name": "c", "strategy": "constraint", "threshold": 9}
    experiment = ended([{"y": 3, "c": 2}], metrics=[{"name": "y"}, bound], budget=9)
    assert best(experiment, "y") == []


def test_with_constraints_alone_every_run_that_meets_them_is_best(ended):
    bounds = [{"name": n, "strategy": "constraint", "threshold": 1} for n in "cd"]
    values = [{"c": 1, "d": 1}, {"c": 0, "d": 5}, {"c": 2, "d": 2}]
    experiment = ended(values, metrics=bounds, budget=9)
    assert sorted(best(experiment, "c", "d")) == [(1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("objective", "met", "order"), [("maximize", 0, [3, 2, 1]), ("minimize", 9, [1, 2, 3])]
)
def test_with_constraints_alone_the_first_of_them_orders(ended, objective, met, order):
    bounds = [
        {"name": "c", "strategy": "constraint", "threshold": met, "objective": objective},
        {"name": "d", "strategy": "constraint", "threshold": 0},
    ]
    values = [{"c": 2, "d": 9}, {"c": 3, "d": 1}, {"c": 1, "d": 5}]
    experiment = ended(values, metrics=bounds, budget=9)
    assert [c for c, _ in best(experiment, "c", "d")] == order


def test_a_stored_metric_does_not_matter_for_the_order(ended):
    metrics = [{"name": "y"}, {"name": "a", "strategy": "store"}]
    experiment = ended([{"y": 1, "a": 9}, {"y": 2, "a": 0}], metrics=metrics)
    assert best(experiment, "y", "a") == [(2, 0)]


def test_a_new_threshold_counts_for_runs_that_are_there(ended):
    bound = {"name": "c", "strategy": "constraint", "threshold": 1}
    experiment = ended([{"y": 3, "c": 2}], metrics=[{"name": "y"}, bound], budget=9)
    experiment.update(metrics=[{"name": "y"}, {**bound, "threshold": 3}])
    assert best(experiment, "y") == []


def test_a_best_run_may_lie_outside_new_bounds(ended):
    experiment = ended([{"y": 3}])
    experiment.update(parameters=[{"name": "x", "type": "double", "bounds": {"min": 5, "max": 6}}])
    assert best(experiment, "y") == [(3,)]


def test_the_line_that_users_write_works(ended):
    run = list(ended([{"y": 3}]).get_best_runs())[0]  # noqa: RUF015 - as users write it
    assert (run.values["y"].value, set(run.assignments)) == (3, {"x"})


# Several solutions ------------------------------------------------------------------------------


def with_runs_at(make, places, **fields):
    experiment = make(type="random", budget=50, **fields)
    for place, value in places:
        run = experiment.create_run()
        run.set_parameter("x", place)  # where it says it was, whatever was suggested
        run.log_metric("y", value)
        run.end()
    return experiment


TOP = [(0.50, 10), (0.51, 9), (0.90, 8)]
REST = [(i / 20, -i) for i in range(12)]


def test_several_solutions_lie_apart_best_first(make):
    experiment = with_runs_at(make, [*REST, *TOP], num_solutions=2)
    assert best(experiment, "y") == [(10,), (8,)]


def test_several_solutions_of_a_minimized_metric_are_the_least(make):
    places = [(x, -y) for x, y in (*REST, *TOP)]
    experiment = with_runs_at(make, places, num_solutions=2, metrics=[LOW])
    assert best(experiment, "y") == [(-10,), (-8,)]


def test_solutions_come_from_the_top_fifth(make):
    places = [*((0.5 + i / 50, 10 - i / 10) for i in range(10)), *((0.0, -i) for i in range(40))]
    experiment = with_runs_at(make, places, num_solutions=2)
    assert all(y > 0 for (y,) in best(experiment, "y"))


def test_runs_at_one_place_are_one_solution(make):
    places = [*((0.5 + i / 1000, 10 - i / 10) for i in range(10)), *((0.0, -i) for i in range(40))]
    experiment = with_runs_at(make, places, num_solutions=3)
    assert best(experiment, "y") == [(10,), (0,)]


def test_a_solution_may_lie_outside_of_narrowed_bounds(make):
    experiment = with_runs_at(make, [*REST, *TOP], num_solutions=2)
    experiment.update(parameters=[{"name": "x", "bounds": {"min": 0.0, "max": 0.6}}])
    assert best(experiment, "y") == [(10,), (8,)]


def test_there_are_fewer_solutions_while_there_are_fewer_runs(make):
    assert len(best(with_runs_at(make, [(0.5, 1)], num_solutions=3), "y")) == 1


@pytest.mark.slow
def test_a_search_for_two_solutions_finds_two_peaks(make):
    experiment = make(budget=16, num_solutions=2)
    for run in experiment.loop():
        with run:
            x = run.params.x
            run.log_metric("y", max(1 - abs(x - 0.2) * 4, 0.9 - abs(x - 0.8) * 4))
    places = [run.assignments["x"] for run in experiment.get_runs()]
    assert min(abs(x - 0.2) for x in places) < 0.02
    assert min(abs(x - 0.8) for x in places) < 0.02
    assert len(list(experiment.get_best_runs())) == 2
