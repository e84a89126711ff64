"""The names of `ax.plot.trace`: values by trial, over several runs, as dicts of lists.

Arguments that only decide how a figure looks are accepted, and without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

__all__ = [
    "optimization_times",
    "optimization_trace_all_methods",
    "optimization_trace_single_method",
]


def optimization_trace_single_method(
    y: ArrayLike,
    optimum: float | None = None,
    model_transitions: Sequence[int] | None = None,
    title: str = "",
    ylabel: str = "",
    **kwargs: Any,
) -> dict[str, Any]:
    """Mean over runs by trial, and its standard error.

    Args:
        y: A row per run, a column per trial; or one run.
        optimum: The best value there is, where it is known.
        model_transitions: Trials after which the model changed.
        title: Of the figure.
        ylabel: Of the values.
        **kwargs: Accepted as in the release.

    Raises:
        ValueError: `y` is empty, or has more dimensions.
    """
    del kwargs
    return {
        "kind": "optimization_trace",
        "title": title,
        "ylabel": ylabel,
        **_trace(y),
        "optimum": optimum,
        "model_transitions": list(model_transitions or ()),
    }


def optimization_trace_all_methods(
    y_dict: Mapping[str, ArrayLike],
    optimum: float | None = None,
    title: str = "",
    ylabel: str = "",
    **kwargs: Any,
) -> dict[str, Any]:
    """The same of several methods, under `methods`, by name."""
    del kwargs
    return {
        "kind": "optimization_traces",
        "title": title,
        "ylabel": ylabel,
        "methods": {name: _trace(y) for name, y in y_dict.items()},
        "optimum": optimum,
    }


def optimization_times(
    fit_times: Mapping[str, Sequence[float]],
    gen_times: Mapping[str, Sequence[float]],
    title: str = "",
) -> dict[str, Any]:
    """Mean seconds that each method took to fit and to generate, with standard errors."""
    return {
        "kind": "optimization_times",
        "title": title,
        "fit": {name: _mean(times) for name, times in fit_times.items()},
        "gen": {name: _mean(times) for name, times in gen_times.items()},
    }


def _trace(y: ArrayLike) -> dict[str, list[float]]:
    runs = np.atleast_2d(np.asarray(y, np.float64))
    if runs.ndim != 2 or not runs.size:
        raise ValueError(f"y: expected a row per run and a column per trial, got {runs.shape}")
    sems = np.zeros(runs.shape[1])
    if len(runs) > 1:
        sems = runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    return {
        "trial": list(range(1, runs.shape[1] + 1)),
        "mean": [float(value) for value in runs.mean(axis=0)],
        "sem": [float(value) for value in sems],
    }


def _mean(times: Sequence[float]) -> dict[str, float]:
    values = np.asarray(times, np.float64)
    sem = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return {"mean": float(values.mean()), "sem": float(sem)}
