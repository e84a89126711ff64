"""Each policy and goal: what is made beforehand is all it uses; deadlines wait for no compiler."""

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Goal,
    Measurements,
    Observations,
    Policy,
    Problem,
    Settings,
    compiled,
    model,
    pace,
    predict,
    sobol,
    suggest,
    to_model,
    warm_up,
)
from armwright.optimizer.deadline import Deadline
from armwright.optimizer.input_warp import WarpLesson

SQUARE = Problem(columns=(Column(), Column()))
FIDELITY = Problem(columns=(Column(), Column(role="fidelity", target=1.0)))
TASK = Problem(columns=(Column(), Column(kind="choice", levels=2, role="task", target=0.0)))
NO_BOUND = np.empty(0)
ONE = Goal.single()
TWO = Goal(weights=np.eye(2), lower=NO_BOUND, upper=NO_BOUND)
THREE = Goal(weights=np.eye(3), lower=NO_BOUND, upper=NO_BOUND)
BOUNDED = Goal(weights=np.eye(1), lower=np.array([-np.inf]), upper=np.array([0.5]))
NO_AIM = Goal(weights=np.empty((0, 0)), lower=np.array([0.2]), upper=np.array([0.5]))

CASES = {
    "two objectives": (SQUARE, TWO, Policy(), False),
    "three objectives": (SQUARE, THREE, Policy(), False),
    "bounded": (SQUARE, BOUNDED, Policy(), False),
    "bounds alone": (SQUARE, NO_AIM, Policy(), False),
    "tasks": (TASK, ONE, Policy(), False),
    "knowledge": (FIDELITY, ONE, Policy(search_for="knowledge"), False),
    "maximum": (SQUARE, ONE, Policy(search_for="maximum"), False),
    "draws": (SQUARE, ONE, Policy(draws=3), False),
    "failures": (SQUARE, ONE, Policy(), True),
    "knowledge, failures": (FIDELITY, ONE, Policy(search_for="knowledge"), True),
}


