"""Programs made before they are needed: for sizes to come, and for the next one in time.

What a program is made for are shapes alone, so models of made-up observations stand for real ones.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from armwright.optimizer.averaging import AVERAGED, may_average
from armwright.optimizer.cache import cache_folder
from armwright.optimizer.chance import chance_rows
from armwright.optimizer.columns import Problem
from armwright.optimizer.compiled import distinct, make, missing
from armwright.optimizer.compiling import compile_elsewhere, is_compiling_ahead
from armwright.optimizer.deadline import Deadline
from armwright.optimizer.goal import Goal
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.model import Model
from armwright.optimizer.padding import bucket
from armwright.optimizer.policy import Policy
from armwright.optimizer.precision import double_precision
from armwright.optimizer.settings import Settings
from armwright.optimizer.threads import one_blas_thread
from armwright.optimizer.warp_choice import warp_program

__all__ = ["Warmed", "compile_next", "is_at_hand", "warm_up"]

_NEARLY_FULL = 0.8  # share of a padded size from which on the next one is made
_LARGEST = 640  # observations beyond which the program is no longer made for all of them

_begun: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmed:
    """One padded size, ready to be used.

    Attributes:
        rows: The size.
        programs: How many programs there are for it.
        compiled: How many of them had to be compiled.
        seconds: How long that took.
    """

    rows: int
    programs: int
    compiled: int
    seconds: float


def warm_up(
    problem: Problem,
    goal: Goal,
    *,
    trials: int,
    policy: Policy | None = None,
    succeeded: int = 0,
    failed: int = 0,
    pending: int = 0,
    settings: Settings | None = None,
) -> Iterator[Warmed]:
    """Makes the programs for up to so many observations, one padded size after the other.

    Those that make points by the policy, those that predict, and those that average over
    hyperparameters once noise is seen (`averaging`).

    Args:
        problem: Columns and constraints.
        goal: As for `suggest`.
        trials: Most trials: observations, those that are pending, and those that failed.
        policy: As for `suggest`.
        succeeded: How many observations there are already; smaller sizes are not needed again.
        failed: How many trials came to nothing, which points keep away from. Programs for that are
            made for as many as there may be if trials go on failing at this rate.
        pending: How many are awaited at a time.
        settings: As for `suggest`.

    Yields:
        What was made, once it is on disk.
    """
    settings = settings or Settings()
    before, most = 0, max(trials - failed, succeeded, 1)
    while bucket(before + 1) < succeeded:
        before = bucket(before + 1)
    while True:
        with double_precision(), one_blas_thread():
            size = bucket(before + 1)
            making = _stand_in(problem, goal, size, settings, policy)
            # What predicts knows of no failures and looks at points for what they are.
            predicting = _stand_in(
                problem, goal, size, settings, None if making.looks_ahead else policy
            )
            wanted = [*predicting.programs(), *warp_program(making, settings)]
            if failed:
                least = max(before + 1 - pending, succeeded, 1)
                for rows in _kept(least, min(size, most), succeeded, failed, trials):
                    making.suppose_failures(rows)
                    wanted += making.programs()
            else:
                wanted += making.programs()
            is_plain = not failed and making.policy == Policy()
            if is_plain and may_average(
                problem, settings, outcomes=goal.outcomes, observations=max(before + 1, succeeded)
            ):
                wanted += _stand_in(problem, goal, size, settings, AVERAGED).programs()
            wanted = distinct(wanted)
            begun = time.monotonic()
            lacking = missing(wanted)
            for kind, number, shapes in lacking:
                make(kind, number, shapes)
        yield Warmed(
            rows=size,
            programs=len(wanted),
            compiled=len(lacking),
            seconds=time.monotonic() - begun,
        )
        if size >= most:
            return
        before = size


def _kept(least: int, most: int, succeeded: int, failed: int, trials: int) -> list[int]:
    """What numbers of trials are kept to tell where others fail, one of each padded size.

    Args:
        least: Fewest observations.
        most: Most observations.
        succeeded: Observations there are now.
        failed: Failures there are now; more come at the same rate.
        trials: Most trials in all.
    """
    rate = failed / max(succeeded, 1)
    fewest = chance_rows(least, failed)
    highest = fewest
    for count in range(least, most + 1):
        later = max(min(math.ceil(rate * count), trials - count), failed)
        highest = max(highest, chance_rows(count, later))
    return sorted({bucket(rows) for rows in range(fewest, highest + 1)})


def compile_next(problem: Problem, goal: Goal, model: Model, settings: Settings) -> None:
    """Begins to compile for the next padded size where this one is nearly full.

    In another process, and only in processes that said they would live (`compiles_ahead`).
    """
    used = model.rows_in_use
    if not is_compiling_ahead() or used > _LARGEST or used < _NEARLY_FULL * model.bucket:
        return
    if cache_folder() is None:
        return
    after = _stand_in(problem, goal, bucket(model.bucket + 1), settings, model.policy)
    if model.failed:
        succeeded = model.bucket + 1 - len(model.pending)
        after.suppose_failures(chance_rows(succeeded, model.failed))
    wanted = [one for one in missing(after.programs()) if repr(one) not in _begun]
    if wanted and compile_elsewhere(wanted):
        _begun.update(map(repr, wanted))


def is_at_hand(
    problem: Problem,
    goal: Goal,
    observations: int,
    policy: Policy,
    settings: Settings,
    deadline: Deadline,
) -> bool:
    """Whether a policy may be used at once: without a deadline always, else once it is compiled.

    Where it is not, another process begins to compile it for an arm to come, and the deadline says
    what was left out.

    Args:
        problem: Columns and constraints.
        goal: As for `suggest`.
        observations: How many there are; none is pending and none failed.
        policy: The one in question.
        settings: As for `suggest`.
        deadline: When to be done.
    """
    if deadline.seconds is None:
        return True
    lacking = missing(_stand_in(problem, goal, bucket(observations), settings, policy).programs())
    if not lacking:
        return True
    deadline.shorten("the average over hyperparameters")
    if cache_folder() is not None and not _begun.issuperset(map(repr, lacking)):
        _begun.update(map(repr, lacking))
        compile_elsewhere(lacking)
    return False


def _stand_in(
    problem: Problem, goal: Goal, size: int, settings: Settings, policy: Policy | None = None
) -> Model:
    """A model of two made-up observations, padded to a size."""
    values = np.array([[0.0] * len(problem.columns)] * 2)
    outcomes = np.zeros((2, goal.outcomes)) + np.array([[0.0], [1.0]])
    return Model(
        problem,
        Measurements(x=values, y=outcomes),
        goal,
        pending=values[:0],
        room=0,
        rng=np.random.default_rng(0),
        settings=settings,
        size=size,
        policy=policy,
    )
