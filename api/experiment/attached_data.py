"""Data stored on an experiment: trial index to time of storage in milliseconds to data.

The latest data of a trial are the last ones in its dictionary.
"""

from collections import OrderedDict
from typing import TypeAlias, cast

from armwright.experiment.data import Data

__all__ = ["DataByTrial", "attach", "latest", "stored_at"]

DataByTrial: TypeAlias = dict[int, OrderedDict[int, Data]]


def attach(store: DataByTrial, data: Data, *, combine: bool, now_ms: int) -> int:
    """Stores data, a part for each trial in them, all under the same time.

    Args:
        store: What is added to; unchanged if there is an error.
        data: Rows that all say their trial.
        combine: Whether to store the trial's latest data together with the new ones.
        now_ms: The present time. Should anything be stored under it or later already, the
            millisecond after that is used, so that no data replace others.

    Returns:
        The time under which the data are stored.
    """
    df = data.df
    if df.empty:
        return _next_free(store, now_ms)
    if "trial_index" not in df.columns or df["trial_index"].isna().any():
        raise ValueError("data: every row needs a trial_index to be attached to an experiment")
    parts = {
        int(cast("int", trial_index)): type(data)(df=rows, description=data.description)
        for trial_index, rows in df.groupby("trial_index", sort=False)
    }
    if combine:
        parts = {trial: _combined(store, trial, part) for trial, part in parts.items()}
    timestamp = _next_free(store, now_ms)
    for trial, part in parts.items():
        store.setdefault(trial, OrderedDict())[timestamp] = part
    return timestamp


def latest(store: DataByTrial, trial_index: int) -> tuple[Data, int]:
    """A trial's latest data and their time of storage; empty data and -1 if there are none."""
    stored = store.get(trial_index)
    if not stored:
        return Data(), -1
    timestamp = next(reversed(stored))
    return stored[timestamp], timestamp


def stored_at(store: DataByTrial, timestamp: int) -> Data:
    """All data, of whatever trial, stored at exactly this time."""
    return Data.from_multiple_data(
        [stored[timestamp] for stored in store.values() if timestamp in stored]
    )


def _next_free(store: DataByTrial, now_ms: int) -> int:
    last = max((next(reversed(stored)) for stored in store.values() if stored), default=-1)
    return max(now_ms, last + 1)


def _combined(store: DataByTrial, trial: int, data: Data) -> Data:
    before, timestamp = latest(store, trial)
    if timestamp == -1:
        return data
    known = set(_observations(before))
    for metric_name, arm_name in _observations(data):
        if (metric_name, arm_name) in known:
            raise ValueError(
                f"trial {trial}: its last data have an observation for metric {metric_name!r} of "
                f"arm {arm_name!r} already, so these data cannot be combined with them"
            )
    return Data.from_multiple_data([before, data])


def _observations(data: Data) -> list[tuple[str, str]]:
    return list(zip(data.df["metric_name"], data.df["arm_name"], strict=True))
