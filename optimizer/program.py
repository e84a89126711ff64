"""The one program that is compiled: fit, condition, screen, search.

Everything that varies from call to call is an argument, so that one compiled program per `Shape`
serves every use: iteration limits of zero skip the fit (greedy batches, predictions) or the search
(scores of neighbours). All random numbers come in as arrays.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.bfgs import minimize
from armwright.optimizer.improvement import log_expected_improvement
from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.posterior import Posterior, condition, marginals
from armwright.optimizer.shapes import Array, Bool, Float, Int

__all__ = ["Answer", "Question", "Region", "hyperparameter_bounds", "run"]

_BARRIER = 1e-3  # nats of log-EI per e-fold of slack
_LEAST_SLACK = 1e-9  # lets a start that touches a constraint have a finite barrier


class Region(NamedTuple):
    """Linear constraints on raw values, for points given as features.

    Attributes:
        weights: One row per constraint, zero for one-hot features; rows scaled so that the slack
            is a share of the range the constraint's sum can take.
        bounds: Scaled like the rows.
        offset: Per feature, where the raw value begins (its logarithm, where `log`).
        span: Per feature, how far it reaches.
        log: Whether the feature is evenly spaced in log(value).
    """

    weights: Float[Array, "r D"]
    bounds: Float[Array, " r"]
    offset: Float[Array, " D"]
    span: Float[Array, " D"]
    log: Bool[Array, " D"]


class Question(NamedTuple):
    """Arguments of the program.

    Attributes:
        rows: Observations and pending points.
        draws: Standard normal numbers for the pending rows.
        starts: Log hyperparameters to fit from; with `fits` 0 the first is taken as it is.
        fits: How many of the starts to use.
        fit_limit: Most evaluations per fit.
        candidates: Features of the points to score.
        group: Where each candidate comes from: 0 the whole space, 1 a neighbourhood of an
            incumbent, 2 padding. Half of the searches start from the best of 0, half from 1.
        movable: Features the search may change.
        search_limit: Most evaluations per search; 1 only scores the starts.
        region: Linear constraints.
    """

    rows: Rows
    draws: Float[Array, "n s"]
    starts: Float[Array, "f t"]
    fits: Int[Array, ""]
    fit_limit: Int[Array, ""]
    candidates: Float[Array, "k D"]
    group: Int[Array, " k"]
    movable: Bool[Array, " D"]
    search_limit: Int[Array, ""]
    region: Region


class Answer(NamedTuple):
    """Results of the program.

    Attributes:
        log_hyperparameters: The fit, or the first start.
        energy: Negative log posterior density there; +inf where no fit ran or none was finite.
        scores: Log acquisition of each candidate.
        mean: Posterior mean of each candidate, over the draws; standardised units.
        sd: Posterior standard deviation of each candidate.
        found: Features of the point each search ended at.
        found_scores: Log acquisition there.
    """

    log_hyperparameters: Float[Array, " t"]
    energy: Float[Array, ""]
    scores: Float[Array, " k"]
    mean: Float[Array, " k"]
    sd: Float[Array, " k"]
    found: Float[Array, "m D"]
    found_scores: Float[Array, " m"]


def run(question: Question, *, searches: int) -> Answer:
    """Fits the model, scores the candidates and searches from the best of them.

    Args:
        question: All that varies.
        searches: Number of searches, part of the shape.
    """
    log_hyperparameters, energy = _fit(question)
    posterior = condition(log_hyperparameters, question.rows, question.draws)
    mean, sd = marginals(posterior, question.candidates)
    scores = _acquisition(mean, sd, posterior)
    begin = question.candidates[_starts(scores, question.group, searches)]
    lengths = 1.0 / posterior.scales
    scale = jnp.where(question.movable, jnp.minimum(lengths, 0.5) ** 2, 1.0)

    def objective(features: Float[Array, " D"]) -> Float[Array, ""]:
        at_mean, at_sd = marginals(posterior, features[None, :])
        value = -_acquisition(at_mean, at_sd, posterior)[0]
        return value + _barrier(features, question.region)

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
        return end.x, _barrier(end.x, question.region) - end.value

    found, found_scores = jax.vmap(search)(begin)
    return Answer(
        log_hyperparameters=log_hyperparameters,
        energy=energy,
        scores=scores,
        mean=jnp.mean(mean, axis=1),
        sd=sd,
        found=found,
        found_scores=found_scores,
    )


def hyperparameter_bounds(width: int) -> tuple[Float[Array, " t"], Float[Array, " t"]]:
    """Bounds of log (lengthscales, outputscale, noise variance); the noise floor is 1e-6."""
    lower = jnp.log(jnp.array([5e-3] * width + [1e-2, 1e-6]))
    upper = jnp.log(jnp.array([1e3] * width + [1e3, 2.0]))
    return lower, upper


def _fit(question: Question) -> tuple[Float[Array, " t"], Float[Array, ""]]:
    """The best of several fits, one after the other: on a CPU lanes in step would wait."""
    lower, upper = hyperparameter_bounds(question.rows.membership.shape[0])

    def objective(log_hyperparameters: Float[Array, " t"]) -> Float[Array, ""]:
        return negative_log_posterior(log_hyperparameters, question.rows)

    def fit_one(
        index: Int[Array, ""], best: tuple[Float[Array, " t"], Float[Array, ""]]
    ) -> tuple[Float[Array, " t"], Float[Array, ""]]:
        end = minimize(
            objective,
            jnp.clip(question.starts[index], lower, upper),
            lower=lower,
            upper=upper,
            scale=jnp.ones_like(lower),
            longest=2.0,
            limit=question.fit_limit,
            gradient_tolerance=1e-3,
            decrease_tolerance=1e-9,
        )
        better = end.value < best[1]
        return jnp.where(better, end.x, best[0]), jnp.where(better, end.value, best[1])

    begin = (jnp.clip(question.starts[0], lower, upper), jnp.full((), jnp.inf))
    best: tuple[Float[Array, " t"], Float[Array, ""]] = lax.fori_loop(
        jnp.zeros_like(question.fits), question.fits, fit_one, begin
    )
    return best


def _acquisition(
    mean: Float[Array, "k s"], sd: Float[Array, " k"], posterior: Posterior
) -> Float[Array, " k"]:
    """Log of the expected improvement averaged over the draws of what is pending."""
    each = log_expected_improvement(
        mean, jnp.broadcast_to(sd[:, None], mean.shape), posterior.best[None, :]
    )
    top = lax.stop_gradient(jnp.max(each, axis=1, keepdims=True))
    return jnp.log(jnp.mean(jnp.exp(each - top), axis=1)) + top[:, 0]


def _starts(scores: Float[Array, " k"], group: Int[Array, " k"], searches: int) -> Int[Array, " m"]:
    """Indices of the best candidates, half of them from the neighbourhoods of incumbents."""
    half = searches // 2
    finite = jnp.where(jnp.isfinite(scores), scores, -jnp.inf)
    _, near = lax.top_k(jnp.where(group == 1, finite, -jnp.inf), half)
    _, far = lax.top_k(jnp.where(group == 0, finite, -jnp.inf), searches - half)
    return jnp.concatenate([near, far])


def _barrier(features: Float[Array, " D"], region: Region) -> Float[Array, ""]:
    """Log barrier of the constraints: keeps the search inside and lets it slide along them."""
    scaled = region.offset + features * region.span
    raw = jnp.where(region.log, jnp.exp(jnp.where(region.log, scaled, 0.0)), scaled)
    slack = region.bounds - jnp.sum(region.weights * raw, axis=1) + _LEAST_SLACK
    inside = jnp.all(slack > 0)
    safe = jnp.where(slack > 0, slack, 1.0)
    return jnp.where(inside, -_BARRIER * jnp.sum(jnp.log(safe)), jnp.inf)
