"""What happens in a run, told to whoever wants to know: trial start, trial end, new incumbent.

Callback                a base to derive from; any object with one of its methods will do
TrialStart, TrialEnd    what its methods are told
NewIncumbent            likewise
MLflowExporter          writes trials as runs of MLflow; needs the extra `mlflow`
TensorBoardExporter     writes event files; needs the extra `tensorboard`

`optimize`, `OptimizationLoop`, `AxClient`, `loop` of stored experiments and of SigOpt's, and
`Worker` take `callbacks=[...]`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from armwright.callbacks.callback import Callback
    from armwright.callbacks.events import NewIncumbent, TrialEnd, TrialStart
    from armwright.callbacks.mlflow_exporter import MLflowExporter
    from armwright.callbacks.telling import Teller
    from armwright.callbacks.tensorboard_exporter import TensorBoardExporter

__all__ = [
    "Callback",
    "MLflowExporter",
    "NewIncumbent",
    "Teller",
    "TensorBoardExporter",
    "TrialEnd",
    "TrialStart",
]

# Where each is defined; loaded when it is asked for.
_PLACES = {
    "Callback": "callback",
    "MLflowExporter": "mlflow_exporter",
    "NewIncumbent": "events",
    "Teller": "telling",
    "TensorBoardExporter": "tensorboard_exporter",
    "TrialEnd": "events",
    "TrialStart": "events",
}


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        module = importlib.import_module(f"armwright.callbacks.{_PLACES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module 'armwright.callbacks' has no attribute {name!r}")
