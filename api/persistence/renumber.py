"""Another number for a trial that nobody has seen yet, because somebody was faster with its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from armwright.experiment import BaseTrial

__all__ = ["renumber"]


def renumber(trial: BaseTrial, index: int) -> None:
    """Moves a trial to a free index, and gives the arms that it named names with that index."""
    experiment, old = trial.experiment, trial.index
    trials, registry = experiment._trials, experiment._arms
    own_name = re.compile(rf"{old}_[0-9]+")
    arms = [arm for run in trial.generator_runs for arm in run.arms]
    arms += [arm for arm in trial._arms_used if all(arm is not other for other in arms)]
    names: dict[str, str] = {}
    for arm in arms:
        name = arm.name
        if name in names or not own_name.fullmatch(name):
            continue
        if not any(registry.by_name.get(name) is other for other in arms):
            continue  # it came with this name, or from another trial
        place = int(name.partition("_")[2])
        while f"{index}_{place}" in registry.by_name or f"{index}_{place}" in names.values():
            place += 1
        names[name] = f"{index}_{place}"
    for name, fresh in names.items():
        registry.by_name[fresh] = registry.by_name.pop(name)
    for arm in arms:
        arm._name = names.get(arm.name, arm.name)
    del trials[old]
    trial._index = index
    is_last = index > next(reversed(trials), -1)
    trials[index] = trial
    if not is_last:
        in_order = dict(sorted(trials.items()))
        trials.clear()
        trials.update(in_order)
