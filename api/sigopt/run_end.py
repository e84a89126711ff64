"""The fact that ends a run, or an observation: what the optimizer learns from it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from armwright.experiment.clock import now, now_ms
from armwright.persistence.json_codec import object_to_json
from armwright.sigopt.run_record import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.store import TrialFacts

__all__ = ["data_of", "run_end"]

Json = dict[str, Any]


def run_end(
    facts: TrialFacts, wanted: Iterable[str], measured: Mapping[str, Json], said: Mapping[str, Any]
) -> Json:
    """How a run ended.

    Args:
        facts: Of its trial.
        wanted: The metrics of its experiment; without a value of each of them the run has failed.
        measured: Their values, and others, which do not count.
        said: What the run says of itself at its end; `state` is completed or failed.
    """
    wanted = list(wanted)
    end: Json = {
        "time_completed": object_to_json(now()),
        KEY: {**dict.fromkeys(("completed", "updated"), round(time.time())), **said},
    }
    missing = [name for name in wanted if name not in measured]
    if said["state"] == "failed" or missing:
        reason = "crash" if said["state"] == "failed" else "missing"
        note = {"note": f"no value of {', '.join(missing)}"} if missing else {}
        return {"state": "failed", "reason": reason, **note, **end}
    return {"state": "completed", "data": data_of(facts, wanted, measured), **end}


def data_of(facts: TrialFacts, wanted: Iterable[str], measured: Mapping[str, Json]) -> list[Json]:
    """Values of metrics as the data of a trial's only arm; none for a trial without."""
    arms = (facts.arm or {}).get("arms") or []
    rows = [
        {
            "arm_name": arms[0]["name"],
            "metric_name": name,
            "mean": measured[name]["value"],
            "sem": measured[name]["value_stddev"],
            "trial_index": facts.number,
        }
        for name in (wanted if arms else ())
    ]
    return [{"timestamp": now_ms(), "rows": rows}] if rows else []
