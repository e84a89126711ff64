"""Arms from a Gaussian process of the objective and expected improvement."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any, final

import numpy as np

from armwright.errors import NothingLeftError
from armwright.experiment import Arm, MultiObjective, ScalarizedObjective
from armwright.generation.encoding import Encoding, Observed, encode, latest_data, observe
from armwright.generation.model_bridge import Generated, ModelBridge
from armwright.generation.seed import derived_seed, fresh_seed
from armwright.optimizer import Hyperparameters, predict, suggest, to_model
from armwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armwright.experiment import (
        Data,
        Experiment,
        Objective,
        ObservationFeatures,
        OptimizationConfig,
        SearchSpace,
    )

__all__ = ["GaussianProcess", "GaussianProcessBridge", "check_modelable"]


def check_modelable(config: OptimizationConfig | None, search_space: SearchSpace) -> None:
    """Refuses, before anything is evaluated, what the Gaussian process cannot model yet.

    Raises:
        NotImplementedError: Several objectives, outcome constraints, task or fidelity parameters.
        ValueError: There is no objective.
    """
    if config is None:
        raise ValueError("the Gaussian process needs an objective, got no optimization config")
    missing = ""
    if isinstance(config.objective, MultiObjective | ScalarizedObjective):
        missing = f"several objectives, got {config.objective}"
    elif config.outcome_constraints:
        missing = f"outcome constraints, got {config.outcome_constraints}"
    for parameter in search_space.parameters.values():
        if parameter.is_fidelity or getattr(parameter, "is_task", False):
            missing = f"task and fidelity parameters, got {parameter}"
    if missing:
        raise NotImplementedError(
            f"the Gaussian process does not model {missing} yet; Sobol arms work for them"
        )


@final
class GaussianProcess:
    """What the fit left: the hyperparameters, and the observations they were fitted to.

    Attributes:
        seed: Decides every random draw of the search for arms.
        hyperparameters: Those of the last fit; None before the first.
    """

    def __init__(self, seed: int, hyperparameters: Hyperparameters | None = None) -> None:
        self.seed, self.hyperparameters = seed, hyperparameters


@final
class GaussianProcessBridge(ModelBridge):
    """Learns the objective from an experiment's data and makes the arms that promise most.

    Args:
        experiment: The experiment to learn from.
        data: What it measured; all the data attached to it when left out.
        search_space: Where arms come from; the experiment's own when left out.
        optimization_config: The objective; the experiment's own when left out.
        model_key: Name in the generator runs.
        **model_kwargs: `seed`, an int; and `warm`, hyperparameters of an earlier fit as a dict.
    """

    def __init__(
        self,
        experiment: Experiment | None = None,
        data: Data | None = None,
        search_space: SearchSpace | None = None,
        optimization_config: OptimizationConfig | None = None,
        model_key: str = "GPEI",
        **model_kwargs: Any,
    ) -> None:
        super().__init__(
            search_space=search_space,
            experiment=experiment,
            data=data,
            optimization_config=optimization_config,
            model_key=model_key,
            model_kwargs={key: value for key, value in model_kwargs.items() if key != "warm"},
        )
        if experiment is None:
            raise ValueError(f"{model_key} needs an experiment with data to learn from, got none")
        unknown = sorted(set(model_kwargs) - {"seed", "warm"})
        if unknown:
            raise ValueError(f"{model_key} takes the options seed and warm, got {unknown}")
        check_modelable(self.optimization_config, self.search_space)
        seed, warm = model_kwargs.get("seed"), model_kwargs.get("warm")
        self._gp = GaussianProcess(
            seed=fresh_seed() if seed is None else seed,
            hyperparameters=None if warm is None else Hyperparameters.from_dict(warm),
        )
        self._data = latest_data(experiment) if data is None else data
        self._encoding = encode(self.search_space)
        self._observed = self._observe(self._encoding)

    @property
    def model(self) -> GaussianProcess:
        """The fitted model."""
        return self._gp

    @property
    def _objective(self) -> Objective:
        assert self.optimization_config is not None  # noqa: S101 - check_modelable refused None
        return self.optimization_config.objective

    @property
    def _sign(self) -> float:
        return -1.0 if self._objective.minimize else 1.0

    def _observe(self, encoding: Encoding) -> Observed:
        assert self._experiment is not None  # noqa: S101 - refused at the start
        assert self._data is not None  # noqa: S101 - set at the start
        return observe(
            encoding, self._experiment, self._data, self._objective.metric.name, sign=self._sign
        )

    def _gen(
        self,
        n: int,
        search_space: SearchSpace,
        optimization_config: OptimizationConfig | None,
        pending: list[Arm],
        options: dict[str, Any],
    ) -> Generated:
        if options:
            raise NotImplementedError(f"{self._model_key}.gen takes no options, got {options}")
        if optimization_config is not self.optimization_config:
            raise NotImplementedError(
                f"{self._model_key}.gen aims at the objective it was fitted to; make a new model "
                "for another optimization_config"
            )
        encoding, observed = self._encoding, self._observed
        if search_space is not self.search_space:
            encoding = encode(search_space)
            observed = self._observe(encoding)
        proposal = suggest(
            encoding.problem,
            observed.observations,
            pending=to_model(encoding.problem, encoding.rows(pending)),
            warm=self._gp.hyperparameters,
            seed=derived_seed(self._gp.seed, "gp", len(observed.arms), len(pending)),
            count=n,
        )
        if len(proposal.values) < n:
            raise NothingLeftError(
                f"the search space has no {n} further arms: {len(observed.arms)} are measured and "
                f"{len(pending)} open, {len(proposal.values)} were found",
                hint="widen a bound, add values, or end the experiment here",
            )
        self._gp.hyperparameters = proposal.hyperparameters
        metric = self._objective.metric.name
        return Generated(
            arms=[Arm(parameters=encoding.parameterization(row)) for row in proposal.values],
            metadata={
                "seed": self._gp.seed,
                "observations": len(observed.arms),
                "pending": len(pending),
                "digest": _digest(observed, pending),
                "hyperparameters": _as_dict(proposal.hyperparameters),
                "log_acquisition": [_finite(value) for value in proposal.log_acquisition],
                "notes": [*observed.left_out, *proposal.notes],
                "version": __version__,
            },
            predictions=None
            if proposal.hyperparameters is None
            else _predictions(metric, self._sign * proposal.mean, proposal.sd),
            best_arm=self._best_arm(),
        )

    def _best_arm(self) -> Any:
        """The observed arm with the best posterior mean, and its predictions."""
        if not self._observed.arms or self._gp.hyperparameters is None:
            return None
        mean, sd = predict(
            self._encoding.problem,
            self._observed.observations,
            self._gp.hyperparameters,
            self._observed.observations.x,
        )
        best = int(np.argmax(mean))
        metric = self._objective.metric.name
        value, variance = float(self._sign * mean[best]), float(sd[best]) ** 2
        return self._observed.arms[best], ({metric: value}, {metric: {metric: variance}})

    def predict(
        self, observation_features: Sequence[ObservationFeatures]
    ) -> tuple[dict[str, list[float]], dict[str, dict[str, list[float]]]]:
        """Means and covariances of the objective, a value per point. See `ModelBridge.predict`."""
        rows = []
        for features in observation_features:
            row = self._encoding.row(features.parameters)
            if row is None:
                raise ValueError(
                    f"cannot predict at {features.parameters}: expected a value inside the search "
                    f"space for each of {[p.name for p in self._encoding.parameters]}"
                )
            rows.append(row)
        values = np.array(rows, dtype=np.float64).reshape(len(rows), len(self._encoding.parameters))
        if self._gp.hyperparameters is None:
            self.gen(1)
        assert self._gp.hyperparameters is not None  # noqa: S101 - gen fitted it
        mean, sd = predict(
            self._encoding.problem,
            self._observed.observations,
            self._gp.hyperparameters,
            to_model(self._encoding.problem, values),
        )
        return _predictions(self._objective.metric.name, self._sign * mean, sd)


def _predictions(
    metric: str, mean: NDArray[np.float64], sd: NDArray[np.float64]
) -> tuple[dict[str, list[float]], dict[str, dict[str, list[float]]]]:
    return (
        {metric: [float(value) for value in mean]},
        {metric: {metric: [float(value) ** 2 for value in sd]}},
    )


def _as_dict(hyperparameters: Hyperparameters | None) -> dict[str, Any] | None:
    return None if hyperparameters is None else hyperparameters.to_dict()


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _digest(observed: Observed, pending: list[Arm]) -> str:
    """Names exactly what the model saw, so that a replay can tell whether it sees the same."""
    digest = hashlib.sha256()
    for array in (
        observed.observations.x,
        observed.observations.y,
        observed.observations.noise,
    ):
        digest.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
    for arm in pending:
        digest.update(arm.signature.encode())
    return digest.hexdigest()[:32]
