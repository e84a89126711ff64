"""What every model offers an experiment: arms (`gen`) and predictions (`predict`)."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from armwright.experiment import GeneratorRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import (
        Arm,
        Data,
        Experiment,
        ObservationFeatures,
        OptimizationConfig,
        SearchSpace,
    )

__all__ = ["Generated", "ModelBridge"]


class Generated:
    """What a bridge made: the arms, and what there is to say of them.

    Attributes:
        arms: Unnamed arms, in the order they were proposed.
        predictions: `({metric: [mean per arm]}, {metric: {metric: [variance per arm]}})`, or None.
        best_arm: The best arm observed so far and its predictions, or None.
        metadata: Plain values for the generator record: seed, position, hyperparameters, notes.
    """

    __slots__ = ("arms", "best_arm", "metadata", "predictions")

    def __init__(
        self,
        arms: list[Arm],
        metadata: dict[str, Any],
        predictions: Any = None,
        best_arm: Any = None,
    ) -> None:
        self.arms, self.metadata = arms, metadata
        self.predictions, self.best_arm = predictions, best_arm


class ModelBridge(ABC):
    """A model tied to a search space, and to an experiment's data where it needs any.

    Args:
        search_space: Where arms come from; the experiment's own when left out.
        experiment: The experiment to learn from.
        data: What it has measured.
        optimization_config: The objective and constraints; the experiment's own when left out.
        model_key: The name of the model in the generator runs it makes.
        model_kwargs: What the model was made with, for the generator record.

    Raises:
        AssertionError: Neither a search space nor an experiment is given.
    """

    def __init__(
        self,
        *,
        search_space: SearchSpace | None = None,
        experiment: Experiment | None = None,
        data: Data | None = None,
        optimization_config: OptimizationConfig | None = None,
        model_key: str,
        model_kwargs: Mapping[str, Any],
    ) -> None:
        if search_space is None:
            if experiment is None:
                raise AssertionError(f"{model_key} needs a search_space or an experiment, got none")
            search_space = experiment.search_space
        if optimization_config is None and experiment is not None:
            optimization_config = experiment.optimization_config
        self.search_space = search_space
        self.optimization_config = optimization_config
        self._experiment, self._data = experiment, data
        self._model_key, self._model_kwargs = model_key, dict(model_kwargs)

    @property
    @abstractmethod
    def model(self) -> Any:
        """The generator behind the bridge."""

    def gen(
        self,
        n: int = 1,
        search_space: SearchSpace | None = None,
        optimization_config: OptimizationConfig | None = None,
        pending_observations: Sequence[Arm] | None = None,
        fixed_features: ObservationFeatures | None = None,
        model_gen_options: Mapping[str, Any] | None = None,
    ) -> GeneratorRun:
        """Generates `n` arms, unnamed and of weight 1, with values in the declared Python types.

        Args:
            n: How many arms.
            search_space: Where they come from, instead of the bridge's own.
            optimization_config: What they are for, instead of the bridge's own.
            pending_observations: Arms that are being evaluated, to keep away from.
            fixed_features: Values every arm is to have.
            model_gen_options: Further options of the model.

        Raises:
            NothingLeftError: Every point of the space was tried already.
            NotImplementedError: An argument asks for what this model cannot do.
        """
        if fixed_features is not None and fixed_features.parameters:
            raise NotImplementedError(
                f"{self._model_key}.gen cannot hold parameters at fixed values, got fixed_features "
                f"for {sorted(fixed_features.parameters)}; use FixedParameter in the search space"
            )
        started = time.perf_counter()
        space = search_space or self.search_space
        config = optimization_config or self.optimization_config
        generated = self._gen(
            n,
            space,
            config,
            list(pending_observations or ()),
            dict(model_gen_options or {}),
        )
        return GeneratorRun(
            arms=generated.arms,
            weights=[1.0] * len(generated.arms),
            optimization_config=config,
            search_space=space,
            model_predictions=generated.predictions,
            best_arm_predictions=generated.best_arm,
            fit_time=0.0,
            gen_time=time.perf_counter() - started,
            model_key=self._model_key,
            model_kwargs=self._model_kwargs,
            bridge_kwargs={},
            gen_metadata=generated.metadata,
        )

    @abstractmethod
    def _gen(
        self,
        n: int,
        search_space: SearchSpace,
        optimization_config: OptimizationConfig | None,
        pending: list[Arm],
        options: dict[str, Any],
    ) -> Generated: ...

    def predict(
        self, observation_features: Sequence[ObservationFeatures]
    ) -> tuple[dict[str, list[float]], dict[str, dict[str, list[float]]]]:
        """Means and covariances per metric, on the metric's own scale, a value per point.

        Raises:
            NotImplementedError: The model does not predict.
        """
        raise NotImplementedError(
            f"{self._model_key} makes points without a model of the data and predicts nothing; "
            f"got {len(observation_features)} points"
        )
