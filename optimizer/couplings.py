r"""Covariances of tasks and of fidelities, beside the ordinary ones of `kernel`.

Tasks: values of one function under several conditions, a column of unordered levels t. Fidelities:
cheaper stand-ins for the function at a target, a column whose distance from its target is d. With
M the Matern-5/2 correlation over the other columns,

$$k = c_t c_{t'} C_{tt'}\,(\ell + s\,M) + \tau^2 [t = t'] + \sum_j w_j\, d_j d_j'\,(1 + M_j)$$

so a function at fidelity d is the one at the target plus d times an error process of its own, which
has vanished at the target; M_j is M with the fidelity's own distance taken in. The correlations of
tasks are those of $1 + a_t a_{t'} + e^{2 b_t} [t = t']$: alike unless the data say otherwise, and
opposite where they say so. The factors c and the constants that $\tau^2$ allows for let tasks
differ in scale and level, as far as bringing them to one by their means and spreads (`alignment`)
has left them so: few observations tell these badly, a function of known shape tells them well.

The additional hyperparameters stand between lengthscales and outputscale: log w of each fidelity,
then log c, a and b of each task. Column lengthscales of tasks have no effect.

References:
    Bonilla, Chai and Williams (2008), "Multi-task Gaussian process prediction", NIPS, for tasks;
    Poloczek, Wang and Frazier (2017), arXiv:1603.00389, for errors that are processes of their own,
    and Wu et al. (2019), arXiv:1903.04703, for errors that vanish linearly at the target.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from armwright.optimizer.columns import Problem, to_model
from armwright.optimizer.features import Features
from armwright.optimizer.kernel import kernel, matern52, squared_distance
from armwright.optimizer.linear_algebra import matmul
from armwright.optimizer.priors import log_normal
from armwright.optimizer.shapes import Array, Bool, Float, operand

__all__ = [
    "TASK_LEVEL_VARIANCE",
    "Couplings",
    "coupled_covariance",
    "coupled_variance",
    "coupling_bounds",
    "couplings_of",
    "fresh_couplings",
    "log_coupling_prior",
    "projected",
]

TASK_LEVEL_VARIANCE = 1.0

_ERROR = (-1.5, 1.5)  # centre and spread of log w, in standardised units squared
_FACTOR = (0.0, 0.7)  # of log c
_OWN = (-0.7, 1.0)  # of b
_ERROR_BOUNDS = (-9.0, 5.0)
_FACTOR_BOUNDS = (-3.0, 3.0)
_SHARED_BOUNDS = (-4.0, 4.0)
_OWN_BOUNDS = (-4.0, 2.0)


class Couplings(NamedTuple):
    """Which features are tasks and fidelities; u task columns, h fidelities, T task features.

    Attributes:
        plain: 1 for the columns whose distance counts everywhere, 0 for tasks and fidelities.
        tasks: 1 where a task feature belongs to a task column; task features are the last ones.
        fidelities: 1 at each fidelity's column.
        deviations: Distance from the target: slope of each feature, then what is added.
        target: What the features of targets are.
        held: Features that have a target.
    """

    plain: Float[Array, " d"]
    tasks: Float[Array, "u T"]
    fidelities: Float[Array, "h d"]
    deviations: Float[Array, "h D+1"]
    target: Float[Array, " D"]
    held: Bool[Array, " D"]

    @property
    def parameters(self) -> int:
        """Number of additional hyperparameters."""
        return int(self.fidelities.shape[0] + 3 * self.tasks.shape[1])


def couplings_of(problem: Problem, features: Features) -> Couplings | None:
    """The couplings of a problem's columns; None where it has neither tasks nor fidelities."""
    columns = problem.columns
    tasks = [j for j, column in enumerate(columns) if column.role == "task"]
    fidelities = [j for j, column in enumerate(columns) if column.role == "fidelity"]
    if not tasks and not fidelities:
        return None
    values = np.array([[0.0 if c.target is None else c.target for c in columns]])
    target = features.encode(to_model(problem, values))[0]
    of_column = features.membership > 0  # [d, D]
    has_target = np.array([column.target is not None for column in columns])
    width = features.width
    size = sum(columns[j].levels for j in tasks)
    deviations = np.zeros((len(fidelities), width + 1))
    for i, j in enumerate(fidelities):
        deviations[i, -1] = 1.0
        if columns[j].kind == "choice":
            deviations[i, :-1] = np.where(of_column[j], -target, 0.0)
        else:
            at = float(to_model(problem, values)[0, j])
            reach = max(at, 1.0 - at)
            deviations[i, -1] = at / reach
            deviations[i, :-1] = np.where(of_column[j], -1.0 / reach, 0.0)
    plain = np.array([column.role == "plain" for column in columns])
    return Couplings(
        plain=operand(plain.astype(np.float64)),
        tasks=operand(of_column[tasks][:, width - size :].astype(np.float64)),
        fidelities=operand(np.eye(len(columns))[fidelities]),
        deviations=operand(deviations),
        target=operand(target),
        held=operand(np.asarray(has_target @ of_column, bool)),
    )


def projected(features: Float[Array, "k D"], couplings: Couplings) -> Float[Array, "k D"]:
    """The points with the target's values in the columns that have one."""
    return jnp.where(couplings.held, couplings.target, features)


