"""The store against a dictionary: several writers, stale views, kills, lost answers, snapshots.

Hypothesis chooses what happens. After each step somebody who knows nothing opens the folder, and
finds what the dictionary says. A step that was cut short has happened or has not: the folder
decides, and the dictionary follows. Segments hold four trials here, so that there are many.
"""

import copy
import importlib
import json
import pkgutil
import uuid

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import armwright.store
from armwright.store import ExperimentFolder, StoreError, TrialEndedError, UncertainError
from armwright.store.fact import END_STATES
from armwright.store.faults import HOWS, Fault, FaultyFiles, Killed, StaleFiles
from armwright.store.garbage import Collector
from armwright.store.layout import arm_path
from armwright.store.location import Location, locate
from armwright.store.surroundings import Surroundings
from armwright.store.verify import verify

TRIALS_IN_A_SEGMENT, SEGMENTS_IN_AN_S2 = 4, 3
WRITERS = st.integers(0, 2)
NUMBERS = st.integers(0, 11)
ATTEMPTS = st.integers(1, 3)


def shrink_segments(patch):
    """Makes segments so small that a test fills many."""
    small = {"SEGMENT_TRIALS": TRIALS_IN_A_SEGMENT, "SEGMENTS_OF_S2": SEGMENTS_IN_AN_S2}
    for item in pkgutil.iter_modules(armwright.store.__path__, "armwright.store."):
        module = importlib.import_module(item.name)
        for name in small.keys() & vars(module).keys():  # each has its own copy
            patch.setattr(module, name, small[name])
    patch.setattr("armwright.store.trials._SEGMENT_TRIALS", TRIALS_IN_A_SEGMENT)
    patch.setattr("armwright.store.numbers._WIDEST", TRIALS_IN_A_SEGMENT - 1)


def told(state):
    """A state as plain dictionaries: what the model is compared with."""
    return {
        "configs": dict(state.configs),
        "trials": {
            number: {
                "arm": trial.arm,
                "void": trial.void,
                "late": in_order(trial.late),
                "attempts": {
                    attempt.number: {
                        "claim": attempt.claim,
                        "data": in_order((*attempt.data, *attempt.stray)),
                        "end": attempt.end,
                    }
                    for attempt in trial.attempts.values()
                },
            }
            for number, trial in state.trials.items()
        },
    }


def in_order(documents):
    return sorted(documents, key=json.dumps)


class Writer:
    """One process: a folder on a file system that can be stale and can fail."""

    def __init__(self, place, around):
        self.stale = StaleFiles(place.files)
        self.faulty = FaultyFiles(self.stale)
        where = Location(url=place.url, files=self.faulty, path=place.path)
        self.folder = ExperimentFolder.open_at(where, surroundings=around)

    def arm_the_trap(self, fault):
        """Lets one of the next calls go wrong."""
        call, how, lasting = fault
        self.faulty.calls.clear()
        self.faulty.fault = Fault(call=call, how=how, lasting=lasting)


