"""Averages over hyperparameters that begin where noise has been seen."""

from dataclasses import replace

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Hyperparameters,
    Measurements,
    Observations,
    Policy,
    Problem,
    Settings,
    compile_count,
    compiled,
    suggest,
)
from armwright.optimizer.averaging import AVERAGED, sees_noise

SQUARE = Problem(columns=(Column(), Column()))
QUIET = Hyperparameters(lengthscales=(0.4, 0.4), outputscale=1.0, noise=3e-4)
KINDS = ("learn", "draw", "search")
LOUD = replace(QUIET, noise=1e-2)


def known(count=10):
    rng = np.random.default_rng(0)
    x = rng.random((count, 2))
    noise = 0.1 * rng.standard_normal(count)
    return Observations(x=x, y=-((x - 0.4) ** 2).sum(axis=1) + noise)


def measured(count=10, outcomes=1):
    found = Measurements.of(known(count))
    return replace(found, y=np.repeat(found.y, outcomes, axis=1), noise=None)


def sees(*, problem=SQUARE, on=None, warm=(LOUD,), settings=None):
    return sees_noise(problem, on or measured(), warm, settings or Settings())


def test_noise_is_seen_where_the_last_fit_knows_of_more_than_is_expected_beforehand():
    assert sees()
    assert not sees(warm=(QUIET,))
    assert not sees(warm=(None,))


def test_noise_is_judged_on_the_own_scale_of_the_objective():
    assert not sees(warm=(replace(LOUD, drawn_in=True),))
    assert not sees(warm=(replace(LOUD, drawn_in=True, other=QUIET),))
    assert sees(warm=(replace(QUIET, drawn_in=True, other=LOUD),))


@pytest.mark.parametrize(
    "case",
    [
        {"settings": Settings(output_warp="none")},
        {"settings": Settings(input_warp=True)},
        {"on": measured(129)},
        {"on": measured(outcomes=2), "warm": (LOUD, LOUD)},
        {"problem": Problem(columns=(Column(), Column(role="fidelity", target=1.0)))},
    ],
    ids=["scale", "warp", "many", "bounds", "fidelity"],
)
def test_what_has_not_been_tried_is_not_averaged(case):
    assert not sees(**case)


def asked(warm=LOUD, **how):
    return suggest(SQUARE, known(), warm=warm, seed=4, remaining=20, **how)


@pytest.mark.slow
def test_an_arm_after_a_noisy_fit_is_averaged_and_says_so():
    proposal = asked()
    assert len(proposal.fits[0].draws) == AVERAGED.draws
    assert "averaged over 8 draws" in proposal.notes[0]


@pytest.mark.slow
def test_an_arm_after_a_quiet_fit_is_not():
    proposal = asked(QUIET)
    assert proposal.fits[0].draws == ()
    assert proposal.notes == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    "how",
    [
        {"count": 2},
        {"pending": np.array([[0.2, 0.7]])},
        {"failed": np.array([[0.2, 0.7]])},
        {"held": {0: 0.5}},
        {"policy": Policy(search_for="maximum")},
    ],
    ids=lambda how: next(iter(how)),
)
def test_arms_beside_others_and_for_other_ends_are_not_averaged(how):
    assert asked(**how).fits[0].draws == ()


@pytest.mark.slow
def test_averaged_arms_come_out_again():
    one, other = asked(), asked()
    assert one.values.tobytes() == other.values.tobytes()
    assert one.fits == other.fits


@pytest.mark.slow
def test_the_program_of_averages_is_compiled_once_for_a_padded_size():
    asked()
    before = [compile_count(kind) for kind in KINDS]
    suggest(SQUARE, known(11), warm=LOUD, seed=9)
    assert [compile_count(kind) for kind in KINDS] == before


@pytest.mark.slow
def test_a_deadline_does_not_wait_for_the_program_of_averages(monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_CACHE", "off")
    monkeypatch.setattr(compiled, "_programs", {})  # nobody compiled them yet
    settings = Settings(searches=6)
    suggest(SQUARE, known(), warm=QUIET, seed=4, settings=settings)
    proposal = suggest(SQUARE, known(), warm=LOUD, seed=4, settings=settings, within=600.0)
    assert proposal.fits[0].draws == ()
    assert proposal.notes == ("the deadline cut the average over hyperparameters",)
    assert len(proposal.values) == 1
