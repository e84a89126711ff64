"""A trial of many arms, each with a weight."""

import math
from collections import OrderedDict
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, NoReturn, Self, final

from armwright.experiment.abandoned_arm import AbandonedArm
from armwright.experiment.arm import Arm
from armwright.experiment.base_trial import BaseTrial
from armwright.experiment.clock import now
from armwright.experiment.generator_run import GeneratorRun
from armwright.experiment.generator_run_struct import GeneratorRunStruct
from armwright.experiment.generator_run_type import GeneratorRunType
from armwright.experiment.weights import normalized

if TYPE_CHECKING:
    from armwright.experiment.experiment import Experiment

__all__ = ["BatchTrial"]


@final
class BatchTrial(BaseTrial):
    """Arms from any number of generator runs, each with a weight, its share of the traffic.

    The status quo, the arm that others are compared with, comes from the experiment for the record;
    it is one of the batch's arms only if a generator run holds it or it is given a weight.

    Args:
        experiment: The experiment, which the new trial becomes part of.
        generator_run: The first generator run.
        trial_type: None but in experiments with several types of trials.
        optimize_for_power: Whether to give the status quo the weight that makes comparisons with
            it the most precise, now and whenever arms are added.
    """

    def __init__(
        self,
        experiment: "Experiment",
        generator_run: GeneratorRun | None = None,
        trial_type: str | None = None,
        optimize_for_power: bool = False,
    ) -> None:
        super().__init__(experiment, trial_type)
        self._generator_run_structs: list[GeneratorRunStruct] = []
        self._abandoned_arms_metadata: dict[str, AbandonedArm] = {}
        self._status_quo = None if experiment.status_quo is None else experiment.status_quo.clone()
        self._status_quo_weight_override: float | None = None
        self.optimize_for_power = optimize_for_power
        if optimize_for_power and self._status_quo is None:
            raise ValueError(
                f"{self._label}: optimize_for_power needs a status quo on the experiment, got None"
            )
        if generator_run is not None:
            self.add_generator_run(generator_run)
        self._weight_for_power()
        experiment._attach_trial(self)

    @property
    def generator_run_structs(self) -> list[GeneratorRunStruct]:
        """The generator runs, each with the factor on its weights."""
        return self._generator_run_structs

    @property
    def generator_runs(self) -> list[GeneratorRun]:
        """The generator runs without their factors."""
        return [struct.generator_run for struct in self._generator_run_structs]

    @property
    def arm_weights(self) -> MutableMapping[Arm, float]:
        """Arm to weight: those of all generator runs added up, in the order first seen."""
        weights: OrderedDict[Arm, float] = OrderedDict()
        for generator_run, multiplier in self._generator_run_structs:
            for arm, weight in generator_run.arm_weights.items():
                weights[arm] = weights.get(arm, 0.0) + weight * multiplier
        if self._status_quo is not None and self._status_quo_weight_override is not None:
            weights[self._status_quo] = self._status_quo_weight_override
        return weights

    @arm_weights.setter
    def arm_weights(self, arm_weights: MutableMapping[Arm, float]) -> NoReturn:
        raise NotImplementedError(
            f"{self._label}: weights are set by adding arms, see add_arms_and_weights"
        )

    @property
    def arms(self) -> list[Arm]:
        """All arms, in the order first seen."""
        return list(self.arm_weights)

    @property
    def weights(self) -> list[float]:
        """The weights of `arms`, in the same order."""
        return list(self.arm_weights.values())

    def add_arm(self, arm: Arm, weight: float = 1.0) -> Self:
        """Adds a copy of an arm, named if it has no name."""
        return self.add_arms_and_weights([arm], [weight])

    def add_arms_and_weights(
        self, arms: list[Arm], weights: list[float] | None = None, multiplier: float = 1.0
    ) -> Self:
        """Adds copies of arms, named if they have no names.

        Args:
            arms: The arms.
            weights: One for each arm; None for 1.0 each.
            multiplier: A factor on all of these weights.
        """
        run = GeneratorRun(arms, weights, type=GeneratorRunType.MANUAL.name)
        return self.add_generator_run(run, multiplier)

    def add_generator_run(self, generator_run: GeneratorRun, multiplier: float = 1.0) -> Self:
        """Adds a copy of a generator run, and names those of its arms that have no names."""
        self._require_candidate("add arms")
        own = generator_run.clone()
        self._adopt(own.arms)
        own._index = len(self._generator_run_structs)  # whatever place it had in another trial
        self._generator_run_structs.append(GeneratorRunStruct(own, multiplier))
        self._weight_for_power()
        return self

    # Status quo ------------------------------------------------------------------------------

    @property
    def status_quo(self) -> Arm | None:
        """The arm that the others are compared with."""
        return self._status_quo

    @status_quo.setter
    def status_quo(self, status_quo: Arm | None) -> NoReturn:
        raise NotImplementedError(
            f"{self._label}: use set_status_quo_with_weight or set_status_quo_and_optimize_power"
        )

    def unset_status_quo(self) -> None:
        """Makes the batch one without a status quo."""
        self._require_candidate("unset the status quo")
        self._status_quo = None
        self._status_quo_weight_override = None
        self.optimize_for_power = False

    def set_status_quo_with_weight(self, status_quo: Arm, weight: float | None) -> Self:
        """Sets the status quo and its weight, in place of any weight generator runs gave that arm.

        Args:
            status_quo: An arm of the search space's types, named if it has no name.
            weight: Above zero; None to set the status quo for the record only.
        """
        self._require_candidate("set the status quo")
        if weight is not None and weight <= 0:
            raise ValueError(f"{self._label}: the status quo's weight must be > 0, got {weight}")
        self._experiment.search_space.check_types(status_quo.parameters, raise_error=True)
        registry = self._experiment._arms
        registry.add(status_quo, registry.free_name(f"status_quo_{self._index}"))
        self._status_quo = status_quo.clone()
        self._status_quo_weight_override = weight
        return self

    def set_status_quo_and_optimize_power(self, status_quo: Arm) -> Self:
        """Sets the status quo, with the weight that makes comparisons with it the most precise."""
        self.set_status_quo_with_weight(status_quo, None)
        self.optimize_for_power = True
        self._weight_for_power()
        return self

    def _weight_for_power(self) -> None:
        if not self.optimize_for_power or self._status_quo is None:
            return
        own = self._status_quo.signature
        others = [weight for arm, weight in self.arm_weights.items() if arm.signature != own]
        self._status_quo_weight_override = math.sqrt(sum(others)) if others else 1.0

    # Abandoned arms --------------------------------------------------------------------------

    def mark_arm_abandoned(self, arm_name: str, reason: str | None = None) -> Self:
        """Gives up one arm, at any time, while the others go on.

        Args:
            arm_name: The arm.
            reason: For people.
        """
        if arm_name not in self.arms_by_name:
            raise ValueError(
                f"{self._label}: has no arm {arm_name!r}, its arms are {list(self.arms_by_name)}"
            )
        with self._changing():
            self._abandoned_arms_metadata = {
                **self._abandoned_arms_metadata,
                arm_name: AbandonedArm(arm_name, now(), reason),
            }
        return self

    @property
    def abandoned_arms(self) -> list[Arm]:
        """The arms that were given up."""
        arms = self.arms_by_name
        return [arms[name] for name in self._abandoned_arms_metadata]

    @property
    def abandoned_arms_metadata(self) -> list[AbandonedArm]:
        """When and why arms were given up."""
        return list(self._abandoned_arms_metadata.values())

    # Views -----------------------------------------------------------------------------------

    @property
    def is_factorial(self) -> bool:
        """Whether the arms, of 2 or more parameters, are all combinations of their values."""
        arms = [arm.parameters for arm in self.arms]
        if not arms or any(len(parameters) < 2 for parameters in arms):
            return False
        levels: dict[str, set[object]] = {}
        for parameters in arms:
            for name, value in parameters.items():
                levels.setdefault(name, set()).add(value)
        return len(arms) == math.prod(len(values) for values in levels.values())

    def normalized_arm_weights(
        self, total: float = 1, trunc_digits: int | None = None
    ) -> MutableMapping[Arm, float]:
        """Arm to weight, in proportion, such that the weights add up to a total.

        Args:
            total: What they add up to; 1 makes them probabilities.
            trunc_digits: Decimal places to keep. All are rounded down, and what is left over goes
                to the first arms, one unit of the last place each.
        """
        return OrderedDict(
            zip(self.arms, normalized(self.weights, total, trunc_digits), strict=True)
        )

    def clone(self) -> "BatchTrial":
        """A new candidate trial of the same experiment with copies of the same generator runs."""
        twin = BatchTrial(self._experiment, trial_type=self._trial_type)
        for generator_run, multiplier in self._generator_run_structs:
            twin.add_generator_run(generator_run, multiplier)
        twin._runner = self._runner
        return twin

    @property
    def _arms_used(self) -> list[Arm]:
        return self.arms if self._status_quo is None else [*self.arms, self._status_quo]
