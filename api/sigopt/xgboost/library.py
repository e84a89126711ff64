"""XGBoost itself, which is an extra."""

from __future__ import annotations

from typing import Any

try:
    import xgboost
except ImportError as error:
    raise ImportError(
        "armwright.sigopt.xgboost needs XGBoost: pip install 'armwright[xgboost]'"
    ) from error

__all__ = ["Booster", "DMatrix", "TrainingCallback", "xgboost"]

Booster: Any = xgboost.Booster
DMatrix: Any = xgboost.DMatrix
TrainingCallback: Any = xgboost.callback.TrainingCallback
