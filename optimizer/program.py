"""The second of the two programs that are compiled: screen, and search from the best.

The posterior is the first one's result (`learning.learn`). Everything that varies from call to call
is an argument, so that one compiled program per shape serves every use: a limit of one evaluation
skips the search (scores of neighbours, predictions). All random numbers come in as arrays.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.acquisition import Aims
from armwright.optimizer.bfgs import minimize
from armwright.optimizer.linear_algebra import matmul
from armwright.optimizer.posterior import Posterior
from armwright.optimizer.prospects import Prospects
from armwright.optimizer.region import Region, barrier
from armwright.optimizer.shapes import Array, Bool, Float, Int
from armwright.optimizer.worth import judge

__all__ = ["Answer", "Question", "run"]


class Question(NamedTuple):
    """Arguments of the program.

    Attributes:
        posterior: The posterior of each outcome.
        pending: Rows whose observation is still to come.
        differing: How many of the draws to average over: 1 where nothing is pending, so that all
            are equal.
        aims: The goal.
        candidates: Features of the points to score.
        group: Where each candidate comes from: 0 the whole space, 1 a neighbourhood of an
            incumbent, 2 padding. Half of the searches start from the best of 0, half from 1.
        movable: Features the search may change.
        lower: Least value of each feature for the search.
        upper: Largest value of each.
        search_limit: Most evaluations per search; 1 only scores the starts.
        region: Linear constraints.
        prospects: What else points are judged by; None for improvement alone.
        resting: 1 from each feature that says that a column does not count to the feature that
            then stays where it is; None where all columns always count.
    """

    posterior: Posterior
    pending: Bool[Array, " n"]
    differing: Int[Array, ""]
    aims: Aims
    candidates: Float[Array, "k D"]
    group: Int[Array, " k"]
    movable: Bool[Array, " D"]
    lower: Float[Array, " D"]
    upper: Float[Array, " D"]
    search_limit: Int[Array, ""]
    region: Region
    prospects: Prospects | None = None
    resting: Float[Array, "D D"] | None = None


class Answer(NamedTuple):
    """Results of the program.

    Attributes:
        scores: Log acquisition of each candidate.
        mean: Posterior mean of each candidate, over the draws; standardised units.
        sd: Posterior standard deviation of each candidate.
        found: Features of the point each search ended at.
        found_scores: Log acquisition there.
    """

    scores: Float[Array, " k"]
    mean: Float[Array, "o k"]
    sd: Float[Array, "o k"]
    found: Float[Array, "m D"]
    found_scores: Float[Array, " m"]


def run(question: Question, *, searches: int) -> Answer:
    """Scores the candidates and searches from the best of them.

    Args:
        question: All that varies.
        searches: Number of searches, part of the shape.
    """
    posterior = question.posterior
    judged = judge(
        posterior, question.pending, question.differing, question.aims, question.prospects
    )
    scores, mean, sd = judged(question.candidates)
    begin = question.candidates[_starts(scores, question.group, searches)]
    rates = posterior.scales.reshape(-1, posterior.scales.shape[-1])
    lengths = jnp.min(1.0 / rates, axis=0)
    scale = jnp.where(question.movable, jnp.minimum(lengths, 0.5) ** 2, 1.0)

    def objective(features: Float[Array, " D"]) -> Float[Array, ""]:
        return barrier(features, question.region) - judged(features[None, :])[0][0]

    def search(start: Float[Array, " D"]) -> tuple[Float[Array, " D"], Float[Array, ""]]:
        def settled(features: Float[Array, " D"]) -> Float[Array, ""]:
            if question.resting is None:
                return objective(features)
            rests = matmul(start, question.resting) > 0.5
            return objective(jnp.where(rests, start, features))

        end = minimize(
            settled,
            start,
            lower=jnp.where(question.movable, jnp.minimum(question.lower, start), start),
            upper=jnp.where(question.movable, jnp.maximum(question.upper, start), start),
            scale=scale,
            longest=1.0,
            limit=question.search_limit,
            gradient_tolerance=1e-5,
            decrease_tolerance=1e-9,
        )
        return end.x, barrier(end.x, question.region) - end.value

    found, found_scores = jax.vmap(search)(begin)
    return Answer(
        scores=scores,
        mean=mean,
        sd=sd,
        found=found,
        found_scores=found_scores,
    )


def _starts(scores: Float[Array, " k"], group: Int[Array, " k"], searches: int) -> Int[Array, " m"]:
    """Indices of the best candidates, half of them from the neighbourhoods of incumbents."""
    half = searches // 2
    finite = jnp.where(jnp.isfinite(scores), scores, -jnp.inf)
    _, near = lax.top_k(jnp.where(group == 1, finite, -jnp.inf), half)
    _, far = lax.top_k(jnp.where(group == 0, finite, -jnp.inf), searches - half)
    return jnp.concatenate([near, far])
