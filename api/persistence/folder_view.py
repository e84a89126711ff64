"""The domain view of a folder's facts, kept up to date: only what has changed is made again.

An experiment of ten thousand trials takes seconds to be built, and the next look brings a handful
of new facts. So the view remembers which facts each trial was made from, and takes in the others.
Objects stay: the experiment and its trials are the same ones after an update.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, final

from armwright.persistence.data_tables import whole_document
from armwright.persistence.experiment_json import (
    add_trial,
    register_arms,
    set_trial_state,
    without_trials,
)
from armwright.persistence.facts import (
    config_of,
    data_json,
    is_readable,
    stored_data,
    trial_json,
)
from armwright.persistence.json_codec import WRONG_DOCUMENT, JSONDecodeError, data_from_json
from armwright.persistence.seen import Seen
from armwright.persistence.unknown_metrics import warn_of_unknown, with_known_metrics
from armwright.store.layout import parse_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from armwright.experiment import Experiment
    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["FolderView", "numbers_in_use"]

T = TypeVar("T")
_Json = dict[str, Any]
# What a configuration decides; the rest of an experiment are its trials and their data.
_OF_THE_CONFIGURATION = (
    *("description", "is_test", "runner", "_experiment_type", "_time_created", "_search_space"),
    *("_status_quo", "_tracking_metrics", "_optimization_config"),
)


@final
class FolderView:
    """An experiment as a folder's facts describe it.

    Args:
        folder: Whose id tells the experiment where it comes from, and which holds tables.
        state: The facts.
        strict: Whether to refuse metrics of classes that are not known here, rather than to warn
            and put plain metrics in their place.

    Attributes:
        experiment: The experiment; the same object for ever.
        state: What it was made from.
        seen: What is known of each trial, in a few words.

    Raises:
        JSONDecodeError: A document is incomplete, or names a class that is not known here.
    """

    def __init__(self, folder: ExperimentFolder, state: State, *, strict: bool = False) -> None:
        self._folder = folder
        self._strict = strict
        self._facts: dict[int, TrialFacts] = {}
        self._data: dict[int, list[_Json]] = {}
        self.seen = Seen()
        self.state = state
        self.experiment: Experiment = _explained(lambda: self._made(state))
        self.experiment._origin = (folder.id, state.version)
        warn_of_unknown(self.experiment._unknown_metrics)
        _explained(lambda: self._take_in(state, state.trials))

    def update(self, state: State, *, keep_definition: bool = False) -> None:
        """Takes in a later state; on request all of it but a changed configuration."""
        if state is self.state:
            return
        if state.version != self.state.version and not keep_definition:
            _explained(lambda: self._reconfigure(state))
        _explained(lambda: self._take_in(state, state.changed_since(self.state)))
        self.state = state

    def update_trials(self, state: State, numbers: Iterable[int]) -> None:
        """Takes in what a later state says of some trials."""
        _explained(lambda: self._take_in(state, numbers))

    def facts(self, number: int) -> TrialFacts | None:
        """What a trial was made from; None if it did not come from the folder."""
        return self._facts.get(number)

    @property
    def all_facts(self) -> Iterator[TrialFacts]:
        """What is known of each trial, in no order."""
        yield from self._facts.values()

    def adopt(self, facts: TrialFacts) -> None:
        """Takes a trial of the experiment for the one that these facts are about.

        Its arms are as the facts say; the rest of it is left as it is until the next update.
        """
        self._facts[facts.number] = replace(facts)
        self.seen.note(facts)

    def _made(self, state: State) -> Experiment:
        config, unknown = self._config(state, state.version)
        experiment = without_trials({**config, "name": state.experiment["name"]})
        experiment._unknown_metrics = unknown
        return experiment

    def _reconfigure(self, state: State) -> None:
        """Puts the configuration now in force in the place of the one before."""
        fresh, experiment = self._made(state), self.experiment
        for name in _OF_THE_CONFIGURATION:
            setattr(experiment, name, getattr(fresh, name))
        experiment._origin = (self._folder.id, state.version)
        experiment._unknown_metrics = fresh._unknown_metrics
        experiment._arms = fresh._arms
        for trial in experiment._trials.values():
            register_arms(experiment, trial)

    def _take_in(self, state: State, numbers: Iterable[int]) -> None:
        configs: dict[int, Mapping[str, Any]] = {}
        whole, _ = self._config(state, state.version)
        changed: dict[int, TrialFacts] = {}
        documents: list[tuple[int, list[_Json]]] = []
        for number in numbers:
            facts, before = state.trials[number], self._facts.get(number)
            if before is facts:
                continue
            changed[number] = facts
            if not is_readable(facts):
                continue
            version = (facts.arm or {})["config"]
            if version not in configs:
                configs[version] = self._config(state, version)[0]
            self._take_in_trial(facts, before, configs[version], whole)
            stored = stored_data(facts)
            if stored != self._data.get(number, []):
                documents.append((number, stored))
        self._take_in_data(documents)
        self._facts |= changed
        for facts in changed.values():
            self.seen.note(facts)
        free = 1 + max((*changed, *_damaged_numbers(state)), default=-1)
        self.experiment._first_free_index = max(self.experiment._first_free_index, free)

    def _take_in_trial(
        self,
        facts: TrialFacts,
        before: TrialFacts | None,
        config: Mapping[str, Any],
        whole: Mapping[str, Any],
    ) -> None:
        document: Mapping[str, Any] = trial_json(facts, config)
        trials = self.experiment._trials
        if before is not None and before.arm == facts.arm:
            set_trial_state(trials[facts.number], document)
            return
        if not self._strict:
            document, _ = with_known_metrics(document)
        # An arm may change where two folders were copied over each other.
        trials.pop(facts.number, None)
        add_trial(self.experiment, facts.number, document, whole)

    def _take_in_data(self, documents: list[tuple[int, list[_Json]]]) -> None:
        """All at once: a data frame takes its time, many take hardly more."""
        flat = [
            data_json(whole_document(item, self._folder))
            for _, stored in documents
            for item in stored
        ]
        made = iter(data_from_json(flat))
        for number, stored in documents:
            entries = OrderedDict((item["timestamp"], next(made)) for item in stored)
            self.experiment._data_by_trial[number] = entries
            self._data[number] = stored

    def _config(self, state: State, version: int) -> tuple[Mapping[str, Any], dict[str, _Json]]:
        """A version of the configuration, with known metrics only, and what replaced ones were."""
        document = config_of(state, version)
        return (document, {}) if self._strict else with_known_metrics(document)


def numbers_in_use(state: State) -> Iterator[int]:
    """Trial numbers in use, also those of skipped trials and of files that cannot be read."""
    yield from state.trials
    yield from _damaged_numbers(state)


def _damaged_numbers(state: State) -> Iterator[int]:
    for damage in state.damaged:
        name = parse_name(damage.path)
        if name is not None and name.kind != "config" and name.number is not None:
            yield name.number


def _explained(make: Callable[[], T]) -> T:
    """What `make` returns; its errors say that the documents in the folder are to blame."""
    try:
        return make()
    except KeyError as error:
        raise JSONDecodeError(f"a document in this folder lacks {error}") from error
    except WRONG_DOCUMENT as error:
        raise JSONDecodeError(f"a document in this folder cannot be: {error}") from error
