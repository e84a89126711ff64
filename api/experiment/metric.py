"""Something that is measured on the arms of a trial."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from armwright.experiment.cloneable import Cloneable
from armwright.experiment.data import Data

if TYPE_CHECKING:
    from armwright.experiment.base_trial import BaseTrial
    from armwright.experiment.experiment import Experiment

__all__ = ["Metric"]


class Metric(Cloneable):
    """A named outcome. Subclasses that can fetch their own data override `fetch_trial_data`.

    Attributes:
        lower_is_better: Whether smaller values are better; None if nobody said.
    """

    def __init__(self, name: str, lower_is_better: bool | None = None) -> None:
        self._name = name
        self.lower_is_better = lower_is_better

    @property
    def name(self) -> str:
        """The name under which data hold this metric."""
        return self._name

    def fetch_trial_data(self, trial: "BaseTrial", **kwargs: Any) -> Data:
        """This metric's data for one trial: a row for each arm, with the trial's index.

        Raises:
            NotImplementedError: Here, because a plain metric gets its data by `attach_data`.
        """
        raise NotImplementedError(
            f"metric {self._name!r}: {type(self).__name__} cannot fetch the data of trial "
            f"{trial.index}; attach them, or use a subclass with fetch_trial_data"
        )

    def fetch_experiment_data(self, experiment: "Experiment", **kwargs: Any) -> Data:
        """This metric's data for all trials that expect data."""
        return self.fetch_experiment_data_multi(experiment, [self], **kwargs)

    @classmethod
    def fetch_trial_data_multi(
        cls, trial: "BaseTrial", metrics: Iterable["Metric"], **kwargs: Any
    ) -> Data:
        """Several metrics' data for one trial; override it to fetch them together."""
        return Data.from_multiple_data(
            [metric.fetch_trial_data(trial, **kwargs) for metric in metrics]
        )

    @classmethod
    def fetch_experiment_data_multi(
        cls, experiment: "Experiment", metrics: Iterable["Metric"], **kwargs: Any
    ) -> Data:
        """Several metrics' data for all trials that expect data; override it likewise."""
        wanted = list(metrics)
        return Data.from_multiple_data(
            [
                cls.fetch_trial_data_multi(trial, wanted, **kwargs)
                for trial in experiment.trials.values()
                if trial.status.expecting_data
            ]
        )

    def _description(self) -> str:
        return repr(self._name)
