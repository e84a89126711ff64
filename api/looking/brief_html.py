"""What a notebook shows of an experiment: what it comes to, and its trials as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.experiment.pictured import facts_html, table_html
from armwright.looking.reading import look
from armwright.looking.trials_table import trials_columns

if TYPE_CHECKING:
    from armwright.experiment import Experiment
    from armwright.persistence import StoredExperiment

__all__ = ["brief_html"]

_LEFT_OUT = ("why", "model", "reason")


def brief_html(subject: Experiment | StoredExperiment) -> str:
    """HTML without scripts; no model is asked, so that it costs little."""
    from armwright.looking.ends import ends_of
    from armwright.looking.trace import trace_of

    seen = look(subject)
    ends = ends_of(seen)
    facts = [("place", seen.place)] if seen.place else []
    for aim in seen.aims:
        trace = trace_of(seen, aim.metric)
        best = trace.incumbent
        says = "none yet" if best is None else f"{best.value:.6g} in trial {best.trial}"
        if trace.left:
            says += f"; not judged without a status quo: {', '.join(trace.left)}"
        facts.append((f"best measured {aim.metric}", says))
    budget = "" if seen.budget is None else f" of {seen.budget}"
    counts = ", ".join(f"{count} {status}" for status, count in ends.statuses) or "none yet"
    total = sum(count for _, count in ends.statuses)
    facts.append(("trials", f"{total}{budget}: {counts}"))
    if seen.damaged:
        facts.append(("damaged", f"{len(seen.damaged)} files cannot be read"))
    columns = [item for item in trials_columns(seen) if item["name"] not in _LEFT_OUT]
    rows = list(zip(*(item["values"] for item in columns), strict=True))
    table = table_html([item["name"] for item in columns], rows) if rows else ""
    return facts_html(f"experiment {seen.name}", facts) + table