def coupled_covariance(
    log_hyperparameters: Float[Array, " t"],
    couplings: Couplings,
    membership: Float[Array, "d D"],
    a: Float[Array, "k D"],
    b: Float[Array, "n D"],
) -> Float[Array, "k n"]:
    """Prior covariance of the function at every row of a with that at every row of b."""
    width = membership.shape[0]
    rates = jnp.exp(-log_hyperparameters[:width])
    shared = matmul(rates * couplings.plain, membership)
    distance = squared_distance(a * shared, b * shared)
    value = kernel(distance, jnp.exp(log_hyperparameters[-2]))
    if couplings.tasks.shape[0]:
        alike, same = _tasks(log_hyperparameters, couplings, a, b)
        value = alike * value + TASK_LEVEL_VARIANCE * same
    for index in range(couplings.fidelities.shape[0]):
        own = matmul(rates * couplings.fidelities[index], membership)
        apart = distance + squared_distance(a * own, b * own)
        weight = jnp.exp(log_hyperparameters[width + index])
        both = _deviation(couplings, index, a)[:, None] * _deviation(couplings, index, b)[None, :]
        value = value + weight * both * (1.0 + matern52(apart))
    return value


def coupled_variance(
    log_hyperparameters: Float[Array, " t"], couplings: Couplings, a: Float[Array, "k D"]
) -> Float[Array, " k"]:
    """Prior variance of the function at every row of a: the diagonal of `coupled_covariance`."""
    width = couplings.plain.shape[0]
    value = kernel(jnp.zeros(a.shape[0]), jnp.exp(log_hyperparameters[-2]))
    if couplings.tasks.shape[0]:
        factors = _factors(log_hyperparameters, couplings, a)
        value = factors * factors * value + TASK_LEVEL_VARIANCE
    for index in range(couplings.fidelities.shape[0]):
        weight = jnp.exp(log_hyperparameters[width + index])
        value = value + 2.0 * weight * _deviation(couplings, index, a) ** 2
    return value


def _deviation(couplings: Couplings, index: int, a: Float[Array, "k D"]) -> Float[Array, " k"]:
    slopes = couplings.deviations[index]
    return matmul(a, slopes[:-1]) + slopes[-1]


def _tasks(
    log_hyperparameters: Float[Array, " t"],
    couplings: Couplings,
    a: Float[Array, "k D"],
    b: Float[Array, "n D"],
) -> tuple[Float[Array, "k n"], Float[Array, "k n"]]:
    """Correlation of the tasks of two rows times their factors, and whether they are the same."""
    many, size = couplings.tasks.shape
    _, _, shared, own = _parts(log_hyperparameters, couplings)
    own = jnp.exp(2.0 * own)
    alike = _factors(log_hyperparameters, couplings, a)[:, None]
    alike = alike * _factors(log_hyperparameters, couplings, b)[None, :]
    same = jnp.ones((a.shape[0], b.shape[0]))
    for index in range(many):
        at_a, at_b = (part[:, -size:] * couplings.tasks[index] for part in (a, b))
        equal = matmul(at_a, at_b.T)
        share_a, share_b = matmul(at_a, shared), matmul(at_b, shared)
        scale_a = 1.0 + share_a**2 + matmul(at_a, own)
        scale_b = 1.0 + share_b**2 + matmul(at_b, own)
        together = 1.0 + share_a[:, None] * share_b[None, :] + matmul(at_a * own, at_b.T)
        alike = alike * together / jnp.sqrt(scale_a[:, None] * scale_b[None, :])
        same = same * equal
    return alike, same


def _factors(
    log_hyperparameters: Float[Array, " t"], couplings: Couplings, a: Float[Array, "k D"]
) -> Float[Array, " k"]:
    """The factor c of each row's task; of several task columns, their product."""
    _, logarithms, _, _ = _parts(log_hyperparameters, couplings)
    return jnp.exp(matmul(a[:, -couplings.tasks.shape[1] :], logarithms))


def log_coupling_prior(
    log_hyperparameters: Float[Array, " t"], couplings: Couplings
) -> Float[Array, ""]:
    """Log prior density of the additional hyperparameters."""
    errors, factors, shared, own = _parts(log_hyperparameters, couplings)
    return (
        jnp.sum(log_normal(errors, *_ERROR))
        + jnp.sum(log_normal(factors, *_FACTOR))
        + jnp.sum(log_normal(shared, 0.0, 1.0))
        + jnp.sum(log_normal(own, *_OWN))
    )


def coupling_bounds(
    couplings: Couplings,
) -> tuple[Float[np.ndarray, " e"], Float[np.ndarray, " e"]]:
    """Lower and upper bounds of the additional hyperparameters."""
    counts = (couplings.fidelities.shape[0], *(couplings.tasks.shape[1] for _ in range(3)))
    kinds = [_ERROR_BOUNDS, _FACTOR_BOUNDS, _SHARED_BOUNDS, _OWN_BOUNDS]
    limits = np.repeat(kinds, counts, axis=0)
    return limits[:, 0], limits[:, 1]


def fresh_couplings(
    couplings: Couplings, rng: np.random.Generator, count: int
) -> Float[np.ndarray, "f e"]:
    """Where fits may begin; a is not 0, where its slope would be 0 too."""
    errors, size = couplings.fidelities.shape[0], couplings.tasks.shape[1]
    return np.hstack(
        [
            np.full((count, errors), _ERROR[0]),
            np.full((count, size), _FACTOR[0]),
            0.5 * rng.standard_normal((count, size)),
            np.full((count, size), _OWN[0]),
        ]
    )


def _parts(
    log_hyperparameters: Float[Array, " t"], couplings: Couplings
) -> tuple[Float[Array, " h"], Float[Array, " T"], Float[Array, " T"], Float[Array, " T"]]:
    """The additional hyperparameters: log w, log c, a and b."""
    width, errors = couplings.plain.shape[0], couplings.fidelities.shape[0]
    size = couplings.tasks.shape[1]
    middle = width + errors
    return (
        log_hyperparameters[width:middle],
        log_hyperparameters[middle : middle + size],
        log_hyperparameters[middle + size : middle + 2 * size],
        log_hyperparameters[middle + 2 * size : middle + 3 * size],
    )
