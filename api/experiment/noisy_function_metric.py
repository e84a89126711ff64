"""A metric that is a known function of the parameters, with noise if wanted."""

from typing import TYPE_CHECKING, Any

from armwright.experiment.data import Data
from armwright.experiment.metric import Metric

if TYPE_CHECKING:
    import numpy as np

    from armwright.experiment.base_trial import BaseTrial

__all__ = ["NoisyFunctionMetric"]

_SAMPLES_PER_TRIAL = 10_000


class NoisyFunctionMetric(Metric):
    """Computes its own data as f(x) plus normal noise. Subclasses define `f`.

    Attributes:
        param_names: The parameters that make up x, in order.
        noise_sd: Standard deviation of the noise, which is also reported as the sem.
    """

    def __init__(
        self,
        name: str,
        param_names: list[str],
        noise_sd: float | None = 0.0,
        lower_is_better: bool | None = None,
    ) -> None:
        super().__init__(name, lower_is_better)
        self.param_names = param_names
        self.noise_sd = noise_sd

    def f(self, x: "np.ndarray[Any, Any]") -> float:
        """The value without noise at x, an array of the named parameters' values."""
        raise NotImplementedError(f"metric {self.name!r}: {type(self).__name__} must define f(x)")

    def fetch_trial_data(
        self,
        trial: "BaseTrial",
        noisy: bool = True,
        **kwargs: Any,  # noqa: ARG002 # meant for other metrics
    ) -> Data:
        """One row for each arm of the trial; `noisy=False` leaves the noise out."""
        import numpy as np
        import pandas as pd

        noise_sd = (self.noise_sd or 0.0) if noisy else 0.0
        arms = list(trial.arms_by_name.values())
        rows = []
        for arm in arms:
            x = np.array([arm.parameters[name] for name in self.param_names])
            # The global generator, so that np.random.seed makes a script repeat itself.
            noise = noise_sd * np.random.randn() if noise_sd else 0.0  # noqa: NPY002
            rows.append(
                {
                    "arm_name": arm.name,
                    "metric_name": self.name,
                    "mean": float(self.f(x)) + noise,
                    "sem": self.noise_sd if noisy else 0.0,
                    "trial_index": trial.index,
                    "n": _SAMPLES_PER_TRIAL // len(arms),
                    "frac_nonnull": 1.0,
                }
            )
        return Data(df=pd.DataFrame(rows)) if rows else Data()
