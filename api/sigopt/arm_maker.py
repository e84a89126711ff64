"""Arms for whoever asks an experiment of SigOpt's fields without the facade: `armwright ask`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.persistence.kept_definition import KEY, kept_definition
from armwright.sigopt.constraint_rules import is_active
from armwright.sigopt.domain import active_assignments, fill_in
from armwright.sigopt.edit_words import edited
from armwright.sigopt.exception import ApiException
from armwright.sigopt.known_runs import KnownRuns
from armwright.sigopt.place import experiment_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Experiment, GeneratorRun
    from armwright.store import ExperimentFolder, State

__all__ = ["SigOptArms", "arm_maker", "edited"]


@final
class SigOptArms:
    """Makes arms of one folder; see `armwright.persistence.arm_maker.ArmMaker`.

    Args:
        folder: Of the experiment.
    """

    def __init__(self, folder: ExperimentFolder) -> None:
        self._known, self._ident = KnownRuns(folder), experiment_id(folder.name)

    def experiment(self, state: State) -> Experiment:
        """All that is known, as arms are made from it."""
        return self._known.experiment(state)

    def make(self, number: int, state: State, *, deadline: float | None) -> GeneratorRun:
        """The arm of a trial number.

        Raises:
            UsageError: None can be made.
        """
        try:
            return self._known.made(number, state, deadline=deadline)
        except ApiException as error:
            raise UsageError(str(error.message)) from error

    def about(self, parameters: Mapping[str, Any], state: State) -> dict[str, Any]:
        """What the trial says of itself as a run, or as a suggestion of the core API."""
        definition = kept_definition(state)
        said: dict[str, Any] = {
            "created": round(time.time()),
            "assignments": active_assignments(definition, parameters),
        }
        if definition.get("api") == "core":
            said |= {"made_as": "suggestion", "metadata": {}}
        else:
            said |= {"project": definition["project"], "experiment": self._ident}
            said |= {"name": definition["name"]}
        if definition.get("tasks"):
            said["task"] = parameters[definition["task_parameter"]]
        return {KEY: said}

    def whole(self, parameters: Mapping[str, Any], state: State) -> Mapping[str, Any]:
        """Parameters that somebody gave, with values for those that they switch off."""
        off = {
            item["name"]: fill_in(item)
            for item in kept_definition(state)["parameters"]
            if not is_active(item, parameters)
        }
        return {**parameters, **off}

    def completed(self, parameters: Mapping[str, Any], state: State) -> Mapping[str, Any]:
        """The parameters of an older trial, with values for those that came after it."""
        new = {
            item["name"]: fill_in(item)
            for item in kept_definition(state)["parameters"]
            if is_active(item, parameters)
        }
        return {**new, **parameters}

    def left_out(self, state: State) -> frozenset[int]:
        """The archived runs."""
        return self._known.left_out(state)


def arm_maker(folder: ExperimentFolder) -> SigOptArms:
    """What makes the arms of an experiment with SigOpt's fields."""
    return SigOptArms(folder)
