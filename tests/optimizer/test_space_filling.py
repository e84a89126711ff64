"""The Sobol start: feasible, new, continued, and finished when the space is."""

import subprocess
import sys

import numpy as np
import pytest

from armwright.optimizer import Column, Problem, feasible, sobol

CUBE = Problem(columns=(Column(), Column(lower=1e-4, upper=1.0, log=True), Column()))
GRID = Problem(columns=(Column(lower=1, upper=4, step=1.0), Column(kind="choice", levels=3)))


def with_sum_below(bound, columns):
    return Problem(
        columns=columns,
        constraint_weights=np.ones((1, len(columns))),
        constraint_bounds=np.array([bound]),
    )


def test_a_draw_continues_where_the_last_one_stopped():
    whole = sobol(CUBE, seed=5, start=0, count=7)
    first = sobol(CUBE, seed=5, start=0, count=3)
    second = sobol(CUBE, seed=5, start=first.next_position, count=4)
    np.testing.assert_array_equal(whole.values, np.concatenate([first.values, second.values]))
    assert second.next_position == whole.next_position == 7


def test_a_countable_space_is_drawn_once_through_and_then_exhausted():
    draw = sobol(GRID, seed=0, start=0, count=12)
    assert len(np.unique(draw.values, axis=0)) == 12
    assert not draw.exhausted
    again = sobol(GRID, seed=0, start=draw.next_position, count=2, exclude=draw.values)
    assert again.exhausted
    assert again.values.shape == (0, 2)


def test_what_was_used_is_not_drawn_again():
    used = sobol(GRID, seed=0, start=0, count=10).values
    rest = sobol(GRID, seed=1, start=0, count=5, exclude=used)
    assert rest.exhausted
    assert len(np.unique(np.concatenate([used, rest.values]), axis=0)) == 12


@pytest.mark.parametrize("bound", [2.0, 0.5, 0.02])
def test_points_are_feasible_also_where_rejection_finds_none(bound):
    problem = with_sum_below(bound, (Column(), Column(), Column(), Column(lower=0, upper=2)))
    draw = sobol(problem, seed=2, start=0, count=9)
    assert len(draw.values) == 9
    assert feasible(problem, draw.values).all()
    assert len(np.unique(draw.values, axis=0)) == 9


def test_constraints_on_whole_numbers_hold_exactly():
    problem = with_sum_below(10.0, tuple(Column(lower=0, upper=40, step=1.0) for _ in range(4)))
    draw = sobol(problem, seed=2, start=0, count=30)
    assert len(np.unique(draw.values, axis=0)) == 30
    assert (draw.values.sum(axis=1) <= 10).all()


def test_a_region_without_points_is_an_error():
    problem = with_sum_below(-1.0, (Column(), Column()))
    with pytest.raises(ValueError, match="no feasible point found"):
        sobol(problem, seed=0, start=0, count=1)
    problem = with_sum_below(-1.0, (Column(lower=0, upper=3, step=1.0),) * 2)
    with pytest.raises(ValueError, match="no point of the space satisfies"):
        sobol(problem, seed=0, start=0, count=1)


@pytest.mark.parametrize("name", ["seed", "start", "count"])
def test_negative_arguments_are_refused(name):
    arguments = {"seed": 0, "start": 0, "count": 1} | {name: -1}
    with pytest.raises(ValueError, match="must not be negative"):
        sobol(CUBE, **arguments)


def test_a_sobol_arm_needs_neither_jax_nor_scipy():
    code = (
        "import sys; from armwright.optimizer import Column, Problem, sobol; "
        "sobol(Problem(columns=(Column(),)), seed=0, start=0, count=3); "
        "sys.exit(bool({'jax', 'scipy', 'jaxtyping'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_search_may_begin_in_the_middle_of_its_ranges_and_goes_on_as_ever():
    plain = sobol(CUBE, seed=5, start=0, count=7)
    search = sobol(CUBE, seed=5, start=0, count=7, middle_first=True)
    np.testing.assert_allclose(search.values[0], [0.5, 1e-2, 0.5], rtol=1e-14)
    np.testing.assert_array_equal(search.values[1:], plain.values[1:])
    assert search.next_position == 7
    later = sobol(CUBE, seed=5, start=2, count=5, middle_first=True)
    np.testing.assert_array_equal(later.values, plain.values[2:])


def test_choices_and_tasks_and_fidelities_have_no_middle():
    problem = Problem(
        columns=(
            Column(lower=0, upper=10, step=1.0),
            Column(kind="choice", levels=50),
            Column(kind="choice", levels=50, role="task"),
            Column(role="fidelity", target=1.0),
        )
    )
    plain = sobol(problem, seed=1, start=0, count=1).values[0]
    middle = sobol(problem, seed=1, start=0, count=1, middle_first=True).values[0]
    np.testing.assert_array_equal(middle, [5.0, *plain[1:]])


def test_a_middle_that_breaks_a_constraint_or_was_used_is_not_drawn():
    problem = with_sum_below(1.0, (Column(), Column(), Column()))
    plain = sobol(problem, seed=4, start=0, count=3)
    search = sobol(problem, seed=4, start=0, count=3, middle_first=True)
    np.testing.assert_array_equal(search.values, plain.values)
    plain = sobol(CUBE, seed=5, start=0, count=3)
    used = sobol(CUBE, seed=6, start=0, count=1, middle_first=True).values
    search = sobol(CUBE, seed=5, start=0, count=3, exclude=used, middle_first=True)
    np.testing.assert_array_equal(search.values, plain.values)
