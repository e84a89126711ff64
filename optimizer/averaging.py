"""When hyperparameters are averaged over although nobody asked for it: where noise has been seen.

The most probable hyperparameters of a few noisy observations are too sure of themselves, and what
is made of them polishes a lucky arm. An average over draws from their posterior is not, and costs
four times the CPU. Without noise it gains nothing. So it begins once the fit of the arm before
knows more noise than the prior expects, a standard deviation of a fiftieth of the observations',
and ends when a fit does not any more; the next arm is then looked for in the whole space, on the
objective's own scale. Looking elsewhere (`elsewhere`) begins sooner there, and leaves more arms for
polishing: the acquisition of a noisy peak stays large however well the peak is known.

Noisy Hartmann6 (60 trials, standard deviation 0.1): scripts/bench/README.md, section "Noise".

References:
    Snoek, Larochelle and Adams (2012), "Practical Bayesian optimization of machine learning
    algorithms", NeurIPS, on averaging expected improvement over hyperparameters.
"""

from collections.abc import Sequence

from armwright.optimizer.columns import Problem
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.policy import Policy
from armwright.optimizer.settings import Settings

__all__ = ["AVERAGED", "may_average", "sees_noise"]

AVERAGED = Policy(draws=8)
_NOISE = 5e-4  # variance, of standardised observations; the prior's mode is 3.4e-4
_MOST = 128  # observations, beyond which draws are as good as equal and eight models cost much


def may_average(problem: Problem, settings: Settings, *, outcomes: int, observations: int) -> bool:
    """Whether arms are averaged over once noise is seen: where that has been tried and is cheap.

    Not with bounds, tasks or fidelities, nor on a scale or with a warp that the settings want.

    Args:
        problem: Columns.
        settings: Say which scale or warp is wanted.
        outcomes: How many are modelled.
        observations: How many are known.
    """
    plain = outcomes == 1 and all(one.role == "plain" for one in problem.columns)
    usual = settings.output_warp == "turns" and not settings.input_warp
    return plain and usual and observations <= _MOST


def sees_noise(
    problem: Problem,
    measured: Measurements,
    warm: Sequence[Hyperparameters | None],
    settings: Settings,
) -> bool:
    """Whether the fit of the arm before knows of noise, and `may_average`.

    Args:
        problem: Columns.
        measured: What is known now.
        warm: That fit, of each outcome.
        settings: As for `may_average`.
    """
    possible = may_average(
        problem, settings, outcomes=measured.outcomes, observations=len(measured.x)
    )
    if not possible or warm[0] is None:
        return False
    fit = warm[0].on_scale("own")
    return fit is not None and fit.noise > _NOISE
