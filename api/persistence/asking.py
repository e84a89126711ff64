"""Taking trials to run: those that wait first, then new ones under the next free numbers.

Trials may also be made for others to take, ahead of need: see `armwright.persistence.stock`.
"""

from __future__ import annotations

import random
import shlex
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, final

from armwright.errors import BusyError, NothingLeftError, StoreError
from armwright.experiment import Arm
from armwright.experiment.clock import now
from armwright.persistence.arm_maker import maker_of
from armwright.persistence.asked_trials import AskedTrial
from armwright.persistence.draft import drafted
from armwright.persistence.experiment_json import trial_to_json
from armwright.persistence.facts import (
    config_of,
    plan_of,
    readable_trials,
    retried_trials,
    trial_document,
)
from armwright.persistence.halted import check_not_halted
from armwright.persistence.json_codec import object_to_json
from armwright.persistence.kept_definition import KEY, given_parameters
from armwright.persistence.measured import only_arm
from armwright.persistence.replaced import (
    REPLACED,
    ReplacedTrials,
    is_generated,
    is_replaced,
    take_off,
)
from armwright.store.layout import claim_path, segment_folder, segment_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from armwright.experiment import Experiment
    from armwright.persistence.arm_maker import ArmMaker
    from armwright.store import ExperimentFolder, State, TrialFacts
    from armwright.store.promise import Promise
    from armwright.store.state import AttemptFacts

__all__ = ["Asker"]

_MOST_TRIES = 50
_PAUSE_S = 0.02
_CROWD = 500  # so many may make a trial at the same moment
_SPREAD = 4  # takers begin somewhere in so large a part of the stock: the first fourth


