"""What every model offers an experiment: arms (`gen`) and predictions (`predict`)."""

from __future__ import annotations

import inspect
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, final, get_type_hints

from armwright import experiment
from armwright.experiment import GeneratorRun, ObservationFeatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from armwright.experiment import (
        Arm,
        Data,
        Experiment,
        OptimizationConfig,
        SearchSpace,
        TModelPredict,
        TParameterization,
    )

__all__ = ["Generated", "ModelBridge", "Request", "keywords", "pending_arms"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a bridge is asked to make.

    Attributes:
        count: How many arms; -1 for as many as the model sees fit.
        search_space: Where they come from.
        optimization_config: What they are for; None for models without an aim.
        pending: Arms that are being evaluated.
        held: Values that every arm is to have, by parameter name.
        remaining: How many arms are still to come in all, these included; None if nobody knows.
        deadline: When to be done, by `time.monotonic()`; None for no hurry.
    """

    count: int
    search_space: SearchSpace
    optimization_config: OptimizationConfig | None
    pending: Sequence[Arm]
    held: TParameterization
    remaining: int | None = None
    deadline: float | None = None

    @property
    def within(self) -> float | None:
        """Seconds left until the deadline; None where there is none."""
        return None if self.deadline is None else max(self.deadline - time.monotonic(), 0.0)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a bridge made: the arms, and what there is to say of them.

    Attributes:
        arms: Unnamed arms, in the order they were proposed.
        weights: One for each arm; None for 1 each.
        metadata: Plain values for the generator record: seed, position, hyperparameters, notes.
        predictions: `({metric: [mean per arm]}, {metric: {metric: [variance per arm]}})`, or None.
        best_arm: The best arm observed so far and its predictions, or None.
    """

    arms: list[Arm]
    weights: list[float] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    predictions: TModelPredict | None = None
    best_arm: Any = None


class ModelBridge(ABC):
    """A model tied to a search space, and to an experiment's data where it needs any.

    Args:
        model: The model itself.
        search_space: Where arms come from; the experiment's own when left out.
        experiment: The experiment to learn from.
        data: What it has measured.
        optimization_config: The objective and constraints; the experiment's own when left out.
        model_key: The name of the model in the generator runs it makes.
        model_kwargs: What the model was made with, for the generator record.
        status_quo_name: The arm that relative constraints refer to, instead of the experiment's
            status quo.
        transforms: Without effect, as are the rest: parameters and outcomes are encoded in one way.
        transform_configs: Without effect.
        status_quo_features: Without effect; give `status_quo_name`.
        fit_out_of_design: Without effect: arms outside the search space are never learned from.
        torch_dtype: Without effect: numbers are float64.
        torch_device: Without effect: the optimizer finds the device that is faster.

    Raises:
        AssertionError: Neither a search space nor an experiment is given.
    """

    takes_all: ClassVar[bool] = False  # whether `gen(-1)` means as many arms as the model sees fit

    def __init__(
        self,
        model: Any,
        search_space: SearchSpace | None = None,
        experiment: Experiment | None = None,
        data: Data | None = None,
        optimization_config: OptimizationConfig | None = None,
        *,
        model_key: str,
        model_kwargs: Mapping[str, Any] | None = None,
        status_quo_name: str | None = None,
        transforms: Any = None,  # noqa: ARG002 - as the docstring says, like the rest
        transform_configs: Any = None,  # noqa: ARG002
        status_quo_features: Any = None,  # noqa: ARG002
        fit_out_of_design: bool = False,  # noqa: ARG002
        torch_dtype: Any = None,  # noqa: ARG002
        torch_device: Any = None,  # noqa: ARG002
    ) -> None:
        started = time.perf_counter()
        if search_space is None:
            if experiment is None:
                raise AssertionError(f"{model_key} needs a search_space or an experiment, got none")
            search_space = experiment.search_space
        if optimization_config is None and experiment is not None:
            optimization_config = experiment.optimization_config
        self.search_space = search_space
        self.optimization_config = optimization_config
        self.model = model
        self._experiment, self._data = experiment, data
        self._model_key, self._model_kwargs = model_key, dict(model_kwargs or {})
        self._status_quo_name = status_quo_name
        self._fit()
        self._fit_time = time.perf_counter() - started

    def _fit(self) -> None:  # noqa: B027 - models without data have nothing to learn
        """Learns from the experiment's data, or refuses to."""

    @property
    def model_key(self) -> str:
        """The name of the model in the generator runs it makes."""
        return self._model_key

    @final
    def gen(
        self,
        n: int = 1,
        search_space: SearchSpace | None = None,
        optimization_config: OptimizationConfig | None = None,
        pending_observations: Mapping[str, Iterable[ObservationFeatures]]
        | Iterable[Arm]
        | None = None,
        fixed_features: ObservationFeatures | None = None,
        model_gen_options: Mapping[str, Any] | None = None,
    ) -> GeneratorRun:
        """Generates `n` arms, unnamed, with values in the declared Python types.

        The run's `fit_time` is what the model took to learn since its last run, and `gen_time` what
        this call took.

        Args:
            n: How many arms; -1 for all of a factorial design or of a Thompson sample.
            search_space: Where they come from, instead of the bridge's own.
            optimization_config: What they are for, instead of the bridge's own.
            pending_observations: What is being evaluated, to keep away from: arms, or for each
                metric the features of its awaited observations.
            fixed_features: Values every arm is to have.
            model_gen_options: `remaining`, how many arms are still to come in all, these included;
                `deadline`, a `time.monotonic()` after which no further step begins;
                other keys are accepted, as the flat Ax API has them, and without effect.

        Raises:
            SearchSpaceExhausted: Every point of the space was tried already.
            ValueError: `n` is not positive, no point keeps the constraints, or an arm cannot have
                the fixed features.
            NotImplementedError: The model cannot do what is asked for.
        """
        if n < 1 and not (self.takes_all and n == -1):
            raise ValueError(f"{self._model_key}.gen: n should be at least 1, got {n}")
        started = time.perf_counter()
        request = Request(
            count=n,
            search_space=search_space or self.search_space,
            optimization_config=optimization_config or self.optimization_config,
            pending=pending_arms(pending_observations),
            held={} if fixed_features is None else dict(fixed_features.parameters),
            remaining=(model_gen_options or {}).get("remaining"),
            deadline=(model_gen_options or {}).get("deadline"),
        )
        generated = self._gen(request)
        fit_time, self._fit_time = self._fit_time, 0.0
        return GeneratorRun(
            arms=generated.arms,
            weights=generated.weights,
            optimization_config=request.optimization_config,
            search_space=request.search_space,
            model_predictions=generated.predictions,
            best_arm_predictions=generated.best_arm,
            fit_time=fit_time,
            gen_time=time.perf_counter() - started,
            model_key=self._model_key,
            model_kwargs=self._model_kwargs,
            bridge_kwargs={},
            gen_metadata=generated.metadata,
        )

    @abstractmethod
    def _gen(self, request: Request) -> Generated: ...

    def predict(self, observation_features: Sequence[ObservationFeatures]) -> TModelPredict:
        """Means and covariances per metric, on the metric's own scale, a value per point.

        Raises:
            NotImplementedError: The model does not predict.
        """
        raise NotImplementedError(
            f"{self._model_key} makes points without a model of the data and predicts nothing; "
            f"got {len(observation_features)} points"
        )


def pending_arms(
    pending: Mapping[str, Iterable[ObservationFeatures]] | Iterable[Arm] | None,
) -> list[Arm]:
    """What is being evaluated, each arm once, from either way to say it."""
    from armwright.experiment import Arm

    if pending is None:
        return []
    if hasattr(pending, "values"):
        features = [item for items in pending.values() for item in items]
    else:
        features = list(pending)
    arms = [Arm(item.parameters) if not isinstance(item, Arm) else item for item in features]
    return list({arm.signature: arm for arm in arms}.values())


def keywords(target: Any) -> dict[str, inspect.Parameter]:
    """The keyword arguments that a model or bridge class takes, by name; annotations as types."""
    own = {"model", "model_key", "model_kwargs"}
    # What a module imports for type checkers only is not among its own names.
    types = get_type_hints(target.__init__, localns={**vars(experiment), "Mapping": Mapping})
    return {
        name: parameter.replace(annotation=types[name])
        for name, parameter in inspect.signature(target).parameters.items()
        if name not in own
    }
