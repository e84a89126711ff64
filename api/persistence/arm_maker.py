"""What makes the arms of an experiment: the domain's strategy, or the code that defined it.

A definition with rules that the domain does not know, such as conditionals, is kept beside the
configuration by the code that knows them, which makes the arms: see `armwright.keepers`.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Protocol, final

from armwright.keepers import keeper_of
from armwright.persistence.facts import generation_of, plan_of
from armwright.persistence.filled_in import FILL_IN, FilledIn
from armwright.persistence.folder_view import FolderView
from armwright.persistence.made_with import made_with
from armwright.persistence.next_run import next_run
from armwright.persistence.replaced import ReplacedTrials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from armwright.experiment import Experiment, GeneratorRun
    from armwright.store import ExperimentFolder, State

__all__ = ["ArmMaker", "DomainArms", "kept_edited", "maker_of"]

Json = dict[str, Any]


class ArmMaker(Protocol):
    """Makes arms of one folder."""

    def experiment(self, state: State) -> Experiment:
        """All that is known, as arms are made from it."""

    def make(self, number: int, state: State, *, deadline: float | None) -> GeneratorRun:
        """The arm of a trial number, with its record; see `next_run`."""

    def about(self, parameters: Mapping[str, Any], state: State) -> Json:
        """What the document of a trial with these parameters says besides."""

    def whole(self, parameters: Mapping[str, Any], state: State) -> Mapping[str, Any]:
        """Parameters that somebody gave, with values for those that they switch off."""

    def completed(self, parameters: Mapping[str, Any], state: State) -> Mapping[str, Any]:
        """The parameters of an older trial, with values for those that came after it."""

    def left_out(self, state: State) -> AbstractSet[int]:
        """Numbers of trials that use no budget, teach nothing and are never best."""


@final
class DomainArms:
    """Makes arms as the configuration says.

    Args:
        folder: Of the experiment.
        replaced: Counts its replaced trials.
        status_quo_first: Whether the status quo is run first where a bound is relative to it; older
            arms were made without that.
    """

    def __init__(
        self,
        folder: ExperimentFolder,
        replaced: ReplacedTrials | None = None,
        *,
        status_quo_first: bool = True,
    ) -> None:
        self._folder = folder
        self._replaced = replaced or ReplacedTrials()
        self._filled = FilledIn()
        self._status_quo_first = status_quo_first
        self._view: FolderView | None = None

    def experiment(self, state: State) -> Experiment:
        """See `ArmMaker.experiment`."""
        return self._known(state).experiment

    def make(self, number: int, state: State, *, deadline: float | None) -> GeneratorRun:
        """See `ArmMaker.make`."""
        view, plan = self._known(state), plan_of(state)
        run = next_run(
            view.experiment,
            seed=plan["seed"],
            initial_trials=plan["initial_trials"],
            budget=plan["budget"] and plan["budget"] + self._replaced.count(state),
            number=number,
            options=generation_of(plan),
            used=state.trials,
            deadline=deadline,
            status_quo_first=self._status_quo_first,
            url=shlex.quote(self._folder.url),
        )
        run._gen_metadata = {
            **(run.gen_metadata or {}),
            "made_with": made_with(),
            "seen": view.seen.document(
                version=state.version, free=view.experiment._next_trial_index
            ),
        }
        return run

    def about(self, parameters: Mapping[str, Any], state: State) -> Json:
        """See `ArmMaker.about`."""
        del parameters, state
        return {}

    def whole(self, parameters: Mapping[str, Any], state: State) -> Mapping[str, Any]:
        """See `ArmMaker.whole`."""
        del state
        return parameters

    def completed(self, parameters: Mapping[str, Any], state: State) -> Mapping[str, Any]:
        """See `ArmMaker.completed`."""
        return {**(state.configs[state.version].get(FILL_IN) or {}), **parameters}

    def left_out(self, state: State) -> AbstractSet[int]:
        """See `ArmMaker.left_out`."""
        del state
        return frozenset()

    def _known(self, state: State) -> FolderView:
        shown = self._filled.state(state, state.configs[state.version].get(FILL_IN) or {})
        if self._view is None:
            self._view = FolderView(self._folder, shown)
        self._view.update(shown)
        return self._view


def kept_edited(state: State, changes: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """What an edit of a definition that is kept beside the configuration comes to.

    Args:
        state: Of the experiment.
        changes: New values by key, as whoever types them has them.

    Returns:
        The parts of the configuration that are to be others, and what changes in words.

    Raises:
        UsageError: The code that keeps the definition refuses it.
    """
    keeper = keeper_of(state.configs[state.version])
    assert keeper is not None  # noqa: S101 - who calls this has seen what it keeps
    return keeper.edited(state, changes)


def maker_of(folder: ExperimentFolder, replaced: ReplacedTrials | None = None) -> ArmMaker:
    """What makes the arms of an experiment.

    Args:
        folder: Of the experiment, with its state.
        replaced: Counts its replaced trials.
    """
    state = folder.state
    keeper = keeper_of(state.configs[state.version])
    if keeper is None:
        return DomainArms(folder, replaced)
    made: ArmMaker = keeper.arm_maker(folder)
    return made
