"""The one program that is compiled: fit, condition, screen, search.

Everything that varies from call to call is an argument, so that one compiled program per `Shape`
serves every use: iteration limits of zero skip the fit (greedy batches, predictions) or the search
(scores of neighbours). All random numbers come in as arrays.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.acquisition import Aims, log_utility, target
from armwright.optimizer.bfgs import minimize
from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.posterior import condition, marginals
from armwright.optimizer.region import Region, barrier
from armwright.optimizer.shapes import Array, Bool, Float, Int

__all__ = ["Answer", "Question", "hyperparameter_bounds", "run"]

# Each outcome has its own y, noise and observed; the points and the rest are the same for all.
_OWN = Rows._make([0 if name in ("y", "noise", "observed") else None for name in Rows._fields])


class Question(NamedTuple):
    """Arguments of the program.

    Attributes:
        rows: Observations and pending points; y, noise and observed have one row per outcome.
        draws: Standard normal numbers for the pending rows.
        differing: How many of the draws to average over: 1 where nothing is pending, so that all
            are equal.
        starts: Log hyperparameters to fit each outcome's model from; with `fits` 0 the first is
            taken as it is.
        fits: How many of its starts to use for each outcome.
        fit_limit: Most evaluations per fit of each outcome.
        aims: The goal.
        candidates: Features of the points to score.
        group: Where each candidate comes from: 0 the whole space, 1 a neighbourhood of an
            incumbent, 2 padding. Half of the searches start from the best of 0, half from 1.
        movable: Features the search may change.
        search_limit: Most evaluations per search; 1 only scores the starts.
        region: Linear constraints.
    """

    rows: Rows
    draws: Float[Array, "o n s"]
    differing: Int[Array, ""]
    starts: Float[Array, "o f t"]
    fits: Int[Array, " o"]
    fit_limit: Int[Array, " o"]
    aims: Aims
    candidates: Float[Array, "k D"]
    group: Int[Array, " k"]
    movable: Bool[Array, " D"]
    search_limit: Int[Array, ""]
    region: Region


class Answer(NamedTuple):
    """Results of the program.

    Attributes:
        log_hyperparameters: The fit of each outcome's model, or its first start.
        energy: Negative log posterior density there; +inf where no fit ran or none was finite.
        scores: Log acquisition of each candidate.
        mean: Posterior mean of each candidate, over the draws; standardised units.
        sd: Posterior standard deviation of each candidate.
        found: Features of the point each search ended at.
        found_scores: Log acquisition there.
    """

    log_hyperparameters: Float[Array, "o t"]
    energy: Float[Array, " o"]
    scores: Float[Array, " k"]
    mean: Float[Array, "o k"]
    sd: Float[Array, "o k"]
    found: Float[Array, "m D"]
    found_scores: Float[Array, " m"]


def run(question: Question, *, searches: int) -> Answer:
    """Fits a model of each outcome, scores the candidates and searches from the best of them.

    Args:
        question: All that varies.
        searches: Number of searches, part of the shape.
    """
    log_hyperparameters, energy = _fit(question)
    posterior = jax.vmap(condition, in_axes=(0, _OWN, 0))(
        log_hyperparameters, question.rows, question.draws
    )
    expect = jax.vmap(marginals, in_axes=(0, None))
    mean, sd = expect(posterior, question.candidates)
    beat = target(question.aims, posterior.means, question.rows.pending)
    scores = log_utility(mean, sd, question.aims, beat, question.differing)
    begin = question.candidates[_starts(scores, question.group, searches)]
    lengths = jnp.min(1.0 / posterior.scales, axis=0)
    scale = jnp.where(question.movable, jnp.minimum(lengths, 0.5) ** 2, 1.0)

    def objective(features: Float[Array, " D"]) -> Float[Array, ""]:
        at_mean, at_sd = expect(posterior, features[None, :])
        value = log_utility(at_mean, at_sd, question.aims, beat, question.differing)[0]
        return barrier(features, question.region) - value

    def search(start: Float[Array, " D"]) -> tuple[Float[Array, " D"], Float[Array, ""]]:
        end = minimize(
            objective,
            start,
            lower=jnp.where(question.movable, 0.0, start),
            upper=jnp.where(question.movable, 1.0, start),
            scale=scale,
            longest=1.0,
            limit=question.search_limit,
            gradient_tolerance=1e-5,
            decrease_tolerance=1e-9,
        )
        return end.x, barrier(end.x, question.region) - end.value

    found, found_scores = jax.vmap(search)(begin)
    return Answer(
        log_hyperparameters=log_hyperparameters,
        energy=energy,
        scores=scores,
        mean=jnp.mean(mean, axis=2),
        sd=sd,
        found=found,
        found_scores=found_scores,
    )


def hyperparameter_bounds(width: int) -> tuple[Float[Array, " t"], Float[Array, " t"]]:
    """Bounds of log (lengthscales, outputscale, noise variance); the noise floor is 1e-6."""
    lower = jnp.log(jnp.array([5e-3] * width + [1e-2, 1e-6]))
    upper = jnp.log(jnp.array([1e3] * width + [1e3, 2.0]))
    return lower, upper


def _fit(question: Question) -> tuple[Float[Array, "o t"], Float[Array, " o"]]:
    """The best of several fits of each outcome, one after the other: lanes in step would wait."""
    lower, upper = hyperparameter_bounds(question.rows.membership.shape[0])

    def fit_outcome(outcome: Int[Array, ""]) -> tuple[Float[Array, " t"], Float[Array, ""]]:
        rows = question.rows._replace(
            y=question.rows.y[outcome],
            noise=question.rows.noise[outcome],
            observed=question.rows.observed[outcome],
        )
        starts = jnp.clip(question.starts[outcome], lower, upper)

        def fit_one(
            index: Int[Array, ""], best: tuple[Float[Array, " t"], Float[Array, ""]]
        ) -> tuple[Float[Array, " t"], Float[Array, ""]]:
            end = minimize(
                lambda log_hyperparameters: negative_log_posterior(log_hyperparameters, rows),
                starts[index],
                lower=lower,
                upper=upper,
                scale=jnp.ones_like(lower),
                longest=2.0,
                limit=question.fit_limit[outcome],
                gradient_tolerance=1e-3,
                decrease_tolerance=1e-9,
            )
            better = end.value < best[1]
            return jnp.where(better, end.x, best[0]), jnp.where(better, end.value, best[1])

        count, begin = question.fits[outcome], (starts[0], jnp.full((), jnp.inf))
        best: tuple[Float[Array, " t"], Float[Array, ""]] = lax.fori_loop(
            jnp.zeros_like(count), count, fit_one, begin
        )
        return best

    fitted: tuple[Float[Array, "o t"], Float[Array, " o"]] = lax.map(
        fit_outcome, jnp.arange(len(question.fits), dtype=jnp.int32)
    )
    return fitted


def _starts(scores: Float[Array, " k"], group: Int[Array, " k"], searches: int) -> Int[Array, " m"]:
    """Indices of the best candidates, half of them from the neighbourhoods of incumbents."""
    half = searches // 2
    finite = jnp.where(jnp.isfinite(scores), scores, -jnp.inf)
    _, near = lax.top_k(jnp.where(group == 1, finite, -jnp.inf), half)
    _, far = lax.top_k(jnp.where(group == 0, finite, -jnp.inf), searches - half)
    return jnp.concatenate([near, far])
