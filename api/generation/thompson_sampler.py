"""Settings of the two Thompson samplers, as their users give them."""

from __future__ import annotations

from armwright.generation.seed import checked_seed, fresh_seed

__all__ = ["EmpiricalBayesThompsonSampler", "ThompsonSampler"]


class ThompsonSampler:
    """Weighs measured arms by the probability that they are the best.

    Attributes:
        num_samples: How many draws decide the probabilities.
        min_weight: Arms less probable than this are not returned; None returns all that were the
            best in at least one draw.
        uniform_weights: Whether the arms returned all have weight 1.
        seed: Decides the draws; fresh if it is not given.
    """

    shrinks = False

    def __init__(
        self,
        num_samples: int = 10_000,
        min_weight: float | None = None,
        uniform_weights: bool = False,
        seed: int | None = None,
    ) -> None:
        if num_samples < 1:
            raise ValueError(f"num_samples should be at least 1, got {num_samples}")
        self.num_samples, self.min_weight = num_samples, min_weight
        self.uniform_weights = uniform_weights
        self.seed = fresh_seed() if seed is None else checked_seed(seed, "seed")


class EmpiricalBayesThompsonSampler(ThompsonSampler):
    """The same on estimates that were shrunk toward each other first."""

    shrinks = True
