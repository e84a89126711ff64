"""When an optimum is pinned down and trials are left, look for another one elsewhere.

Expected improvement trusts its model: once it has climbed a peak it goes on polishing it, and of
two peaks nearly as high the one it met first is final. So where the acquisition has become small
and the budget leaves time to come back, the observations around the incumbent are taken out, their
peak is stood for by one point of middling value, and the arm is the best one under what remains.
The last arms, two for each column but no more than a fifth of the budget, and six at least, are
kept for polishing whichever peak turned out the higher: what a peak gains by one more arm there is
a factor.

On Hartmann6 (60 trials, seeds 20 to 39, which chose nothing) 16 of 20 runs ended in the best of its
optima with this and 11 without. Where there is one optimum it costs the polish of a few arms, which
the budget's end gives back. Where the model sees the logarithm of a long-tailed loss (`Tail`), a
small improvement there is a large one in proportion, and nothing counts as pinned down.

Where noise has been seen (`averaging`) the acquisition of a peak stays large however well it is
known, and polishing takes longer: arms go elsewhere sooner, and more of the last ones are kept.

Of several arms that are under way together the later ones promise little because the earlier ones
may take the gain, long before anything is pinned down: in batches of 8 most arms went elsewhere,
and what they had left was never polished. So of arms made together only every fourth may go
elsewhere, and none while two more rounds of them would use up the budget (scripts/bench/README.md
has what that is worth).

References:
    Ursem (1999) on telling peaks apart; the flattening is the "deflation" of Goldberg and
    Richardson (1987) on observations instead of fitness.
"""

import numpy as np

from armwright.optimizer.columns import Problem
from armwright.optimizer.goal import Goal
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.shapes import Bool, Float

__all__ = ["has_a_peak", "is_pinned_down", "without_peak"]

_SETTLED = -4.5  # log expected improvement, in standard deviations of the observations
_SETTLED_TOGETHER = -5.0  # of an arm that others are under way with
_KEPT = 2  # arms at the end of a budget that are for polishing, for each column
_FEWEST_KEPT, _LARGEST_KEPT = 6, 0.2  # of them; what share of the budget they are
_NOISY_SETTLED, _NOISY_KEPT, _NOISY_LARGEST_KEPT = -3.5, 4, 1 / 3  # where there is noise
_ROUNDS_KEPT = 2  # of arms that are under way together, likewise
_TURNS = 4  # of which one may go elsewhere, where at least so many are under way together
_REACH = 0.25  # of a peak, in units of sqrt(columns)
_FEWEST = 4  # observations a model of the rest needs


def has_a_peak(measured: Measurements, goal: Goal) -> bool:
    """Whether there is an incumbent, and the acquisition is its log expected improvement.

    One objective made of one outcome: only then is it in standard deviations of the observations,
    by which `is_pinned_down` judges. Bounds may lower it further, and do so where they are unlikely
    to be kept: nothing is expected there either.
    """
    single = goal.weights.shape == (1, 1)
    return single and bool(goal.eligible(measured).any())


def is_pinned_down(
    log_acquisition: float,
    *,
    columns: int,
    tried: int,
    remaining: int | None,
    together: int = 1,
    noisy: bool = False,
) -> bool:
    """Whether an arm is better spent elsewhere than on what little this one promises.

    Args:
        log_acquisition: Log expected improvement of the best arm, in standardised units.
        columns: How many may vary.
        tried: Arms before it, pending ones included.
        remaining: Arms left, this one included; None where nobody knows, and then the arm that
            promises most may be the last.
        together: Arms under way at the same time, pending ones and the whole batch.
        noisy: Whether observations are known to be (`averaging`): the acquisition of a peak then
            stays large however well it is known, and polishing it takes longer.
    """
    turns = min(together, _TURNS)
    if remaining is None or tried % turns != turns - 1:
        return False
    share = round((_NOISY_LARGEST_KEPT if noisy else _LARGEST_KEPT) * (tried + remaining))
    each = _NOISY_KEPT if noisy else _KEPT
    kept = max(_FEWEST_KEPT, min(each * columns, share), _ROUNDS_KEPT * together)
    settled = _SETTLED if together == 1 else _SETTLED_TOGETHER
    if noisy:
        settled = _NOISY_SETTLED
    return remaining > kept and log_acquisition < settled


def without_peak(problem: Problem, measured: Measurements, goal: Goal) -> Measurements | None:
    """The measurements with the incumbent's peak taken out; None where too little would be left.

    Args:
        problem: Columns.
        measured: What is known.
        goal: Of one objective, made of one outcome.
    """
    if not has_a_peak(measured, goal):
        return None
    eligible = np.flatnonzero(goal.eligible(measured))
    top = eligible[int(np.argmax(goal.values(measured.y[eligible])[:, 0]))]
    rest = ~_near(problem, measured.x, measured.x[top])
    if np.isfinite(measured.y[rest]).sum(axis=0).min(initial=len(rest)) < _FEWEST:
        return None
    summit = measured.y[top].copy()
    summit[0] = np.nanmedian(measured.y[rest, 0])
    noise = measured.noise
    return Measurements(
        x=np.vstack([measured.x[rest], measured.x[top]]),
        y=np.vstack([measured.y[rest], summit]),
        noise=None if noise is None else np.vstack([noise[rest], noise[top]]),
    )


def _near(
    problem: Problem, x: Float[np.ndarray, "n d"], center: Float[np.ndarray, " d"]
) -> Bool[np.ndarray, " n"]:
    """Points within the reach of a peak; two different levels of a choice are 1 apart."""
    choices = np.array([column.kind == "choice" for column in problem.columns])
    steps = np.where(choices, np.not_equal(x, center), x - center)
    return np.asarray(np.sqrt((steps**2).sum(axis=1)) < _REACH * np.sqrt(len(problem.columns)))
