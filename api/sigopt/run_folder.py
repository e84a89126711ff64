"""A store folder as SigOpt code sees it: an experiment, or a project's other runs.

Every write is one fact, so any number of processes may hold the same folder.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from typing import TYPE_CHECKING, Any, final

from armwright.errors import ConflictError, TrialEndedError
from armwright.persistence.facts import is_retried
from armwright.persistence.halted import halt_of
from armwright.sigopt.best_runs import best_checkpoint
from armwright.sigopt.exception import ConnectionException, refused
from armwright.sigopt.files import file_table, file_word, measures_of, read_file
from armwright.sigopt.reaching import reaching
from armwright.sigopt.run_end import data_of, run_end
from armwright.sigopt.run_record import KEY, RANK, is_archived, run_document
from armwright.store.heartbeat import Heartbeat
from armwright.store.lease import Watcher
from armwright.store.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armwright.experiment import Experiment
    from armwright.sigopt.suggester import Suggester
    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["RunFolder", "definition_in"]

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 60.0  # from one look for workers that are gone to the next
_MOST_TRIES = 100  # others change the configuration at the same moment


@final
class RunFolder:
    """Runs in one folder.

    Args:
        ident: The id of the experiment or project.
        folder: Where its runs are.
        suggester: Makes what an experiment's runs try.
    """

    def __init__(self, ident: str, folder: ExperimentFolder, suggester: Suggester) -> None:
        self.ident = ident
        self._folder = folder
        self._suggester = suggester
        self._lock = threading.RLock()
        self._watcher = Watcher(folder)
        self._looked = -math.inf
        self._made = suggester.trials
        self._states: dict[int, tuple[TrialFacts, str | None]] = {}

    @property
    def url(self) -> str:
        """Where it is, as another process can open it."""
        return self._folder.location.opening or self._folder.url

    @property
    def name(self) -> str:
        """Of the folder: the id, or what its owner called it."""
        return self._folder.name

    @property
    def definition(self) -> Json:
        """What is kept of the experiment, as far as is known; of a project, its id."""
        return definition_in(self._folder.state)

    @property
    def is_stopped(self) -> bool:
        """Whether somebody has stopped it with `armwright stop`, as far as is known."""
        return halt_of(self._folder.state) == "stopped"

    def refresh(self) -> None:
        """Looks for what others wrote.

        Raises:
            ApiException: The folder has gone. Status 404.
            ConnectionException: It cannot be read.
        """
        with reaching(self.ident):
            self._folder.refresh()

    def progress(self) -> Json:
        """How many runs there are; archived ones do not count, those of workers gone do.

        Of a stopped experiment no budget remains, so that loops end, of whatever client.
        """
        states = (self._state(f) for f in self._trials() if f.status != "waiting")
        counted = [state for state in states if state is not None]
        active = counted.count("active")
        budget = self.definition.get("budget")
        left = None if budget is None else budget - len(counted)
        return {
            "active_run_count": active,
            "finished_run_count": len(counted) - active,
            "total_run_count": len(counted),
            "remaining_budget": 0 if self.is_stopped else left,
        }

    def has_gone(self) -> bool:
        """Whether there is a run whose worker has gone, for somebody else to take up."""
        gone = (is_retried(f) and f.attempts and not is_archived(f) for f in self._trials())
        return not self.is_stopped and any(gone)

    def runs(self) -> list[Json]:
        """All runs, newest first."""
        return [self._document(facts) for facts in reversed(self._trials())]

    def changed_runs(self, seen: dict[int, TrialFacts]) -> list[Json]:
        """The runs of which something is new, newest first.

        Args:
            seen: What was known of each; is brought up to date.
        """
        new = [facts for facts in self._trials() if seen.get(facts.number) is not facts]
        seen |= {facts.number: facts for facts in new}
        return [self._document(facts) for facts in reversed(new)]

    def run(self, number: int) -> Json:
        """One run.

        Raises:
            ApiException: There is none. Status 404.
        """
        return self._document(self._facts(number))

    def add_run(
        self,
        about: Mapping[str, Any],
        given: Mapping[str, Any] | None = None,
        *,
        begun: bool = True,
    ) -> tuple[int, int]:
        """Adds a run, with a suggestion where this is an experiment.

        A run whose worker has gone is taken up again before there is a new one.

        Args:
            about: What the run is to say of itself from the start.
            given: What it is to try: a value of every parameter; a suggestion where None.
            begun: Whether it is begun at once; else it waits for somebody to take it up.

        Returns:
            Its number, and the attempt at it that is ours.
        """
        self.release_gone()
        self.refresh()
        if self.definition.get("state") == "deleted":
            raise refused(f"experiment {self.ident} is archived: no run can be added")
        if self.is_stopped:
            raise refused(f"experiment {self.ident} is stopped: armwright resume goes on with it")
        with reaching(self.ident):
            return self._suggester.add_run(about, given, begun=begun)

    def release_gone(self) -> None:
        """Looks, now and then, for runs whose workers have gone, and frees them."""
        with self._lock:
            if time.monotonic() - self._looked < _LOOK_EVERY_S:
                return
            self._looked = time.monotonic()
            with reaching(self.ident):
                self._watcher.release()

    def heartbeat(self, number: int, attempt: int) -> Heartbeat:
        """What shows others that we live while we work on a run; to be started."""
        promise = self._suggester.promise or Promise(every=None)
        return Heartbeat(self._folder, number, attempt, promise)

    def patch(self, number: int, changes: Mapping[str, Any], *, attempt: int | None = None) -> None:
        """Says something more of a run; maps are merged.

        Args:
            number: Of the run.
            changes: What is said.
            attempt: Whose word it is; the newest one's where None.
        """
        facts = self._facts(number)
        document = {KEY: {**changes, "updated": round(time.time())}}
        newest = facts.last_attempt
        # Where somebody ends it at this moment, what is said is kept as late.
        with reaching(self.ident), contextlib.suppress(TrialEndedError):
            if attempt is not None and newest is not None and attempt != newest.number:
                self._folder.report(number, attempt, document)  # it was given up: kept as late
            elif newest is None or newest.end is not None:
                self._folder.late(number, document)
            else:
                self._folder.report(number, newest.number, document)

    def finish(self, number: int, state: str, *, attempt: int) -> None:
        """Ends a run, or moves the state of an ended one up: completed, then failed.

        An attempt that was given up meanwhile, or taken up by another, ends nothing: what it says
        is kept as late, and a warning says so.
        """
        self.refresh()
        facts = self._facts(number)
        document = run_document(facts, self.ident)
        if document["observation"] is None:
            try:
                with reaching(self.ident):
                    self._folder.end(
                        number, attempt, self._end(facts, document["values"], state=state)
                    )
                return
            except ConnectionException as failure:
                error = failure.__cause__
                if not isinstance(error, TrialEndedError):
                    raise
                self.refresh()
                document = self.run(number)
                if document["observation"] is None:
                    logger.warning("run %s was given up meanwhile: %s", document["id"], error)
                    return
        if RANK[state] > RANK[document["state"]]:
            self.patch(number, {"state": state}, attempt=attempt)

    def _end(self, facts: TrialFacts, measured: Mapping[str, Json], **said: Any) -> Json:
        """The fact that decides what the optimizer learns from the run."""
        wanted = [metric["name"] for metric in self.definition.get("metrics", ())]
        return run_end(facts, wanted, measured, said)

    def observe(self, number: int, measured: Mapping[str, Json], **said: Any) -> None:
        """Ends the newest attempt at a run with what was measured, in one write.

        Args:
            number: Of the run.
            measured: Values of the metrics.
            **said: What the run says of itself; `state` is completed or failed.

        Raises:
            ApiException: It has ended, or nobody has begun it. Status 400.
        """
        facts = self._facts(number)
        attempt = facts.open_attempt
        if attempt is not None:
            with reaching(self.ident), contextlib.suppress(TrialEndedError):
                self._folder.end(number, attempt, self._end(facts, measured, **said))
                return
        raise refused(f"there is an observation of {self.ident}{number} already")

    def correct(
        self, number: int, changes: Mapping[str, Any], measured: Mapping[str, Json]
    ) -> None:
        """Says something else of a run that has ended; what it measured counts for every tool.

        Args:
            number: Of the run.
            changes: What is said.
            measured: New values of metrics; none where they stay or there are none.
        """
        data = data_of(self._facts(number), measured, measured)
        document = {KEY: {**changes, "updated": round(time.time())}, **(data[0] if data else {})}
        with reaching(self.ident):
            self._folder.late(number, document)

    def known_experiment(self) -> Experiment:
        """What suggestions are made from: all runs but the archived ones, as they count now."""
        return self._suggester.experiment()

    def newest_attempt(self, number: int) -> int:
        """The newest attempt at a run."""
        attempt = self._facts(number).last_attempt
        return 1 if attempt is None else attempt.number

    @property
    def waiting(self) -> set[int]:
        """The numbers of runs that nobody has begun."""
        return {facts.number for facts in self._trials() if not facts.attempts}

    def redefine(self, change: Callable[[Json], Json]) -> None:
        """Replaces the definition by what `change` makes of the newest one."""
        from armwright.sigopt.folders import configuration

        for _ in range(_MOST_TRIES):
            with reaching(self.ident):
                state = self._folder.refresh()
            config = state.configs[state.version]
            definition = change(dict(config[KEY]))
            changed = {**config, **configuration(definition, config)}
            with reaching(self.ident), contextlib.suppress(ConflictError):
                self._folder.add_config(changed, base=state.version)
                return
        raise refused(f"experiment {self.ident} is being changed by others all the time", 409)

    def keep_file(
        self, number: int, about: Mapping[str, Any], content: bytes, *, attempt: int
    ) -> None:
        """Keeps a file with a run, in the folder.

        Args:
            number: Of the run.
            about: Its name for people, file name and content type; its id where it has one.
            content: The file.
            attempt: Whose file it is.
        """
        self._facts(number)
        file = {"id": file_word(), **about, **measures_of(content)}
        said = {KEY: {"file": file, "updated": round(time.time())}}
        with reaching(self.ident), contextlib.suppress(TrialEndedError):  # it is kept as late
            self._folder.report_table(number, attempt, file_table(content), said)

    def file(self, path: str) -> bytes:
        """A file of a run.

        Args:
            path: Of its table, as the run's document has it.
        """
        with reaching(self.ident):
            return read_file(self._folder, path)

    def _state(self, facts: TrialFacts) -> str | None:
        """The state of a run, None for an archived one; worked out when something is new of it."""
        known = self._states.get(facts.number)
        if known is None or known[0] is not facts:
            state = None if is_archived(facts) else run_document(facts, self.ident)["state"]
            known = self._states[facts.number] = facts, state
        return known[1]

    def _document(self, facts: TrialFacts) -> Json:
        document = run_document(facts, self.ident)
        definition = self.definition
        metrics = definition.get("metrics", ())
        if "parameters" in definition and document.get("experiment") is not None:
            document["experiment"] = self.ident  # which the folder may have been given later
        return {**document, "best_checkpoint": best_checkpoint(metrics, document["checkpoints"])}

    def _trials(self) -> list[TrialFacts]:
        trials = self._made.of(self._folder.state)
        return [facts for facts in trials.values() if facts.arm is not None]

    def _facts(self, number: int) -> TrialFacts:
        facts = self._folder.state.trials.get(number)
        if facts is None or facts.arm is None:
            self.refresh()
            facts = self._folder.state.trials.get(number)
        if facts is None or facts.arm is None:
            raise refused(f"there is no run {self.ident}{number}", 404)
        return facts


def definition_in(state: State) -> Json:
    """What the configuration in force keeps for SigOpt code."""
    definition: Json = state.configs[state.version].get(KEY, {})
    return definition
