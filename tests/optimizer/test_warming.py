"""Programs made beforehand are the ones used, and the next size is ready when it is due."""

import time

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Goal,
    Hyperparameters,
    Observations,
    Policy,
    Problem,
    Settings,
    compiled,
    compiling,
    sobol,
    suggest,
    warm_up,
    warming,
)

CORNER = Problem(
    columns=(Column(), Column(), Column()),
    constraint_weights=np.ones((1, 3)),
    constraint_bounds=np.array([2.0]),
)


def data(count):
    x = sobol(CORNER, seed=1, start=0, count=count).values
    return Observations(x=x, y=-((x - 0.4) ** 2).sum(axis=1))


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Nothing in memory or on disk; counts what this process compiles."""
    monkeypatch.setenv("ARMWRIGHT_CACHE", str(tmp_path))
    monkeypatch.delenv("ARMWRIGHT_COMPILE_AHEAD", raising=False)
    monkeypatch.setattr(compiled, "_programs", {})
    monkeypatch.setattr(warming, "_begun", set())
    monkeypatch.setattr(compiling, "_children", [])
    counted, real = [], compiled._compile

    def counting(entry, shapes, kind, searches):
        counted.append(kind)
        return real(entry, shapes, kind, searches)

    monkeypatch.setattr(compiled, "_compile", counting)
    yield counted
    compiling.compiles_ahead(on=False)
    for child in compiling._children:
        child.wait()


@pytest.mark.slow
def test_what_was_warmed_up_is_not_compiled_again(fresh, monkeypatch):
    made = list(warm_up(CORNER, Goal.single(), trials=20))
    # To learn, to search, and two more to draw hyperparameters and search under all of them.
    assert [(one.rows, one.compiled) for one in made] == [(16, 4), (32, 4)]
    assert [one.compiled for one in warm_up(CORNER, Goal.single(), trials=20)] == [0, 0]
    monkeypatch.setattr(compiled, "_programs", {})  # as in another process
    fresh.clear()
    noisy = Hyperparameters(lengthscales=(0.4,) * 3, outputscale=1.0, noise=1e-2)
    for count in (5, 17):
        assert suggest(CORNER, data(count), seed=0).fits[0].draws == ()
        assert suggest(CORNER, data(count), warm=noisy, seed=0).fits[0].draws != ()
    assert fresh == []


@pytest.mark.slow
@pytest.mark.timeout(900)  # the other process gives way to whatever else runs
def test_a_process_that_lives_finds_the_next_size_compiled_when_it_is_due(fresh):
    compiling.compiles_ahead()
    suggest(CORNER, data(10), seed=0)
    assert compiling._children == []
    suggest(CORNER, data(14), seed=0)
    suggest(CORNER, data(15), seed=0)
    (child,) = compiling._children
    assert child.wait() == 0
    fresh.clear()
    assert suggest(CORNER, data(17), seed=0).bucket == 32
    assert fresh == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_another_process_compiles_is_waited_for(fresh, monkeypatch):
    monkeypatch.setattr(compiled, "_LONGEST_WAIT", 250.0)  # it may have to wait for its turn
    compiling.compiles_ahead()
    suggest(CORNER, data(14), seed=0)
    (child,) = compiling._children
    entry = compiled._program(*_next_learn()).entry
    while child.poll() is None and not entry.is_being_made:
        time.sleep(0.01)
    fresh.clear()
    suggest(CORNER, data(17), seed=0)
    assert "learn" not in fresh


def _next_learn():
    from armwright.optimizer.precision import double_precision
    from armwright.optimizer.settings import Settings

    with double_precision():
        _, _, lesson = warming._stand_in(CORNER, Goal.single(), 32, Settings()).programs()[0]
    return "learn", lesson, 0


@pytest.mark.slow
def test_where_trials_fail_what_is_made_beforehand_is_for_as_many_as_may_fail(fresh, monkeypatch):
    made = list(warm_up(CORNER, Goal.single(), trials=24, succeeded=10, failed=6))
    # To predict, and to search away from 16 or up to 32 trials; then of 32 rows, 32 trials alone.
    assert [(one.rows, one.programs) for one in made] == [(16, 4), (32, 3)]
    monkeypatch.setattr(compiled, "_programs", {})  # as in another process
    fresh.clear()
    lost = sobol(CORNER, seed=5, start=0, count=8).values
    for count, failures in ((10, 6), (15, 8), (17, 7)):
        suggest(CORNER, data(count), failed=lost[:failures], seed=0)
    assert fresh == []


@pytest.mark.slow
def test_sizes_that_an_experiment_has_outgrown_are_not_made(fresh):
    made = list(warm_up(CORNER, Goal.single(), trials=20, succeeded=17))
    assert [one.rows for one in made] == [32]
    assert len(fresh) == 4


@pytest.fixture
def kinds_for(monkeypatch):
    """What kinds of programs are made beforehand, without making them."""

    def kinds_for(goal=None, **how):
        wanted = []
        monkeypatch.setattr(warming, "missing", lambda some: wanted.extend(some) or [])
        list(warm_up(CORNER, goal or Goal.single(), **{"trials": 16, **how}))
        return {kind for kind, *_ in wanted}

    return kinds_for


def test_averages_are_made_beforehand(kinds_for):
    assert kinds_for() == {"learn", "search", "draw"}


@pytest.mark.parametrize(
    "how",
    [
        {"goal": Goal(weights=np.eye(2), lower=np.empty(0), upper=np.empty(0))},
        {"failed": 1},
        {"policy": Policy(search_for="maximum")},
        {"settings": Settings(output_warp="none")},
        {"succeeded": 129, "trials": 130},
    ],
    ids=lambda how: next(iter(how)),
)
def test_averages_are_not_made_beforehand_where_noise_starts_none(how, kinds_for):
    assert "draw" not in kinds_for(**how)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_next_size_is_compiled_for_what_failed(fresh):
    compiling.compiles_ahead()
    lost = sobol(CORNER, seed=5, start=0, count=3).values
    suggest(CORNER, data(14), failed=lost, seed=0)
    (child,) = compiling._children
    assert child.wait() == 0
    fresh.clear()
    assert suggest(CORNER, data(17), failed=lost, seed=0).bucket == 32
    assert fresh == []


@pytest.mark.parametrize(
    ("arguments", "sizes"),
    [
        ((10, 10, 10, 6, 16), [16]),  # the budget is used up
        ((10, 16, 10, 6, 24), [16, 32]),
        ((1, 16, 0, 5, 64), [16, 32, 48, 64]),  # nothing has succeeded yet
        ((900, 1000, 900, 10, 2000), [320]),  # no more than 256 of a kind are kept
        ((17, 32, 17, 1, 40), [32, 48]),
    ],
    ids=repr,
)
def test_how_many_trials_are_kept_to_tell_where_others_fail(arguments, sizes):
    assert warming._kept(*arguments) == sizes


def test_a_process_that_said_nothing_compiles_nothing_beforehand(monkeypatch):
    monkeypatch.setattr(warming, "compile_elsewhere", pytest.fail)
    square = Problem(columns=(Column(), Column()))
    x = sobol(square, seed=1, start=0, count=15).values
    suggest(square, Observations(x=x, y=x.sum(axis=1)), seed=0)


def test_the_environment_turns_compiling_ahead_off(monkeypatch):
    monkeypatch.delenv("ARMWRIGHT_COMPILE_AHEAD", raising=False)
    monkeypatch.setattr(compiling, "_ahead", True)
    assert compiling.is_compiling_ahead()
    monkeypatch.setenv("ARMWRIGHT_COMPILE_AHEAD", "off")
    assert not compiling.is_compiling_ahead()


def test_without_an_interpreter_to_start_nothing_is_begun(monkeypatch):
    monkeypatch.setattr(compiling.sys, "executable", "")
    assert not compiling.compile_elsewhere([("learn", 0, None)])
    monkeypatch.setattr(compiling.sys, "executable", "/no/such/python")
    assert not compiling.compile_elsewhere([("learn", 0, None)])
