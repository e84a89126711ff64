"""What an arm was made by, in words for its record: the model, and what it was chosen for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from armwright.optimizer import Goal, Policy

__all__ = ["MODEL", "acquisition_name"]

MODEL = "Gaussian process, Matern-5/2"
_GAINS = ("", "log expected improvement", "log expected hypervolume improvement")
_OF_MANY = "log expected improvement of a Chebyshev scalar"
_JUDGED = {"knowledge": "log knowledge gradient", "maximum": "log max-value entropy gain"}


def acquisition_name(
    goal: Goal, policy: Policy, *, bounds: int, failed: int, pending: int, draws: int = 0
) -> str:
    """What a search made large.

    Args:
        goal: What it was for.
        policy: How points were judged.
        bounds: How many outcomes are to be kept within bounds.
        failed: How many arms came to nothing; new ones keep away from them.
        pending: How many results were awaited.
        draws: Of the hyperparameters, where they were averaged over without the policy's saying so.
    """
    objectives = goal.objectives
    gain = _GAINS[objectives] if objectives < len(_GAINS) else _OF_MANY
    if objectives == 1 and policy.search_for in _JUDGED:
        gain = _JUDGED[policy.search_for]
    factors = [gain] if gain else []
    if bounds:
        factors.append("log probability of the bounds")
    if failed:
        factors.append("log chance of a result")
    name = " + ".join(factors)
    if pending:
        name += f", over draws of {pending} awaited"
    if policy.draws_known:
        name += ", over draws of what known arms are worth"
    if policy.draws or draws:
        name += f", over {policy.draws or draws} draws of the hyperparameters"
    return name
