"""One trial of a stored experiment after the other, with callbacks and a line on the screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from armwright.callbacks.aims import aims_of
from armwright.callbacks.progress_line import progress_line
from armwright.callbacks.telling import Teller
from armwright.errors import NothingLeftError
from armwright.persistence.absolute_bounds import has_status_quo
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.measured import given_up, measured
from armwright.store.heartbeat import Heartbeat
from armwright.store.lease import Watcher
from armwright.store.process import this_place
from armwright.store.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from armwright.callbacks.aims import Aims
    from armwright.persistence.asked_trials import AskedTrial
    from armwright.persistence.measured import Values
    from armwright.persistence.stored_experiment import StoredExperiment
    from armwright.store import TrialFacts

__all__ = ["aims_of_stored", "take_in_completed", "tell_attempt", "told_loop"]

_LOOK_EVERY_S = 60.0  # from one look for workers that are gone to the next


def told_loop(
    stored: StoredExperiment,
    *,
    progress: bool,
    callbacks: Iterable[Any],
) -> Generator[AskedTrial, None, None]:
    """The trials that `loop` gives; of each it is told that it begins and, later, how it ended.

    Args:
        stored: The experiment.
        progress: Whether a line is shown where somebody sees it.
        callbacks: Who is told.

    Raises:
        UsageError: A callback is none.
    """
    teller = Teller(callbacks, experiment=stored.name, aims=aims_of_stored(stored))
    trials = _taken(stored)
    teller.line = progress_line(
        wanted=progress, name=stored.name, total=stored.budget, counts=lambda: _counts(stored)
    )
    if teller.line is None and not teller.callbacks:
        yield from trials
        return
    open_trial: AskedTrial | None = None
    with teller:
        try:
            while (trial := next(trials, None)) is not None:
                take_in_completed(teller, stored)
                open_trial = trial
                arms = {trial.arm.name: trial.arm.parameters}
                teller.started(trial.number, arms, attempt=trial.attempt)
                yield trial
                open_trial = None
                # Before the next one is taken: what a callback raises leaves none running.
                _tell_end(teller, stored, trial)
        finally:
            trials.close()
            if open_trial is not None:
                _tell_end(teller, stored, open_trial)


def aims_of_stored(stored: StoredExperiment) -> Aims:
    """What an experiment in a folder aims at."""
    return aims_of(
        stored.optimization_config,
        is_own=lambda parameters: has_status_quo(parameters, stored.status_quo, stored.state),
    )


def _tell_end(teller: Teller, stored: StoredExperiment, trial: AskedTrial) -> None:
    take_in_completed(teller, stored, but=trial.number)
    tell_attempt(teller, stored, trial.number, trial.attempt)


def _taken(stored: StoredExperiment) -> Generator[AskedTrial, None, None]:
    """One trial after the other, kept alive while it is run, until none is left."""
    from armwright.optimizer import compiles_ahead

    compiles_ahead()
    watcher, promise = Watcher(stored._folder), Promise(place=this_place())
    looked: float | None = None
    while True:
        if looked is None or time.monotonic() - looked > _LOOK_EVERY_S:
            watcher.release()
            looked = time.monotonic()
        try:
            (trial,) = stored.asker.ask(1, promise)
        except NothingLeftError:
            return
        with Heartbeat(stored._folder, trial.number, trial.attempt, promise):
            yield trial


def take_in_completed(teller: Teller, stored: StoredExperiment, *, but: int = -1) -> None:
    """Takes into account what is completed and has not been told of, such as others' trials.

    What is never best is left out: archived trials, and arms that were given up; also where that
    came later than their results, which may be corrected, too.

    Args:
        teller: Tells.
        stored: The experiment.
        but: A trial that is to be told of.
    """
    aside = stored.asker.maker.left_out(stored.state)
    for number, facts in stored.trials.items():
        if number == but:
            continue
        if facts.status != "completed" or number in aside:
            teller.forget(number)
        elif not teller.knows(number, facts):
            teller.take_in(number, _arms(facts), _results(stored, facts), source=facts)


def tell_attempt(teller: Teller, stored: StoredExperiment, number: int, attempt: int) -> None:
    """Tells how an attempt at a trial ended, as far as is known; nothing while it runs."""
    facts = stored.trials.get(number)
    known = None if facts is None else facts.attempts.get(attempt)
    if facts is None or known is None or known.end is None:
        return
    state = str(known.end.get("state", ""))
    teller.ended(
        number,
        _arms(facts),
        state=state,
        reason=str(known.end.get("reason") or ""),
        attempt=attempt,
        results=_results(stored, facts) if state == "completed" else {},
        counts=number not in stored.asker.maker.left_out(stored.state),
    )


def _results(stored: StoredExperiment, facts: TrialFacts) -> dict[str, Values]:
    """For each arm that was not given up what it measured."""
    left_out = given_up(facts)
    found = measured(facts, stored._folder)
    return {arm: values for arm, values in found.items() if arm not in left_out}


def _arms(facts: TrialFacts) -> dict[str, Any]:
    """For each arm its parameters."""
    return {
        arm["name"]: object_from_json(arm["parameters"])
        for arm in (facts.arm or {}).get("arms", ())
    }


def _counts(stored: StoredExperiment) -> tuple[int, int]:
    """How many trials have completed or failed, whoever ran them, and how many of these failed."""
    counts = stored.state.counts
    failed = counts.get("failed", 0)
    return counts.get("completed", 0) + failed, failed
