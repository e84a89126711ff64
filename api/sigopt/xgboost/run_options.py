"""What `run` logs by itself, and of which run."""

from __future__ import annotations

from typing import Any

from armwright.sigopt.run_context import RunContext

__all__ = ["DEFAULT_RUN_OPTIONS", "parse_run_options"]

DEFAULT_RUN_OPTIONS: dict[str, Any] = {
    "autolog_checkpoints": True,
    "autolog_feature_importances": True,
    "autolog_metrics": True,
    "autolog_stdout": True,
    "autolog_stderr": True,
    "autolog_sys_info": True,
    "autolog_xgboost_defaults": True,
    "name": None,
    "run": None,
}


def parse_run_options(run_options: Any) -> dict[str, Any]:
    """Every option, with its default where nothing was said.

    Args:
        run_options: A dict of any of them, or None.

    Raises:
        TypeError: It is no dict, or a value is of the wrong kind.
        ValueError: There is an unknown option, or both a run and a name for one.
    """
    if run_options is None:
        return dict(DEFAULT_RUN_OPTIONS)
    if not isinstance(run_options, dict):
        raise TypeError(f"run_options should be a dict, got {run_options!r}")
    for key, value in run_options.items():
        if key not in DEFAULT_RUN_OPTIONS:
            known = ", ".join(DEFAULT_RUN_OPTIONS)
            raise ValueError(f"run_options: unknown option {key!r}; the options are {known}")
        if key.startswith("autolog") and not isinstance(value, bool):
            raise TypeError(f"run_options: {key} should be True or False, got {value!r}")
    run, name = run_options.get("run"), run_options.get("name")
    if run and name:
        raise ValueError(f"run_options: give a run or the name of a new one, got also {name!r}")
    if run is not None and not isinstance(run, RunContext):
        raise TypeError(f"run_options: run should be a run in progress, got {run!r:.80}")
    return {**DEFAULT_RUN_OPTIONS, **run_options}