@final
class Asker:
    """Takes trials of one folder for this process.

    Attributes:
        lock: One thread at a time asks, or uses `known_experiment`.
    """

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self.lock = threading.RLock()
        self._maker: ArmMaker | None = None
        self._replaced = ReplacedTrials()

    def ask(
        self,
        count: int,
        promise: Promise | None,
        *,
        within: float | None = None,
        claim: Mapping[str, Any] | None = None,
        first: Container[int] = (),
    ) -> list[AskedTrial]:
        """Takes up to `count` trials.

        Args:
            count: How many; fewer come where the budget or the space leaves fewer, or where not
                all of them can be written.
            promise: How others can tell that we live; None for no promise.
            within: Seconds from now in which arms are to be made; see `StoredExperiment.ask`.
            claim: What else the claim is to say.
            first: Numbers to take before all others, if they wait.

        Raises:
            NothingLeftError: Not even one is left, or the experiment was stopped.
            UsageError: The experiment cannot be run.
            StoreError: Not even one can be written.
        """
        deadline = None if within is None else time.monotonic() + within
        said = dict(claim or {})
        if promise is not None:
            said["in_process"] = promise.place
        with self.lock:
            check_not_halted(self._folder.refresh(), self._folder.url)
            asked: list[AskedTrial] = []
            try:
                self._claim_waiting(asked, count, said, promise, first)
                while len(asked) < count:
                    asked.append(self._make_trial({**said, **_running()}, promise, deadline))
            except (NothingLeftError, StoreError):
                if not asked:  # else they are ours, and nobody but the caller can run them
                    raise
            return asked

    def make_waiting(self) -> int:
        """Makes a trial for whoever asks next, from what is known without looking.

        Returns:
            Its number.

        Raises:
            NothingLeftError: The budget or the space is used up.
            UsageError: The experiment cannot be run.
            StoreError: It cannot be written.
        """
        with self.lock:
            check_not_halted(self._folder.state, self._folder.url)
            return self._make_trial(None, None, None).number

    def _claim_waiting(
        self,
        asked: list[AskedTrial],
        count: int,
        claim: dict[str, Any],
        promise: Promise | None,
        first: Container[int],
    ) -> None:
        waiting = self._waiting(first)
        while waiting and len(asked) < count:
            facts = waiting.popleft()
            attempt, arm = facts.next_attempt, only_arm(facts)
            if attempt is None or arm is None:
                continue
            document = {**claim, **_running()}
            if self._folder.claim(facts.number, attempt, document, promise=promise) == "won":
                if is_generated(facts) and self._is_too_many(facts):
                    self._folder.end(facts.number, attempt, REPLACED, alone=True)
                else:
                    asked.append(self._taken(facts, attempt, arm))
                continue
            # Others are at the front too: on from somewhere else.
            waiting = self._unclaimed(waiting)
            waiting.rotate(-random.randrange(len(waiting) or 1))  # noqa: S311 - no secret

    def _taken(self, facts: TrialFacts, attempt: int, arm: Arm) -> AskedTrial:
        state, given = self._folder.state, given_parameters(facts)
        if (facts.arm or {})["config"] != state.version:
            given = dict(self.maker.completed(given, state))
            arm = Arm(dict(self.maker.completed(arm.parameters, state)), arm.name)
        return AskedTrial(number=facts.number, attempt=attempt, arm=arm, parameters=given)

    def _unclaimed(self, waiting: Iterable[TrialFacts]) -> deque[TrialFacts]:
        """Those of which no claim is to be seen: by the names of files alone, none is read.

        A claim that is lost costs as much as one that is won; where hundreds start at once, the
        last of them would lose hundreds.
        """
        location, names = self._folder.location, dict[int, frozenset[str]]()
        left: deque[TrialFacts] = deque()
        for facts in waiting:
            segment = segment_of(facts.number)
            if segment not in names:
                listing = location.files.list(location.join(segment_folder(segment)))
                names[segment] = frozenset(listing.files)
            claim = claim_path(facts.number, facts.next_attempt or 1)
            if claim.rpartition("/")[2] not in names[segment]:
                left.append(facts)
        return left

    def _waiting(self, first: Container[int]) -> deque[TrialFacts]:
        """The trials known to wait; of a large stock, not from the front for everybody."""
        ready = list(retried_trials(self._folder.state))
        waiting = deque(sorted(ready, key=lambda facts: facts.number not in first))
        if not any(facts.number in first for facts in ready):
            waiting.rotate(-random.randrange(max(len(ready) // _SPREAD, 1)))  # noqa: S311 - no secret
        return waiting

    def _make_trial(
        self, claim: dict[str, Any] | None, promise: Promise | None, deadline: float | None
    ) -> AskedTrial:
        """Makes a trial that the budget has room for, whoever else makes some at this moment.

        Those who all saw the last place free find out afterwards that they are too many. Each of
        them takes its trial back, and tries again after a pause of its own, so that none is made
        too much and none too few.
        """
        for tries in range(_MOST_TRIES):
            trial = self._make_one(claim, promise, deadline)
            if not self._is_over_budget() or not self._take_back(trial.number, claim):
                return trial
            time.sleep(random.uniform(0.0, _PAUSE_S * 2 ** min(tries, 5)))  # noqa: S311 - no secret
            self._folder.refresh()
        raise BusyError(
            f"{self._folder.url!r}: too many processes make its last trials at once",
            hint="ask again",
        )

    def _is_too_many(self, facts: TrialFacts) -> bool:
        """Whether a trial that was given out is one that the budget has no room for.

        Two may have made the last one at the same moment, each before the other's was to be seen.
        Whoever takes one of them sees both, for it looked later: one that was made ahead of need,
        or one whose maker ran it and was killed, perhaps before it could find out. What was under
        way before somebody lowered the budget, or added trials by hand, goes on.
        """
        state = self._folder.state
        budget: int | None = plan_of(state)["budget"]
        if budget is None or self._made(state) <= budget:
            return False
        if not facts.attempts:
            return True
        if any(it.data or not _came_to_nothing(it) for it in facts.attempts.values()):
            return False
        made_under = (facts.arm or {})["config"]
        budgets = [
            config["plan"]["budget"] for at, config in state.configs.items() if at >= made_under
        ]
        if None in budgets:
            return False
        left_out = self.maker.left_out(state)
        generated = sum(
            number not in left_out and is_generated(item) and not is_replaced(item)
            for number, item in readable_trials(state).items()
        )
        return bool(generated > max(budgets))

    def _is_over_budget(self) -> bool:
        """Whether more trials are made than the budget has room for."""
        budget: int | None = plan_of(self._folder.state)["budget"]
        if budget is None or self._made(self._folder.state) < budget - _CROWD:
            return False
        return self._made(self._folder.refresh()) > budget

    def _take_back(self, number: int, claim: dict[str, Any] | None) -> bool:
        """Cancels a trial just made; false where it cannot be, and the budget stays exceeded.

        One that was made to wait may be somebody's by now. Then another one that waits goes in its
        place, of those that nobody made by hand.
        """
        if claim is None:
            state = self._folder.state
            waiting = [facts for facts in state.with_status("waiting") if is_generated(facts)]
            others = (facts for facts in reversed(waiting) if facts.number != number)
            return any(take_off(self._folder, facts) for facts in (state.trials[number], *others))
        self._folder.end(number, 1, REPLACED, alone=True)
        return True

    def _made(self, state: State) -> int:
        """How many trials have used up something of the budget."""
        counts, aside = state.counts, len(self.maker.left_out(state))
        return sum(counts.values()) - counts.get("void", 0) - self._replaced.count(state) - aside

    def _make_one(
        self, claim: dict[str, Any] | None, promise: Promise | None, deadline: float | None
    ) -> AskedTrial:
        made: dict[int, AskedTrial] = {}

        def make(number: int, state: State) -> dict[str, Any]:
            self._check_budget(state)
            run = self.maker.make(number, state, deadline=deadline)
            with drafted(self.known_experiment(state), number) as trial:
                trial.add_generator_run(run)
                config = config_of(state, state.version)
                arm = trial.arms[0]
                document = {
                    **trial_document(trial_to_json(trial), config, state.version),
                    **self.maker.about(arm.parameters, state),
                }
                given = (document.get(KEY) or {}).get("assignments", arm.parameters)
                made[number] = AskedTrial(number=number, attempt=1, arm=arm, parameters=given)
                return document

        number = self._folder.add_trial(make, claim=claim, promise=promise)
        return made[number]

    def add(self, arm: Arm, *, claimed: bool = True, promise: Promise | None = None) -> int:
        """Adds a trial of an arm of the caller's, who runs it unless it is not `claimed`.

        Args:
            arm: What to run.
            claimed: Whether it is the caller's.
            promise: With a claim, how others can tell that we live; None for no promise.

        Returns:
            Its number.
        """

        def make(number: int, state: State) -> dict[str, Any]:
            with drafted(self.known_experiment(state), number) as trial:
                trial.add_arm(arm.clone())
                config = config_of(state, state.version)
                return {
                    **trial_document(trial_to_json(trial), config, state.version),
                    **self.maker.about(arm.parameters, state),
                }

        with self.lock:
            self._folder.refresh()
            return self._folder.add_trial(
                make, claim=_running() if claimed else None, promise=promise
            )

    @property
    def maker(self) -> ArmMaker:
        """What makes arms."""
        if self._maker is None:
            self._maker = maker_of(self._folder, self._replaced)
        return self._maker

    def known_experiment(self, state: State) -> Experiment:
        """What arms are made from: the facts, and nothing that somebody did to `experiment`."""
        return self.maker.experiment(state)

    def _check_budget(self, state: State) -> None:
        budget = plan_of(state)["budget"]
        if budget is None:
            return
        made, running = self._made(state), state.counts.get("running", 0)
        if made >= budget:
            raise NothingLeftError(
                f"the budget of {self._folder.url!r} is used up: {made} of {budget} trials are made"
                + (f", {running} of them still running" if running else ""),
                hint=f"armwright best {shlex.quote(self._folder.url)}",
            )


def _running() -> dict[str, Any]:
    return {
        "status": {"__type": "TrialStatus", "name": "RUNNING"},
        "time_run_started": object_to_json(now()),
    }


def _came_to_nothing(attempt: AttemptFacts) -> bool:
    """Whether its owner was killed, if only while it wrote how it ended."""
    end = attempt.end or {}
    return end.get("state") == "lost" or end.get("reason") == "torn"
