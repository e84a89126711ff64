"""`xgboost.train`, logged as a run."""

from __future__ import annotations

import inspect
import json
import math
import platform
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.factory import global_factory
from armwright.sigopt.printed import Printed
from armwright.sigopt.xgboost.checkpoints import SigOptCheckpointCallback
from armwright.sigopt.xgboost.compute_metrics import (
    compute_classification_metrics,
    compute_regression_metrics,
)
from armwright.sigopt.xgboost.constants import (
    DEFAULT_CHECKPOINT_PERIOD,
    DEFAULT_EVALS_NAME,
    MAX_NUM_CHECKPOINTS,
    PARAMS_LOGGED_AS_METADATA,
    USER_SOURCE_NAME,
    XGB_INTEGRATION_KEYWORD,
    XGBOOST_DEFAULTS_SOURCE_NAME,
)
from armwright.sigopt.xgboost.library import DMatrix, xgboost
from armwright.sigopt.xgboost.run_options import DEFAULT_RUN_OPTIONS, parse_run_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.run_context import RunContext

__all__ = ["DEFAULT_RUN_OPTIONS", "XGBRun", "XGBRunHandler", "parse_run_options", "run"]

_MOST_IMPORTANCES, _MOST_LETTERS = 50, 100
_MEASURED_OBJECTIVES = ("binary", "multi", "reg")
_SORT = {USER_SOURCE_NAME: 2, XGBOOST_DEFAULTS_SOURCE_NAME: 4}


@final
@dataclass(frozen=True, slots=True)
class XGBRun:
    """A booster that was trained, and its run, which is still open.

    Attributes:
        run: The run.
        model: The booster.
    """

    run: RunContext
    model: Any


def run(
    params: Mapping[str, Any],
    dtrain: Any,
    num_boost_round: int = 10,
    evals: Any = None,
    early_stopping_rounds: int | None = None,
    evals_result: dict[str, Any] | None = None,
    verbose_eval: Any = True,  # noqa: FBT002 - XGBoost's own signature
    callbacks: list[Any] | None = None,
    xgb_model: Any = None,
    run_options: dict[str, Any] | None = None,
    **kwargs: Any,
) -> XGBRun:
    """Trains as `xgboost.train` does, and logs it; the run is left open for more.

    Args:
        params: Of the booster; those of the run come before them.
        dtrain: What to train on.
        num_boost_round: How many rounds.
        evals: What to measure on: data, or a list of data with their names.
        early_stopping_rounds: See `xgboost.train`.
        evals_result: See `xgboost.train`.
        verbose_eval: See `xgboost.train`.
        callbacks: See `xgboost.train`.
        xgb_model: See `xgboost.train`.
        run_options: What is logged, and of which run; see `parse_run_options`.
        **kwargs: More of `xgboost.train`'s arguments.

    Raises:
        TypeError: An argument is of the wrong kind.
        ValueError: An option is unknown.
    """
    if evals is not None and not isinstance(evals, DMatrix | list):
        raise TypeError(
            f"evals should be a DMatrix or a list of (DMatrix, name), got {evals!r:.80}"
        )
    handler = XGBRunHandler(
        params=params,
        dtrain=dtrain,
        num_boost_round=num_boost_round,
        evals=evals,
        early_stopping_rounds=early_stopping_rounds,
        evals_result=evals_result,
        verbose_eval=verbose_eval,
        callbacks=callbacks,
        xgb_model=xgb_model,
        run_options=run_options,
        **kwargs,
    )
    return handler.train()


