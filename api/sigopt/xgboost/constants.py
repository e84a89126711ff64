"""What is tuned where nothing is said, and between which bounds; names of metrics and sources."""

from __future__ import annotations

from typing import Any

__all__ = [
    "CLASSIFICATION_METRIC_CHOICES",
    "DEFAULT_CHECKPOINT_PERIOD",
    "DEFAULT_CLASSIFICATION_METRIC",
    "DEFAULT_EARLY_STOPPING_ROUNDS",
    "DEFAULT_EVALS_NAME",
    "DEFAULT_ITERS_PER_DIM",
    "DEFAULT_NUM_BOOST_ROUND",
    "DEFAULT_REGRESSION_METRIC",
    "DEFAULT_SEARCH_PARAMS",
    "MAX_BO_ITERATIONS",
    "MAX_NUM_CHECKPOINTS",
    "METRICS_OPTIMIZATION_STRATEGY",
    "PARAMETER_INFORMATION",
    "PARAMS_LOGGED_AS_METADATA",
    "REGRESSION_METRIC_CHOICES",
    "SIGOPT_DEFAULTS_SOURCE_NAME",
    "USER_SOURCE_NAME",
    "XGBOOST_DEFAULTS_SOURCE_NAME",
    "XGB_EXPERIMENT_KEYWORD",
    "XGB_INTEGRATION_KEYWORD",
]

Json = dict[str, Any]

DEFAULT_EVALS_NAME = "TestSet"
USER_SOURCE_NAME = "User Specified"
SIGOPT_DEFAULTS_SOURCE_NAME = "SigOpt Defaults"
XGBOOST_DEFAULTS_SOURCE_NAME = "XGBoost Defaults"
XGB_EXPERIMENT_KEYWORD = "_IS_XGB_EXPERIMENT"
XGB_INTEGRATION_KEYWORD = "_IS_XGB_RUN"

DEFAULT_ITERS_PER_DIM = 10
MAX_BO_ITERATIONS = 200
DEFAULT_NUM_BOOST_ROUND = 10
DEFAULT_EARLY_STOPPING_ROUNDS = 10
DEFAULT_CHECKPOINT_PERIOD = 5
MAX_NUM_CHECKPOINTS = 200

DEFAULT_CLASSIFICATION_METRIC = "accuracy"
DEFAULT_REGRESSION_METRIC = "mean squared error"
CLASSIFICATION_METRIC_CHOICES = ["accuracy", "F1", "precision", "recall"]
REGRESSION_METRIC_CHOICES = ["mean absolute error", "mean squared error"]
METRICS_OPTIMIZATION_STRATEGY = {
    **dict.fromkeys(CLASSIFICATION_METRIC_CHOICES, "maximize"),
    **dict.fromkeys(REGRESSION_METRIC_CHOICES, "minimize"),
}

PARAMS_LOGGED_AS_METADATA = [
    *("eval_metric", "interaction_constraints", "monotone_constraints"),
    *("num_class", "objective", "updater"),
]
DEFAULT_SEARCH_PARAMS = ["eta", "gamma", "max_depth", "min_child_weight", "num_boost_round"]


def _number(kind: str, low: float | None = None, high: float | None = None, **more: Any) -> Json:
    bounds = {} if low is None else {"bounds": {"min": low, "max": high}}
    return {"type": kind, **bounds, **more}


def _one_of(*values: str) -> Json:
    return {"type": "categorical", "values": list(values)}


# XGBoost's parameters that can be tuned; those with bounds can be named without any.
PARAMETER_INFORMATION: dict[str, Json] = {
    "eta": _number("double", 0.001, 1, transformation="log"),
    "max_delta_step": _number("double", 0.001, 10, transformation="log"),
    "alpha": _number("double", 0, 10),
    "gamma": _number("double", 0, 5),
    "lambda": _number("double", 0, 10),
    "min_child_weight": _number("double", 0, 10),
    **dict.fromkeys(
        ("colsample_bylevel", "colsample_bynode", "colsample_bytree", "subsample"),
        _number("double", 0.5, 1),
    ),
    **dict.fromkeys(("scale_pos_weight", "sketch_eps"), _number("double")),
    "max_depth": _number("int", 2, 16),
    "num_boost_round": _number("int", 10, 200),
    **dict.fromkeys(("max_bin", "max_leaves", "num_parallel_tree"), _number("int")),
    "grow_policy": _one_of("depthwise", "lossguide"),
    "predictor": _one_of("auto", "cpu_predictor", "gpu_predictor"),
    "process_type": _one_of("default", "update"),
    "sampling_method": _one_of("uniform", "gradient_based"),
    "tree_method": _one_of("auto", "exact", "approx", "hist", "gpu_hist"),
    "updater": _one_of(
        *("grow_colmaker", "grow_histmaker", "grow_local_histmaker", "grow_quantile_histmaker"),
        *("grow_gpu_hist", "sync", "refresh", "prune"),
    ),
}
