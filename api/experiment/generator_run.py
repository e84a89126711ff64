"""The arms that one call of a generator gave, and what it knew of them."""

from collections import OrderedDict
from collections.abc import MutableMapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.aliases import TModelPredict, TModelPredictArm
from armwright.experiment.arm import Arm
from armwright.experiment.clock import now
from armwright.experiment.cloneable import Cloneable
from armwright.experiment.model_predict import prediction_at, predictions_at
from armwright.experiment.optimization_config import OptimizationConfig
from armwright.experiment.search_space import SearchSpace

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GeneratorRun"]


@final
class GeneratorRun(Cloneable):
    """Arms with weights, and the record of how they were made.

    Invariant: the arms differ in their parameters. Of arms given with the same parameters the first
    is kept, with the sum of their weights.

    Args:
        arms: The arms.
        weights: One for each arm; None for 1.0 each.
        optimization_config: What was optimized.
        search_space: Where the arms were looked for.
        model_predictions: Means and covariances, with one entry for each arm.
        best_arm_predictions: The best arm known before, and its prediction if there is one.
        type: Where arms that no model made come from, a name of `GeneratorRunType`.
        fit_time: Seconds taken to fit the model.
        gen_time: Seconds taken to generate the arms.
        model_key: The model, as `Models` names it.
        model_kwargs: Arguments the model was made with.
        bridge_kwargs: Arguments its bridge was made with.
        gen_metadata: Whatever else the generator says.
        model_state_after_gen: What the model needs to go on from here.
        generation_step_index: The step of the generation strategy.
    """

    def __init__(
        self,
        arms: list[Arm],
        weights: list[float] | None = None,
        optimization_config: OptimizationConfig | None = None,
        search_space: SearchSpace | None = None,
        model_predictions: TModelPredict | None = None,
        best_arm_predictions: tuple[Arm, TModelPredictArm | None] | None = None,
        type: str | None = None,
        fit_time: float | None = None,
        gen_time: float | None = None,
        model_key: str | None = None,
        model_kwargs: dict[str, Any] | None = None,
        bridge_kwargs: dict[str, Any] | None = None,
        gen_metadata: dict[str, Any] | None = None,
        model_state_after_gen: dict[str, Any] | None = None,
        generation_step_index: int | None = None,
    ) -> None:
        if weights is not None and len(weights) != len(arms):
            raise ValueError(
                f"generator run: weights must be one for each of the {len(arms)} arms, "
                f"got {len(weights)}"
            )
        if (model_kwargs is None) != (bridge_kwargs is None):
            raise ValueError("generator run: model_kwargs and bridge_kwargs must come together")
        if model_kwargs is not None and model_key is None:
            raise ValueError("generator run: model_kwargs need a model_key, got None")
        if generation_step_index is not None and generation_step_index < 0:
            raise AssertionError(
                f"generator run: generation_step_index must be >= 0, got {generation_step_index}"
            )
        places: dict[str, int] = {}
        totals: dict[str, float] = {}
        for place, arm in enumerate(arms):
            signature = arm.signature
            weight = 1.0 if weights is None else float(weights[place])
            places.setdefault(signature, place)
            totals[signature] = totals.get(signature, 0.0) + weight
        self._arm_weights = {
            signature: (arms[place], totals[signature]) for signature, place in places.items()
        }
        if model_predictions is not None and len(places) < len(arms):
            model_predictions = predictions_at(model_predictions, list(places.values()))
        self._optimization_config = optimization_config
        self._search_space = search_space
        self._model_predictions = model_predictions
        self._best_arm_predictions = best_arm_predictions
        self._generator_run_type = type
        self._fit_time = fit_time
        self._gen_time = gen_time
        self._model_key = model_key
        self._model_kwargs = model_kwargs
        self._bridge_kwargs = bridge_kwargs
        self._gen_metadata = gen_metadata
        self._model_state_after_gen = model_state_after_gen
        self._generation_step_index = generation_step_index
        self._time_created = now()
        self._index: int | None = None

    @property
    def arms(self) -> list[Arm]:
        """The arms, each set of parameters once."""
        return [arm for arm, _ in self._arm_weights.values()]

    @property
    def weights(self) -> list[float]:
        """The weights of the arms, in the same order."""
        return [weight for _, weight in self._arm_weights.values()]

    @property
    def arm_weights(self) -> MutableMapping[Arm, float]:
        """Arm to weight, in the order of `arms`."""
        return OrderedDict(self._arm_weights.values())

    @property
    def index(self) -> int | None:
        """The place of this run in its trial, None before it is added to one; set once."""
        return self._index

    @index.setter
    def index(self, index: int) -> None:
        if self._index is not None and self._index != index:
            raise ValueError(
                f"generator run: has index {self._index} in its trial already, got {index}"
            )
        self._index = index

    @property
    def generator_run_type(self) -> str | None:
        """Where arms that no model made come from; None for a model's."""
        return self._generator_run_type

    @property
    def time_created(self) -> datetime:
        """When the run was made, local time."""
        return self._time_created

    @property
    def optimization_config(self) -> OptimizationConfig | None:
        """What was optimized."""
        return self._optimization_config

    @property
    def search_space(self) -> SearchSpace | None:
        """Where the arms were looked for."""
        return self._search_space

    @property
    def model_predictions(self) -> TModelPredict | None:
        """Means and covariances of every metric, with one entry for each arm."""
        return self._model_predictions

    @property
    def model_predictions_by_arm(self) -> dict[str, TModelPredictArm] | None:
        """Arm signature to that arm's predictions, None if there are no predictions."""
        if self._model_predictions is None:
            return None
        return {
            signature: prediction_at(self._model_predictions, place)
            for place, signature in enumerate(self._arm_weights)
        }

    @property
    def best_arm_predictions(self) -> tuple[Arm, TModelPredictArm | None] | None:
        """The best arm the model knew, and its prediction if there is one."""
        return self._best_arm_predictions

    @property
    def fit_time(self) -> float | None:
        """Seconds taken to fit the model."""
        return self._fit_time

    @property
    def gen_time(self) -> float | None:
        """Seconds taken to generate the arms."""
        return self._gen_time

    @property
    def gen_metadata(self) -> dict[str, Any] | None:
        """Whatever else the generator said."""
        return self._gen_metadata

    @property
    def param_df(self) -> "pd.DataFrame":
        """A table of the parameter values, one row for each arm, under its name if it has one."""
        import pandas as pd

        return pd.DataFrame.from_records(
            [arm.parameters for arm in self.arms],
            index=[arm.name_or_short_signature for arm in self.arms],
        )

    def _with_arm(
        self,
        arm: Arm,
        *,
        model_predictions: TModelPredict | None,
        best_arm_predictions: tuple[Arm, TModelPredictArm | None] | None,
        gen_metadata: dict[str, Any] | None,
    ) -> "GeneratorRun":
        """A run of one arm that came about like this one."""
        return GeneratorRun(
            arms=[arm],
            optimization_config=self._optimization_config,
            search_space=self._search_space,
            model_predictions=model_predictions,
            best_arm_predictions=best_arm_predictions,
            fit_time=self._fit_time,
            gen_time=self._gen_time,
            model_key=self._model_key,
            model_kwargs=self._model_kwargs,
            bridge_kwargs=self._bridge_kwargs,
            gen_metadata=gen_metadata,
            model_state_after_gen=self._model_state_after_gen,
            generation_step_index=self._generation_step_index,
        )

    def _description(self) -> str:
        return f"{len(self._arm_weights)} arms, total weight {sum(self.weights)}"
