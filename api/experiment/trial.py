"""A trial of one arm."""

from typing import TYPE_CHECKING, Self, final

from armwright.experiment.arm import Arm
from armwright.experiment.base_trial import BaseTrial
from armwright.experiment.generator_run import GeneratorRun
from armwright.experiment.generator_run_type import GeneratorRunType

if TYPE_CHECKING:
    from armwright.experiment.experiment import Experiment

__all__ = ["Trial"]


@final
class Trial(BaseTrial):
    """One arm, at most, from one generator run.

    Args:
        experiment: The experiment, which the new trial becomes part of.
        generator_run: Where the arm comes from; it can be added later, once.
        trial_type: None but in experiments with several types of trials.
    """

    def __init__(
        self,
        experiment: "Experiment",
        generator_run: GeneratorRun | None = None,
        trial_type: str | None = None,
    ) -> None:
        super().__init__(experiment, trial_type)
        self._generator_run: GeneratorRun | None = None
        if generator_run is not None:
            self.add_generator_run(generator_run)
        experiment._attach_trial(self)

    @property
    def generator_run(self) -> GeneratorRun | None:
        """The generator run the arm comes from, None before there is one."""
        return self._generator_run

    @property
    def generator_runs(self) -> list[GeneratorRun]:
        """The generator run in a list, which is empty before there is one."""
        return [] if self._generator_run is None else [self._generator_run]

    @property
    def arm(self) -> Arm | None:
        """The arm, None before there is one."""
        return None if self._generator_run is None else self._generator_run.arms[0]

    @property
    def arms(self) -> list[Arm]:
        """The arm in a list, which is empty before there is one."""
        return [] if self.arm is None else [self.arm]

    @property
    def abandoned_arms(self) -> list[Arm]:
        """The arm in a list, if the trial was abandoned."""
        return self.arms if self.is_abandoned else []

    def add_arm(self, arm: Arm) -> Self:
        """Adds the arm, itself and not a copy, and names it if it has no name."""
        return self.add_generator_run(GeneratorRun([arm], type=GeneratorRunType.MANUAL.name))

    def add_generator_run(self, generator_run: GeneratorRun, multiplier: float = 1.0) -> Self:  # noqa: ARG002
        """Adds the generator run, itself and not a copy, and names its arm if it has no name.

        Args:
            generator_run: A run of exactly one arm, of the search space's types.
            multiplier: Without meaning here, because one arm needs no weight.
        """
        self._require_candidate("add an arm")
        if self._generator_run is not None:
            raise ValueError(f"{self._label}: can have one arm only, it has {self.arm!r}")
        if len(generator_run.arms) != 1:
            raise ValueError(
                f"{self._label}: needs a generator run of exactly one arm, got {generator_run!r}; "
                "a BatchTrial can have many"
            )
        self._adopt(generator_run.arms)
        generator_run.index = 0
        self._generator_run = generator_run
        return self

    @property
    def objective_mean(self) -> float:
        """Mean of the experiment's present objective for this arm, from the latest data."""
        config = self._experiment.optimization_config
        if config is None:
            raise ValueError(f"{self._label}: its experiment has no optimization config")
        return self.get_metric_mean(config.objective.metric.name)

    def get_metric_mean(self, metric_name: str) -> float:
        """Mean of a metric for this arm, from the latest data."""
        df = self.fetch_data().df
        if df.empty:
            raise ValueError(f"No data was retrieved for trial {self._index}")
        means = df.loc[df["metric_name"] == metric_name, "mean"]
        if means.empty:
            raise ValueError(
                f"{self._label}: has no data for metric {metric_name!r}, only for "
                f"{sorted(set(df['metric_name']))}"
            )
        return float(means.iloc[0])

    def _description(self) -> str:
        return f"{super()._description()}, arm={self.arm!r}"
