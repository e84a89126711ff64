"""The metrics of a booster while it is trained, as checkpoints of its run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.xgboost.library import TrainingCallback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.run_context import RunContext

__all__ = ["SigOptCheckpointCallback"]


@final
class SigOptCheckpointCallback(TrainingCallback):  # type: ignore[misc] # XGBoost's base has no type
    """Logs a checkpoint every so many rounds, and one for the last round.

    Args:
        run: Whose checkpoints they are.
        period: Rounds from one to the next.
    """

    def __init__(self, run: RunContext, period: int = 1) -> None:
        super().__init__()
        self._run, self._period = run, period
        self._unlogged: dict[str, float | None] | None = None

    def after_iteration(
        self, model: Any, epoch: int, evals_log: Mapping[str, Mapping[str, Any]]
    ) -> bool:
        """Logs what was measured in this round, if it is its turn; never ends the training."""
        del model
        if not evals_log:
            return False
        self._unlogged = {
            f"{data}-{metric}": _value(values[-1])
            for data, metrics in evals_log.items()
            for metric, values in metrics.items()
        }
        if epoch % self._period == 0:
            self._log()
        return False

    def after_training(self, model: Any) -> Any:
        """Logs the last round, if it was not its turn."""
        self._log()
        return model

    def _log(self) -> None:
        if self._unlogged is not None:
            self._run.log_checkpoint(self._unlogged)
            self._unlogged = None


def _value(measured: Any) -> float | None:
    """What was measured; None, which is not logged, where it is not finite."""
    value = float(measured[0] if isinstance(measured, tuple) else measured)
    return value if math.isfinite(value) else None