@final
class XGBRunHandler:
    """One training: its arguments as `run` has them, and what is logged of it."""

    def __init__(
        self,
        params: Mapping[str, Any],
        dtrain: Any,
        num_boost_round: int,
        evals: Any,
        early_stopping_rounds: int | None,
        evals_result: dict[str, Any] | None,
        verbose_eval: Any,
        xgb_model: Any,
        callbacks: list[Any] | None,
        run_options: dict[str, Any] | None,
        **kwargs: Any,
    ) -> None:
        self.params = dict(params)
        self.dtrain = dtrain
        self.num_boost_round = num_boost_round
        self.early_stopping_rounds = early_stopping_rounds
        self.verbose_eval = verbose_eval
        self.callbacks = list(callbacks or ())
        self.validation_sets = (
            [(evals, DEFAULT_EVALS_NAME)] if isinstance(evals, DMatrix) else evals
        )
        self.evals_result: dict[str, Any] = {} if evals_result is None else evals_result
        self.options = parse_run_options(run_options)
        self.xgb_model = xgb_model
        self.kwargs = _known(kwargs)

    def train(self) -> XGBRun:
        """Trains and logs; a run that was begun for it fails where the training does."""
        given = self.options["run"]
        run: RunContext = (
            global_factory.create_run(name=self.options["name"] or None) if given is None else given
        )
        try:
            model = self._train(run)
        except BaseException as error:
            if given is None:
                run.end(error)
            raise
        self._log_metadata(run)
        self._log_params(run, model)
        self._log_metrics(run, model)
        if self.options["autolog_feature_importances"]:
            _log_importances(run, model)
        return XGBRun(run, model)

    def _train(self, run: RunContext) -> Any:
        params = {**self.params, **run.params}
        self.num_boost_round = params.pop("num_boost_round", self.num_boost_round)
        self.early_stopping_rounds = params.pop("early_stopping_rounds", self.early_stopping_rounds)
        arguments = {
            "num_boost_round": self.num_boost_round,
            "early_stopping_rounds": self.early_stopping_rounds,
            "verbose_eval": self.verbose_eval,
            "xgb_model": self.xgb_model,
            "callbacks": [*self.callbacks, *self._checkpoints(run)],
            **self.kwargs,
        }
        if self.validation_sets is not None:
            arguments |= {"evals": self.validation_sets, "evals_result": self.evals_result}
        began = time.perf_counter()
        with Printed() as printed:
            model = xgboost.train(params, self.dtrain, **arguments)
        if self.options["autolog_metrics"]:
            run.log_metric("Training time", time.perf_counter() - began)
        logs = {
            name: text for name, text in printed.logs().items() if self.options[f"autolog_{name}"]
        }
        if logs:
            run.set_logs(logs)
        return model

    def _checkpoints(self, run: RunContext) -> list[Any]:
        if not (self.options["autolog_checkpoints"] and self.validation_sets):
            return []
        period = DEFAULT_CHECKPOINT_PERIOD
        for callback in self.callbacks:
            if isinstance(callback, xgboost.callback.EvaluationMonitor):
                period = callback.period
        if self.verbose_eval:
            period = 1 if self.verbose_eval is True else self.verbose_eval
        fewest = math.ceil((self.num_boost_round + 1) / MAX_NUM_CHECKPOINTS)
        return [SigOptCheckpointCallback(run, period=max(period, fewest))]

    def _log_metadata(self, run: RunContext) -> None:
        run.log_dev_metadata(XGB_INTEGRATION_KEYWORD, True)  # noqa: FBT003 - a value
        run.log_model("XGBoost")
        said = {"Dataset columns": self.dtrain.num_col(), "Dataset rows": self.dtrain.num_row()}
        if self.options["autolog_sys_info"]:
            said["Python Version"] = platform.python_version()
            said["XGBoost Version"] = xgboost.__version__
        said |= {key: self.params[key] for key in PARAMS_LOGGED_AS_METADATA if key in self.params}
        if self.validation_sets is not None:
            said["Number of Test Sets"] = len(self.validation_sets)
            for _, name in self.validation_sets:
                run.log_dataset(name)
        for key, value in said.items():
            run.log_metadata(key, value)

    def _log_params(self, run: RunContext, model: Any) -> None:
        own = {
            **self.params,
            "num_boost_round": self.num_boost_round,
            "early_stopping_rounds": self.early_stopping_rounds,
        }
        _log_from(run, own, USER_SOURCE_NAME)
        if self.options["autolog_xgboost_defaults"]:
            _log_from(run, _booster_params(model), XGBOOST_DEFAULTS_SOURCE_NAME)

    def _log_metrics(self, run: RunContext, model: Any) -> None:
        rounds, last = 0, {}
        for data, metrics in self.evals_result.items():
            for metric, values in metrics.items():
                last[f"{data}-{metric}"] = values[-1]
                rounds = len(values)
        if self.early_stopping_rounds and last:
            last["num_boost_round_before_stopping"] = rounds
        objective = _config(model)["learner"]["objective"]["name"]
        if self.options["autolog_metrics"] and objective.startswith(_MEASURED_OBJECTIVES):
            for named in self.validation_sets or ():
                if objective.startswith("reg:"):
                    last |= compute_regression_metrics(model, named)
                else:
                    last |= compute_classification_metrics(model, named, objective)
        finite = {name: value for name, value in last.items() if math.isfinite(value)}
        if len(finite) < len(last):
            names = ", ".join(name for name in last if name not in finite)
            warnings.warn(
                f"not logged, as the values are not finite: {names}", RuntimeWarning, stacklevel=4
            )
        if finite:
            run.log_metrics(finite)


def _known(arguments: dict[str, Any]) -> dict[str, Any]:
    """Those arguments that this version of XGBoost takes."""
    takes = inspect.signature(xgboost.train).parameters
    for key in arguments.keys() - takes.keys():
        warnings.warn(
            f"xgboost.train of this version takes no {key!r}: it is left out",
            RuntimeWarning,
            stacklevel=4,
        )
    return {key: value for key, value in arguments.items() if key in takes}


def _log_from(run: RunContext, params: Mapping[str, Any], source: str) -> None:
    """Notes parameters that the run has not got yet, and where they are from."""
    left_out = {*run.params, *PARAMS_LOGGED_AS_METADATA}
    fresh = {
        name: value for name, value in params.items() if name not in left_out and value is not None
    }
    if fresh:
        is_users = source == USER_SOURCE_NAME
        run.set_parameters_sources_meta(source, sort=_SORT[source], default_show=is_users)
        if is_users:
            run.params.update(fresh)
        else:
            run.set_parameters(fresh)
        run.set_parameters_source(fresh, source)


def _config(model: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(model.save_config())
    return found


def _booster_params(model: Any) -> dict[str, Any]:
    """All that the booster was trained with, defaults included."""
    found: dict[str, Any] = {}
    left = [_config(model)]
    while left:
        for key, value in left.pop().items():
            if isinstance(value, dict) and key.endswith("_param"):
                found |= {name: _number_or_text(text) for name, text in value.items()}
            elif isinstance(value, dict):
                left.append(value)
    return found


def _number_or_text(text: Any) -> Any:
    for kind in (int, float):
        try:
            number = kind(text)
        except (TypeError, ValueError):
            continue
        return number if math.isfinite(number) else str(text)
    return str(text)


def _log_importances(run: RunContext, model: Any, kind: str = "weight") -> None:
    """Notes how often each of the most used features is split on."""
    scores = sorted(
        model.get_score(importance_type=kind).items(),
        key=lambda item: (item[1], item[0]),
        reverse=True,
    )[:_MOST_IMPORTANCES]
    if any(len(name) > _MOST_LETTERS for name, _ in scores):
        warnings.warn(
            f"names of features have more than {_MOST_LETTERS} letters: importances are not logged",
            RuntimeWarning,
            stacklevel=4,
        )
    elif scores:
        run.log_sys_metadata("feature_importances", {"type": kind, "scores": dict(scores)})
