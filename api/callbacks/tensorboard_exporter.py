"""Writes trials as event files, which TensorBoard shows."""

from __future__ import annotations

import importlib
import math
import os
from typing import TYPE_CHECKING, Any, final

from armwright.callbacks.callback import Callback
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.callbacks.events import NewIncumbent, TrialEnd

__all__ = ["TensorBoardExporter"]


@final
class TensorBoardExporter(Callback):
    """Scalars by trial, and a row for each arm in TensorBoard's table of hyperparameters.

    Each metric of a completed trial is a scalar whose step is the trial's number, `<metric>/sem`
    its standard error, and `best/<objective>` the best so far. With `table`, each completed arm is
    a run of its own besides, in a folder named after it, which TensorBoard's hyperparameter tab
    compares. What is told is on the disk before the next trial begins. What TensorBoard's library
    does not allow in names becomes an underscore there.

    Args:
        folder: Where the event files go, a path on a disk; made where there is none.
        table: Whether arms are written for the table too.

    Raises:
        UsageError: The library tensorboardX is not installed.
    """

    def __init__(self, folder: str | os.PathLike[str], *, table: bool = True) -> None:
        try:
            library: Any = importlib.import_module("tensorboardX")
        except ImportError as error:
            raise UsageError(
                "TensorBoardExporter needs tensorboardX, which is not installed",
                hint="pip install 'armwright[tensorboard]'",
            ) from error
        self._make = library.SummaryWriter
        self._folder, self._table = os.fspath(folder), table
        self._open: Any = None

    def on_trial_end(self, event: TrialEnd, /) -> None:
        """Writes what was measured."""
        if event.state != "completed":
            return
        for arm, values in event.results.items():
            for name, (mean, sem) in values.items():
                self._writer.add_scalar(name, mean, event.trial)
                if math.isfinite(sem):
                    self._writer.add_scalar(f"{name}/sem", sem, event.trial)
            if self._table:
                self._write_row(event.trial, arm, event.arms.get(arm, {}), values)
        self._writer.flush()

    def on_new_incumbent(self, event: NewIncumbent, /) -> None:
        """Writes the best so far."""
        for name, value in event.values.items():
            self._writer.add_scalar(f"best/{name}", value, event.trial)
        self._writer.flush()

    def close(self) -> None:
        """Closes the files; the next event opens new ones beside them."""
        if self._open is not None:
            self._open.close()
            self._open = None

    @property
    def _writer(self) -> Any:
        if self._open is None:
            self._open = self._make(self._folder)
        return self._open

    def _write_row(
        self,
        trial: int,
        arm: str,
        parameters: Mapping[str, Any],
        values: Mapping[str, tuple[float, float]],
    ) -> None:
        row = {
            name: value if isinstance(value, bool | int | float | str) else str(value)
            for name, value in parameters.items()
        }
        means = {name: mean for name, (mean, _) in values.items()}
        self._writer.add_hparams(row, means, name=arm, global_step=trial)
