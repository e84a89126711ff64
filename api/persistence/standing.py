"""Where an experiment stands: how many trials, who runs which, and who seems to be gone."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armwright.errors import ArmwrightError, NothingLeftError, StoreError, UsageError
from armwright.experiment.aimed_at import aimed_at
from armwright.persistence.facts import is_retried
from armwright.persistence.halted import halt_of
from armwright.persistence.pareto import best_measured
from armwright.persistence.progress import progress_of
from armwright.persistence.replaced import spent
from armwright.persistence.stored_experiment import StoredExperiment
from armwright.store.absence import experiments_in
from armwright.store.layout import EXPERIMENT_FILE
from armwright.store.lease import Watcher
from armwright.store.location import experiment_url, locate_root
from armwright.store.posix import PosixFiles

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    from armwright.store import State, TrialFacts

__all__ = ["best_in_brief", "is_done", "listing", "standing"]

_Json = dict[str, Any]


def standing(
    stored: StoredExperiment, *, jobs_gone: Callable[[Iterable[str]], set[str]] | None = None
) -> _Json:
    """Where an experiment stands, as plain JSON values. Writes nothing.

    Args:
        stored: The experiment.
        jobs_gone: Which of some Slurm jobs the scheduler knows not to run any more.

    Returns:
        name, url, state (open, stopped, archived or done), budget, made, waiting, archived (runs
        that their owner put aside, and that are in no other number), statuses, best, running
        (trial, attempt, by, since, job, step, gone) and damaged.
    """
    stored._folder.compacts = False
    state = stored._folder.refresh()
    gone = {
        (item.number, item.attempt): item.note
        for item in Watcher(stored._folder, server_time=False).gone()
    }
    running = [_running(facts, gone) for facts in state.with_status("running")]
    if jobs_gone is not None:
        ended = jobs_gone(item["job"] for item in running if item["job"])
        for item in running:
            if item["job"] in ended:
                item["gone"] = item["gone"] or f"Slurm job {item['job']} runs no more"
    return {**_brief(stored), "running": running, "damaged": len(stored.damaged)}


def listing(root: str | os.PathLike[str], *, archived: bool = False) -> list[_Json]:
    """The experiments in a folder of them, by name.

    Args:
        root: The folder's URL.
        archived: Whether to name also those that were put aside.

    Raises:
        StoreError: There is no such folder, or it cannot be read. What is wrong with one experiment
            in it is its `problem`.
        UsageError: It is an experiment.
    """
    place = locate_root(root)
    there = place.files.list(place.path)
    if EXPERIMENT_FILE in there.files:
        raise UsageError(
            f"{place.url!r} is an experiment, expected a folder of experiments",
            hint=f"armwright status {shlex.quote(place.url)}",
        )
    if isinstance(place.files, PosixFiles) and not Path(place.path).is_dir():
        raise StoreError(f"no folder at {place.url!r}", hint="check its name")
    found = []
    for name in experiments_in(place, there):
        url = f"{place.url.rstrip('/')}/{name}"
        try:
            url = experiment_url(root, name)  # a foreign folder may have any name
            item: _Json = {**_brief(StoredExperiment.open(url)), "problem": None}
        except ArmwrightError as error:
            item = {"name": name, "url": url, "state": "unreadable", "problem": error.message}
        if archived or item["state"] != "archived":
            found.append(item)
    return found


def is_done(stored: StoredExperiment) -> bool:
    """Whether the budget is used up, and nothing runs or waits any more."""
    budget, state = stored.budget, stored.state
    is_open = state.counts.get("running", 0) or _waiting(state)
    return budget is not None and not is_open and spent(stored) >= budget


def _waiting(state: State) -> int:
    """How many trials somebody may take."""
    retried = sum(is_retried(facts) for facts in state.with_status("preempted", "lost"))
    return state.counts.get("waiting", 0) + retried


def _brief(stored: StoredExperiment) -> _Json:
    state = stored.state
    counts = {**state.counts, "void": 0}
    aside = stored.asker.maker.left_out(state)
    for facts in state.with_status("preempted", "lost"):
        if is_retried(facts):
            counts[facts.status] -= 1
    counts["waiting"] = _waiting(state)
    for number in aside:
        facts = state.trials[number]
        counts["waiting" if is_retried(facts) else facts.status] -= 1
    return {
        "name": stored.name,
        "url": stored.url,
        "state": halt_of(state) or ("done" if is_done(stored) else "open"),
        "budget": stored.budget,
        "made": spent(stored),
        "waiting": _waiting(state),
        "archived": len(aside),
        "statuses": {status: counts[status] for status in sorted(counts) if counts[status]},
        "best": best_in_brief(stored),
    }


def best_in_brief(stored: StoredExperiment) -> _Json | None:
    """The best trial by its measured value, for which no model is asked.

    Of several objectives how many trade-offs there are. `noisy` says that results carry noise, so
    that `StoredExperiment.best` may name another trial: the one of which a model expects most.
    """
    config = stored.optimization_config
    if config is None:
        return None
    try:
        found = best_measured(stored)
    except (NothingLeftError, UsageError):
        return None
    first, names = found.front[0], [aim.name for aim in aimed_at(config.objective)]
    return {
        "trial": first.number,
        "values": {name: first.values[name][0] for name in names},
        "trade_offs": len(found.front) if len(names) > 1 else None,
        "noisy": found.carries_noise,
    }


def _running(facts: TrialFacts, gone: dict[tuple[int, int], str]) -> _Json:
    attempt = facts.last_attempt
    assert attempt is not None  # noqa: S101 - what runs has one
    steps = [item.step for item in progress_of(facts) if item.attempt == attempt.number]
    claimed = attempt.claimed
    return {
        "trial": facts.number,
        "attempt": attempt.number,
        "by": claimed.by if claimed else None,
        "since": claimed.at if claimed else None,
        "job": claimed.writer.get("slurm_job_id") if claimed else None,
        "step": steps[-1] if steps else None,
        "gone": gone.get((facts.number, attempt.number)),
    }