class StoreMachine(RuleBasedStateMachine):
    """What may happen to an experiment."""

    def __init__(self):
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        shrink_segments(self.patch)
        self.now = 0.0
        self.around = Surroundings(
            sleep=lambda _seconds: None, choose=lambda _bound: 0, own_time=lambda: self.now
        )
        self.place = locate(f"memory://{uuid.uuid4().hex}/lr")
        ExperimentFolder.create_at(self.place, document={}, config={"c": 1})
        self.model = {"configs": {1: {"c": 1}}, "trials": {}}
        self.planted = set()
        self.count = 0

    @initialize()
    def open_all(self):
        self.writers = [Writer(self.place, self.around) for _ in range(3)]

    def teardown(self):
        try:
            report = verify(self.place)
            wrong = [item for item in report.problems if item.path not in self.planted]
            assert not wrong, str(report)
        finally:
            self.place.files.remove_many(list(self.place.files._fs.find(self.place.path)))
            self.patch.undo()

    # What is done, and what it changes.

    def do(self, who, call, *effects, kept_late=None):
        """Does something, and compares what is there with what should be.

        Args:
            who: Number of the writer.
            call: Takes the folder; what is done.
            effects: Each changes a copy of the model; the call has done all of them, or some of
                the first if it was cut short.
            kept_late: The trial and the document that are kept if it came too late.
        """
        writer, outcome, sure = self.writers[who], None, True
        try:
            outcome = call(writer.folder)
        except Killed:
            sure, outcome = False, "unknown"
        except TrialEndedError:
            effects = (lambda model: keep_late(model, *kept_late),)
            outcome = "late"
        except UncertainError:
            sure, outcome = False, "unknown"
        except StoreError:
            # Refused, or cut short while looking around before or after the write.
            sure = writer.faulty.fault is None
            outcome = "refused" if sure else "unknown"
        writer.faulty.fault = None
        if writer.faulty.dead:
            self.writers[who] = Writer(self.place, self.around)
        there = told(ExperimentFolder.open_at(self.place).state)
        for number, trial in there["trials"].items():
            if trial["void"] and number not in self.model["trials"]:
                self.model["trials"][number] = trial  # sealing a segment makes unused numbers void
        allowed = [copy.deepcopy(self.model)]
        if outcome not in ("refused", "lost"):
            for effect in effects:
                allowed.append(copy.deepcopy(allowed[-1]))
                effect(allowed[-1])
        if not sure and kept_late:
            allowed.append(copy.deepcopy(self.model))
            keep_late(allowed[-1], *kept_late)
        if sure:
            allowed = allowed[-1:]
        assert there in allowed, f"{there}\nis none of {allowed}"
        self.model = there
        return outcome

    def fresh(self):
        self.count += 1
        return {"id": self.count}

    @rule(who=WRITERS, claimed=st.booleans(), informed=st.booleans())
    def add_trial(self, who, claimed, informed):
        arm, claim = self.fresh(), self.fresh() if claimed else None

        def effect(model):
            known = told(ExperimentFolder.open_at(self.place).state)["trials"]
            found = [number for number, trial in known.items() if trial["arm"] == arm]
            if found:
                assert found[0] not in model["trials"], "a number was given twice"
                make(model, found[0], arm, claim)

        number = self.do(
            who,
            lambda folder: folder.add_trial(lambda *_: arm, claim=claim, informed=informed),
            effect,
        )
        if isinstance(number, int):
            assert self.model["trials"][number]["arm"] == arm

    @rule(who=WRITERS, number=NUMBERS, claimed=st.booleans())
    def put_trial(self, who, number, claimed):
        arm, claim = self.fresh(), self.fresh() if claimed else None
        free = number not in self.model["trials"]
        outcome = self.do(
            who,
            lambda folder: folder.put_trial(number, arm, claim=claim),
            lambda model: make(model, number, arm, claim),
        )
        assert outcome != "won" or free

    @rule(who=WRITERS, number=NUMBERS, attempt=ATTEMPTS)
    def claim(self, who, number, attempt):
        document = self.fresh()
        self.do(
            who,
            lambda folder: folder.claim(number, attempt, document),
            lambda model: try_out(model, number, attempt).update(claim=document),
        )

    @rule(who=WRITERS, number=NUMBERS, attempt=ATTEMPTS)
    def report(self, who, number, attempt):
        document = self.fresh()

        def effect(model):
            known = try_out(model, number, attempt)
            known["data"] = in_order((*known["data"], document))

        late = (number, {**document, "too_late": True, "attempt": attempt})
        self.do(who, lambda it: it.report(number, attempt, document), effect, kept_late=late)

    @rule(
        who=WRITERS,
        number=NUMBERS,
        attempt=ATTEMPTS,
        state=st.sampled_from(END_STATES),
        alone=st.booleans(),
    )
    def end(self, who, number, attempt, state, alone):
        document = {"state": state, **self.fresh()}
        late = (number, {**document, "too_late": True, "attempt": attempt})
        outcome = self.do(
            who,
            lambda folder: folder.end(number, attempt, document, alone=alone),
            lambda model: try_out(model, number, attempt).update(end=document),
            kept_late=late,
        )
        if outcome is None:
            assert self.model["trials"][number]["attempts"]

    @rule(who=WRITERS, number=NUMBERS, attempt=ATTEMPTS)
    def release(self, who, number, attempt):
        document = {"state": "lost", **self.fresh()}
        self.do(
            who,
            lambda folder: folder.release(number, attempt, document),
            lambda model: try_out(model, number, attempt).update(end=document),
        )

    @rule(who=WRITERS, number=NUMBERS)
    def late(self, who, number):
        document = self.fresh()
        self.do(
            who,
            lambda folder: folder.late(number, document),
            lambda model: keep_late(model, number, document),
        )

    @rule(who=WRITERS, base=st.integers(1, 5))
    def add_config(self, who, base):
        document = self.fresh()
        newest = max(self.model["configs"])
        outcome = self.do(
            who,
            lambda folder: folder.add_config(document, base=base),
            lambda model: model["configs"].update({base + 1: document}),
        )
        assert not isinstance(outcome, int) or base == newest

    @rule(who=WRITERS, number=NUMBERS)
    def fence(self, who, number):
        void = self.do(who, lambda folder: folder.fence(number))
        if void is True:
            assert self.model["trials"][number]["void"]

    @rule(who=WRITERS)
    def refresh(self, who):
        self.do(who, lambda folder: folder.refresh())

    @rule(who=WRITERS)
    def compact(self, who):
        self.do(who, lambda folder: folder.compact())

    @rule(who=WRITERS)
    def clear_away(self, who):
        # Two hours later: no view is that stale, and nobody trusts what it knew before.
        self.now += 7200.0
        for writer in self.writers:
            writer.stale.stale = False
        self.do(
            who,
            lambda folder: Collector(
                folder.location,
                folder.ledger,
                self.around,
                dry_run=False,
                older_than=0.0,
                temporaries_older_than=0.0,
                least_late=2,
            ).run(),
        )

    # What happens to a writer.

    @rule(who=WRITERS, call=st.integers(1, 8), how=st.sampled_from(HOWS), lasting=st.booleans())
    def fail_soon(self, who, call, how, lasting):
        self.writers[who].arm_the_trap((call, how, 50 if lasting else 1))

    @rule(who=WRITERS)
    def go_stale(self, who):
        self.writers[who].stale.stale = True

    @rule(who=WRITERS)
    def see_again(self, who):
        self.writers[who].stale.stale = False

    @rule(who=WRITERS)
    def open_again(self, who):
        self.writers[who] = Writer(self.place, self.around)

    # What others write, by hand.

    @rule(number=NUMBERS, claimed=st.booleans())
    def plant_a_trial(self, number, claimed):
        highest = max(self.model["trials"], default=-1)
        if number in self.model["trials"] or number > highest + 1 or self.is_taken(number):
            return
        arm, claim = self.fresh(), self.fresh() if claimed else None
        more = {"claim": claim} if claimed else {}
        self.plant(arm_path(number), "arm", arm, trial=number, **more)
        make(self.model, number, arm, claim)

    @rule(number=NUMBERS)
    def plant_a_torn_arm(self, number):
        highest = max(self.model["trials"], default=-1)
        if number not in self.model["trials"] and number <= highest and not self.is_taken(number):
            path = arm_path(number)
            self.planted.add(path)
            self.place.files.overwrite(self.place.join(path), b'{"v": 1, "kind": "arm", "tri')

    @rule(number=NUMBERS)
    def plant_a_foreign_file(self, number):
        path = f"t/00000/{number}.arm.json.bak"
        if 0 in {n // TRIALS_IN_A_SEGMENT for n in self.model["trials"]}:
            self.planted.add(path)
            self.place.files.overwrite(self.place.join(path), b"?")

    def is_taken(self, number):
        path = self.place.join(arm_path(number))
        return isinstance(dict(self.place.files.read([path]))[path], bytes)

    def plant(self, path, kind, document, **more):
        body = {"v": 1, "kind": kind, "token": uuid.uuid4().hex, "writer": {}, "at": "", **more}
        body["document"] = document
        self.place.files.overwrite(self.place.join(path), json.dumps(body).encode())

    @invariant()
    def the_folder_says_what_the_model_says(self):
        assert told(ExperimentFolder.open_at(self.place).state) == self.model


def make(model, number, arm, claim):
    attempts = {} if claim is None else {1: {"claim": claim, "data": [], "end": None}}
    model["trials"][number] = {"arm": arm, "void": False, "late": [], "attempts": attempts}


def try_out(model, number, attempt):
    """An attempt in the model, made if it is not there; any other if there is no such trial."""
    if number not in model["trials"]:
        return {"claim": None, "data": [], "end": None}
    attempts = model["trials"][number]["attempts"]
    known = attempts.setdefault(attempt, {"claim": None, "data": [], "end": None})
    model["trials"][number]["attempts"] = dict(sorted(attempts.items()))
    return known


def keep_late(model, number, document):
    if number not in model["trials"]:
        return
    trial = model["trials"][number]
    trial["late"] = in_order((*trial["late"], document))


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=30, stateful_step_count=30)


class LongStoreMachine(StoreMachine):
    """The same, for as long as it takes to fill and clear many segments."""


TestLongStoreMachine = pytest.mark.timeout(900)(pytest.mark.slow(LongStoreMachine.TestCase))
TestLongStoreMachine.settings = settings(max_examples=200, stateful_step_count=60)
