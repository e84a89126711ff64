"""Tuning XGBoost: an experiment whose runs train, measured on the first of the data to test on."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.factory import global_factory
from armwright.sigopt.xgboost.constants import (
    DEFAULT_CLASSIFICATION_METRIC,
    DEFAULT_EARLY_STOPPING_ROUNDS,
    DEFAULT_EVALS_NAME,
    DEFAULT_ITERS_PER_DIM,
    DEFAULT_NUM_BOOST_ROUND,
    DEFAULT_REGRESSION_METRIC,
    DEFAULT_SEARCH_PARAMS,
    MAX_BO_ITERATIONS,
    METRICS_OPTIMIZATION_STRATEGY,
    PARAMETER_INFORMATION,
    SIGOPT_DEFAULTS_SOURCE_NAME,
    XGB_EXPERIMENT_KEYWORD,
)
from armwright.sigopt.xgboost.run import run as train_run
from armwright.sigopt.xgboost.run_options import parse_run_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.ai_experiment import AIExperimentContext

__all__ = ["XGBExperiment", "experiment"]

Json = dict[str, Any]

_UNSAID: Any = object()


def experiment(
    experiment_config: Mapping[str, Any],
    dtrain: Any,
    evals: Any,
    params: Mapping[str, Any],
    num_boost_round: int | None = None,
    early_stopping_rounds: int | None = _UNSAID,
    run_options: Json | None = None,
) -> AIExperimentContext:
    """Tunes XGBoost until the budget is used up.

    Args:
        experiment_config: Fields of `create_experiment`; but for the name each may be left out.
            A parameter of XGBoost needs its name alone, and metrics may be the name of one.
        dtrain: What to train on.
        evals: What to measure on: data, or a list of data with their names; the first counts.
        params: Of every booster.
        num_boost_round: Of every booster; 10 where it is not tuned either.
        early_stopping_rounds: Of every booster; 10 if left out, None for never.
        run_options: See `run`.

    Returns:
        The experiment, finished.

    Raises:
        ValueError: The configuration makes no sense; says where.
    """
    tuned = XGBExperiment(
        experiment_config,
        dtrain,
        evals,
        params,
        num_boost_round,
        early_stopping_rounds,
        parse_run_options(run_options),
    )
    return tuned.run()


@final
class XGBExperiment:
    """An experiment on XGBoost: its arguments as `experiment` has them, filled in.

    Attributes:
        experiment_config_parsed: The fields of `create_experiment`, as far as they are filled in.
    """

    def __init__(
        self,
        experiment_config: Mapping[str, Any],
        dtrain: Any,
        evals: Any,
        params: Mapping[str, Any],
        num_boost_round: int | None,
        early_stopping_rounds: int | None,
        run_options: Json | None,
    ) -> None:
        self.experiment_config_parsed: Json = copy.deepcopy(dict(experiment_config))
        self._dtrain, self._evals, self._params = dtrain, evals, dict(params)
        self._num_boost_round = num_boost_round
        self._stopping_is_ours = early_stopping_rounds is _UNSAID
        self._early_stopping_rounds = (
            DEFAULT_EARLY_STOPPING_ROUNDS if self._stopping_is_ours else early_stopping_rounds
        )
        self._run_options = run_options

    def run(self) -> AIExperimentContext:
        """Makes the experiment, and trains until its budget is used up."""
        self.parse_and_create_metrics()
        self.parse_and_create_parameters()
        config = self.experiment_config_parsed
        size = DEFAULT_ITERS_PER_DIM * len(config["parameters"])
        config.setdefault("budget", min(size, MAX_BO_ITERATIONS))
        config.setdefault("parallel_bandwidth", 1)
        config["metadata"] = {**(config.get("metadata") or {}), XGB_EXPERIMENT_KEYWORD: "True"}
        made = global_factory.create_experiment(**config)
        for run in made.loop():
            with run:
                rounds = self._num_boost_round or run.params.get("num_boost_round")
                train_run(
                    self._params,
                    self._dtrain,
                    num_boost_round=rounds or DEFAULT_NUM_BOOST_ROUND,
                    evals=self._evals,
                    early_stopping_rounds=self._early_stopping_rounds,
                    verbose_eval=False,
                    run_options={**(self._run_options or {}), "run": run, "name": None},
                )
                if self._stopping_is_ours:
                    source = SIGOPT_DEFAULTS_SOURCE_NAME
                    run.set_parameters_sources_meta(source, sort=3, default_show=True)
                    run.set_parameter_source("early_stopping_rounds", source)
        return made

    def parse_and_create_metrics(self) -> None:
        """Fills in what is measured: each metric's name begins with that of the data.

        Raises:
            ValueError: A metric to optimize is none that is measured.
        """
        metrics = self.experiment_config_parsed.get("metrics")
        if metrics is None:
            task = str(self._params.get("objective", "")).partition(":")[0]
            is_class = task in ("binary", "multi")
            metrics = DEFAULT_CLASSIFICATION_METRIC if is_class else DEFAULT_REGRESSION_METRIC
        if isinstance(metrics, str):
            metrics = [{"name": metrics, "strategy": "optimize"}]
        data = self._evals[0][1] if isinstance(self._evals, list) else DEFAULT_EVALS_NAME
        for metric in metrics:
            if metric.get("strategy", "optimize") != "optimize":
                continue
            name = metric["name"]
            if name not in METRICS_OPTIMIZATION_STRATEGY:
                known = ", ".join(METRICS_OPTIMIZATION_STRATEGY)
                raise ValueError(f"metric {name!r} cannot be optimized here: {known} can")
            metric.setdefault("objective", METRICS_OPTIMIZATION_STRATEGY[name])
            metric["name"] = f"{data}-{name}"
        self.experiment_config_parsed["metrics"] = metrics

    def parse_and_create_parameters(self) -> None:
        """Fills in what is tuned.

        Raises:
            ValueError: A parameter needs more to be said, or is given elsewhere as well.
        """
        given = self.experiment_config_parsed.get("parameters")
        if given is None:
            given = [{"name": name} for name in DEFAULT_SEARCH_PARAMS]
            if self._num_boost_round:
                given = [item for item in given if item["name"] != "num_boost_round"]
        self.experiment_config_parsed["parameters"] = [_filled(item) for item in given]
        for item in self.experiment_config_parsed["parameters"]:
            name = item["name"]
            if name in self._params:
                raise ValueError(f"parameter {name!r} is tuned, and given in params as well")
            if name == "num_boost_round" and self._num_boost_round:
                raise ValueError(f"{name} is tuned, and given as {self._num_boost_round} as well")


def _filled(given: Mapping[str, Any]) -> Json:
    """A parameter with the type and bounds that XGBoost's parameter of that name has."""
    name = given["name"]
    known = PARAMETER_INFORMATION.get(name)
    if known is None:
        return dict(given)
    if given.get("type", known["type"]) != known["type"]:
        raise ValueError(f"parameter {name!r} is of type {known['type']}, got {given['type']!r}")
    filled = {**given, "type": known["type"]}
    if known["type"] == "categorical":
        values = given.get("categorical_values")
        if values is None:
            raise ValueError(f"parameter {name!r} needs categorical_values: {known['values']}")
        unknown = [value for value in values if value not in known["values"]]
        if unknown:
            raise ValueError(f"parameter {name!r} can be {known['values']}, got {unknown[0]!r}")
    elif given.get("bounds") is None and given.get("grid") is None:
        if "bounds" not in known:
            raise ValueError(f"parameter {name!r} needs bounds: there are none to be assumed")
        filled["bounds"] = dict(known["bounds"])
        filled.setdefault("transformation", known.get("transformation"))
    return filled