def asked(problem, goal, policy, failures, count=6, **options):
    """Six arms measured, two failed; what comes next."""
    values = sobol(problem, seed=1, start=0, count=count + 2).values
    x = to_model(problem, values)
    y = np.column_stack([np.sin((3 + i) * x).sum(axis=1) for i in range(goal.outcomes)])
    held = {
        place: column.target
        for place, column in enumerate(problem.columns)
        if column.role == "task"
    }
    return suggest(
        problem,
        Measurements(x=x[:count], y=y[:count]),
        goal=goal,
        policy=policy,
        failed=x[count:] if failures else None,
        held=held,
        seed=0,
        **options,
    )


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Nothing in memory or on disk; counts what this process compiles."""
    monkeypatch.setenv("ARMWRIGHT_CACHE", str(tmp_path))
    monkeypatch.setattr(compiled, "_programs", {})
    counted, real = [], compiled._compile

    def counting(entry, shapes, kind, number):
        counted.append(kind)
        return real(entry, shapes, kind, number)

    monkeypatch.setattr(compiled, "_compile", counting)
    return counted


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_is_made_beforehand_is_all_that_an_arm_and_its_prediction_need(
    fresh, monkeypatch, case
):
    problem, goal, policy, failures = CASES[case]
    known = {"succeeded": 6, "failed": 2} if failures else {}
    (made,) = warm_up(problem, goal, trials=8, policy=policy, **known)
    assert (made.rows, made.programs, made.compiled) == (16, len(fresh), len(fresh))
    monkeypatch.setattr(compiled, "_programs", {})  # as in another process
    fresh.clear()
    within = 600.0 if case == "draws" else None
    found = asked(problem, goal, policy, failures, within=within)
    x = to_model(problem, sobol(problem, seed=3, start=0, count=4).values)
    y = np.column_stack([x.sum(axis=1)] * goal.outcomes)
    predict(problem, Measurements(x=x, y=y), found.fits, x, goal=goal, size=found.bucket)
    assert fresh == []
    assert np.isfinite(found.mean).all()


@pytest.mark.slow
def test_the_program_that_learns_the_warp_of_inputs_is_made_beforehand_too(fresh, monkeypatch):
    settings = Settings(input_warp=True, output_warp="likeliest")
    small, large = warm_up(SQUARE, ONE, trials=20, settings=settings)
    assert (small.programs, large.programs) == (2, 3)  # fewer observations teach no warp
    monkeypatch.setattr(compiled, "_programs", {})  # as in another process
    fresh.clear()
    found = asked(SQUARE, ONE, Policy(), failures=False, count=20, settings=settings)
    assert fresh == []
    assert found.fits[0].input_warp


@pytest.mark.parametrize("case", CASES)
def test_a_deadline_waits_for_no_compiler(monkeypatch, case):
    monkeypatch.setenv("ARMWRIGHT_CACHE", "off")
    monkeypatch.setattr(compiled, "_programs", {})
    monkeypatch.setattr(compiled, "_compile", pytest.fail)
    found = asked(*CASES[case], within=5.0)
    assert found.notes == ("the deadline left no time for a model: the points fill the space",)
    assert found.values.shape == (1, 2)


@pytest.mark.slow
def test_without_time_for_draws_all_of_them_are_the_fit(monkeypatch):
    x = sobol(SQUARE, seed=1, start=0, count=8).values
    data, policy = Observations(x=x, y=np.sin(5 * x).sum(axis=1)), Policy(draws=4)
    free = suggest(SQUARE, data, policy=policy, seed=0)
    assert len(set(free.fits[0].draws)) == 4
    monkeypatch.setattr(model, "has_time_to_draw", lambda *_: False)
    found = suggest(SQUARE, data, policy=policy, seed=0)
    assert len(found.fits[0].draws) == 4
    assert len(set(found.fits[0].draws)) == 1
    assert found.values.shape == (1, 2)


@pytest.mark.parametrize(("each", "enough"), [(1e-4, True), (1e-2, False)])
def test_whether_draws_are_in_time_is_told_by_what_an_evaluation_takes(monkeypatch, each, enough):
    now = [0.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])

    def teach(limit):
        now[0] += 0.01 + each * limit

    monkeypatch.setattr(pace, "teach", teach)
    deadline = Deadline(5.0)
    assert pace.has_time_to_draw(lambda limit: limit, 16, deadline) is enough
    notes = () if enough else ("the deadline cut the draws of hyperparameters",)
    assert deadline.notes == notes


@pytest.mark.parametrize(("each", "enough"), [(1e-3, True), (1e-1, False)])
def test_whether_a_warp_is_learned_in_time_is_told_by_what_an_evaluation_takes(
    monkeypatch, each, enough
):
    now = [0.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pace, "missing", lambda _: [])

    def warp(lesson):
        now[0] += 0.01 + each * int(lesson.limit)

    monkeypatch.setattr(pace, "warp", warp)
    deadline = Deadline(5.0)
    nothing = dict.fromkeys(("rows", "start", "shapes", "warps"))
    lesson = WarpLesson(**nothing, limit=np.int32(60))
    assert pace.has_time_to_warp(lesson, deadline) is enough
    notes = () if enough else ("the deadline cut the learning of the inputs' warp",)
    assert deadline.notes == notes


def test_a_deadline_has_the_program_that_learns_a_warp_compiled_for_later(monkeypatch, tmp_path):
    monkeypatch.setenv("ARMWRIGHT_CACHE", str(tmp_path))
    begun = []
    monkeypatch.setattr(pace, "missing", lambda wanted: wanted)
    monkeypatch.setattr(pace, "compile_elsewhere", begun.append)
    monkeypatch.setattr(pace, "warp", pytest.fail)
    nothing = dict.fromkeys(("rows", "start", "shapes", "warps"))
    lesson = WarpLesson(**nothing, limit=np.int32(60))
    assert not pace.has_time_to_warp(lesson, Deadline(5.0))
    assert begun == [[("warp", 0, lesson)]]


@pytest.mark.slow
def test_with_time_enough_a_deadline_learns_the_warp_of_inputs_that_there_is_without_one():
    settings = Settings(input_warp=True)
    free, bound = (
        asked(SQUARE, ONE, Policy(), failures=False, count=20, settings=settings, within=within)
        for within in (None, 600.0)
    )
    assert bound.notes == free.notes
    assert bound.fits == free.fits
    assert bound.values.tolist() == free.values.tolist()
