"""A domain experiment bound to its folder: what happens to its trials is written as it happens.

Every change of a trial is made in memory, compared with the facts that the trial was made from, and
the difference written, each fact by one exclusive create; where the folder refuses, the change is
undone. Trials come in two kinds. One that was made here and is a CANDIDATE is a draft, known to
this process only; it is written when it leaves that state, together with the claim, so that nobody
can come between. All others are the folder's.

An attempt that was claimed here stays ours in memory: should others have given it up and begun the
next one, what we say of ours is kept as late, and never mistaken for news of theirs.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, final

from armwright.errors import ConflictError, TrialEndedError, UsageError
from armwright.experiment import TrialStatus
from armwright.persistence.experiment_json import definition_to_json, trial_to_json
from armwright.persistence.facts import (
    claim_document,
    config_document,
    config_of,
    data_document,
    is_retried,
    made_document,
    trial_document,
)
from armwright.persistence.folder_view import numbers_in_use
from armwright.persistence.json_codec import JSONEncodeError, object_to_json
from armwright.persistence.renumber import renumber
from armwright.persistence.trial_writes import (
    beside_the_arm,
    check_size,
    for_known_trial,
    for_new_trial,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from armwright.experiment import BaseTrial
    from armwright.persistence.folder_view import FolderView
    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["LiveJournal"]

_Json = dict[str, Any]


@final
class LiveJournal:
    """See `armwright.experiment.journal.Journal`.

    Args:
        folder: Where the facts are.
        view: Of that folder; the experiment in it is the one to be bound.

    Attributes:
        experiment: The experiment.
    """

    def __init__(self, folder: ExperimentFolder, view: FolderView) -> None:
        self._folder = folder
        self._view = view
        self._lock = threading.RLock()
        self._ours: dict[int, int] = {}  # trial -> attempt that was claimed here and not ended here
        self.experiment = view.experiment
        self.experiment._journal = self

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()  # a copy of the experiment is one in memory

    @property
    def url(self) -> str:
        """Of the folder."""
        return self._folder.url

    @property
    def folder_id(self) -> str:
        """See `Journal.folder_id`."""
        return self._folder.id

    @contextmanager
    def changing(self, indices: Iterable[int]) -> Iterator[None]:
        """See `Journal.changing`."""
        with self._lock:
            trials = [self._trial(index) for index in indices]
            before = [(trial, dict(vars(trial)), self._data(trial.index)) for trial in trials]
            try:
                yield
                for trial, state, _ in before:
                    self._write(trial, was_candidate=state["_status"] is TrialStatus.CANDIDATE)
            except BaseException:
                for trial, state, data in before:
                    vars(trial).update({**state, "_index": trial.index})
                    self._put_data(trial.index, data)
                raise

    @contextmanager
    def taking(self, trial: BaseTrial) -> Iterator[None]:
        """See `Journal.taking`."""
        with self._lock:
            runner = trial._runner_in_effect
            object_to_json(runner)  # one that has no form in a document is refused before it runs
            is_staged = runner is not None and runner.staging_required
            status = TrialStatus.STAGED if is_staged else TrialStatus.RUNNING
            attempt = self._claim(trial, {"status": object_to_json(status)})
        try:
            yield
        except BaseException:
            with self._lock, suppress(TrialEndedError):
                self._release(trial, attempt)
            raise

    def refresh(self) -> None:
        """See `Journal.refresh`."""
        with self._lock:
            self._take_in(self._folder.refresh())

    def take_in_known(self) -> None:
        """The same with what is known of the folder already."""
        with self._lock:
            self._take_in(self._folder.state)

    def _take_in(self, state: State) -> None:
        if state is self._view.state:
            return
        self._make_way(state)
        self._view.update(state, keep_definition=self._is_edited(state))

    def _is_edited(self, state: State) -> bool:
        """Whether the definition was changed here, while somebody else published a newer one."""
        known = self._view.state
        if state.version == known.version:
            return False
        try:
            mine = config_document(definition_to_json(self.experiment))
        except JSONEncodeError:  # a runner of the user's own, for instance
            return True
        return bool(mine != config_of(known, known.version))

    # Drafts ----------------------------------------------------------------------------------

    def _drafts(self) -> list[BaseTrial]:
        trials = self.experiment._trials
        return [trial for index, trial in trials.items() if self._view.facts(index) is None]

    def _make_way(self, state: State) -> None:
        """Gives drafts other numbers where theirs were taken by others meanwhile."""
        taken = set(numbers_in_use(state))
        for trial in self._drafts():
            if trial.index not in taken:
                continue
            facts = state.trials.get(trial.index)
            if facts is not None and self._is_the_same(trial, facts, state):
                self._view.adopt(facts)  # `ax.save` wrote it
            else:
                free = 1 + max(max(taken), next(reversed(self.experiment._trials)))
                renumber(trial, free)

    @staticmethod
    def _is_the_same(trial: BaseTrial, facts: TrialFacts, state: State) -> bool:
        version = (facts.arm or {}).get("config", 0)
        made = trial_document(trial_to_json(trial), config_of(state, version), version)
        return made == made_document(facts)

    @staticmethod
    def _made(trial: BaseTrial, state: State) -> _Json:
        version = state.version
        return trial_document(trial_to_json(trial), config_of(state, version), version)

    # Writing ---------------------------------------------------------------------------------

    def _write(self, trial: BaseTrial, *, was_candidate: bool) -> None:
        facts = self._view.facts(trial.index)
        is_candidate = trial.status is TrialStatus.CANDIDATE
        if facts is not None:
            is_taken_now = was_candidate and not is_candidate and is_retried(facts)
            self._write_known(trial, facts, None if is_taken_now else self._ours.get(trial.index))
        elif self._data(trial.index):
            self._write_with_data(trial)
        elif not is_candidate:
            claim = claim_document(trial_to_json(trial))
            self._add(trial, claim)
            attempt = None if claim is None else 1
            for write in beside_the_arm(self._folder, trial_to_json(trial), [], attempt):
                write.call()
            self._written(trial, None)

    def _write_known(self, trial: BaseTrial, facts: TrialFacts, attempt: int | None) -> None:
        data, state = self._data_documents(trial.index), self._view.state
        writes = list(
            for_known_trial(self._folder, trial_to_json(trial), data, facts, state, attempt=attempt)
        )
        for write in writes:
            check_size(write, self._folder)
        for write in writes:
            write.call()
        self._written(trial, facts)

    def _add(self, trial: BaseTrial, claim: _Json | None) -> None:
        """Writes a draft under the next free number, with the claim in the same file."""
        self._check_space()

        def make(number: int, state: State) -> _Json:
            if number != trial.index:
                renumber(trial, number)
            return self._made(trial, state)

        self._folder.add_trial(make, claim=claim)

    def _write_with_data(self, trial: BaseTrial) -> None:
        """Writes a draft under the very number that its data name."""
        self._check_space()
        state = self._view.state
        config = config_of(state, state.version)
        data = self._data_documents(trial.index)
        document = trial_to_json(trial)
        for write in for_new_trial(self._folder, document, data, config, state.version):
            write.call()
        self._written(trial, None)

    def _check_space(self) -> None:
        """New trials belong to the search space that the folder has, whatever was set here."""
        state = self._view.state
        if (
            object_to_json(self.experiment.search_space)
            != config_of(state, state.version)["search_space"]
        ):
            raise ConflictError(
                f"the search space was changed here, and {self._folder.url!r} has another one",
                hint="publish the change first: armwright.ax.save(experiment, url)",
            )

    def _written(self, trial: BaseTrial, before: TrialFacts | None) -> None:
        """Has the trial be what the facts say now, and remembers whose attempt it is at."""
        number, state = trial.index, self._folder.state
        facts = state.trials[number]
        if before is None:
            self._view.adopt(facts)
        known = 0 if before is None or before.last_attempt is None else before.last_attempt.number
        newest = facts.last_attempt
        if newest is not None and newest.number > known and newest.claim is not None:
            self._ours[number] = newest.number
        if newest is not None and newest.end is not None:
            self._ours.pop(number, None)
        self._view.update_trials(state, [number])

    def _claim(self, trial: BaseTrial, claim: _Json) -> int:
        """Takes a candidate, which stays one in memory; its attempt."""
        facts = self._view.facts(trial.index)
        if facts is None:
            attempt = 1
            self._add(trial, claim)
        else:
            number, next_attempt = trial.index, facts.next_attempt
            if next_attempt is None or self._folder.claim(number, next_attempt, claim) != "won":
                raise ConflictError(
                    f"trial {number} of {self._folder.url!r} was taken by somebody else meanwhile",
                    hint="refresh() the experiment",
                )
            attempt = next_attempt
        self._ours[trial.index] = attempt
        self._view.adopt(self._folder.state.trials[trial.index])
        return attempt

    def _release(self, trial: BaseTrial, attempt: int) -> None:
        """Hands back what could not be deployed."""
        document = {"state": "preempted", "reason": "it could not be deployed"}
        self._folder.end(trial.index, attempt, document)
        self._ours.pop(trial.index, None)
        self._view.update_trials(self._folder.state, [trial.index])

    # Data ------------------------------------------------------------------------------------

    def _trial(self, index: int) -> BaseTrial:
        if index not in self.experiment._trials:
            raise UsageError(
                f"no trial {index} in {self._folder.url!r} to attach data to",
                hint="add the trial first",
            )
        return self.experiment._trials[index]

    def _data(self, index: int) -> OrderedDict[int, Any]:
        return OrderedDict(self.experiment._data_by_trial.get(index, {}))

    def _put_data(self, index: int, data: OrderedDict[int, Any]) -> None:
        if data:
            self.experiment._data_by_trial[index] = data
        else:
            self.experiment._data_by_trial.pop(index, None)

    def _data_documents(self, index: int) -> list[_Json]:
        return [
            data_document(timestamp, object_to_json(data))
            for timestamp, data in self._data(index).items()
        ]
