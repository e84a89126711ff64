"""A runner that runs nothing."""

from typing import TYPE_CHECKING, Any

from armwright.experiment.runner import Runner

if TYPE_CHECKING:
    from armwright.experiment.base_trial import BaseTrial

__all__ = ["SyntheticRunner"]


class SyntheticRunner(Runner):
    """Pretends to deploy, for metrics that can compute their own data.

    Attributes:
        dummy_metadata: Put into every trial's run metadata, under this same key, when set.
    """

    def __init__(self, dummy_metadata: Any = None) -> None:
        self.dummy_metadata = dummy_metadata

    def run(self, trial: "BaseTrial") -> dict[str, Any]:
        """Names the trial after its experiment and index."""
        experiment = trial.experiment
        name = f"{experiment.name}_{trial.index}" if experiment.has_name else str(trial.index)
        if self.dummy_metadata:
            return {"name": name, "dummy_metadata": self.dummy_metadata}
        return {"name": name}
