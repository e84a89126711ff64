"""Two folders of one experiment that drifted apart, put together again.

Somebody copied the folder to a laptop, and both went on. Facts have names and tokens of their own,
so what only one side has is copied as it is, and what both have is the same. Where both sides used
a number, or tried a waiting trial, each with its own result, the other side's trial comes in under
a new number and remembers the old one: nothing is lost and nothing counts twice. The same merge may
be repeated; what is there already is left alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from armwright.errors import ConflictError, UsageError
from armwright.persistence.data_tables import as_table, whole_document
from armwright.persistence.facts import ABANDONED_ARMS, is_readable, known_run, stored_data
from armwright.store import ExperimentFolder
from armwright.store.contents import Contents, contents
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.layout import EXPERIMENT_FILE, arm_path, parse_name
from armwright.store.table_fact import TABLE_KEY
from armwright.store.transfer import transfer

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from armwright.store import State, TrialFacts
    from armwright.store.fact import Fact
    from armwright.store.location import Location

__all__ = ["MergeReport", "merge"]

Json = dict[str, Any]
_MERGED_FROM = "merged_from"
_BROUGHT = ("completed", "failed", "abandoned", "cancelled")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MergeReport:
    """What a merge did, or would do.

    Attributes:
        dry_run: Whether it only looked.
        added: Trials that came in under their own number.
        completed: Trials that both had, and about which the other side knew more.
        renumbered: Trials that came in under a new number, and which; -1 where it only looked.
        left: Trials of the other side that did not come in, and why.
        same: How many facts both sides had.
    """

    dry_run: bool = False
    added: tuple[int, ...] = ()
    completed: tuple[int, ...] = ()
    renumbered: Mapping[int, int] = field(default_factory=dict)
    left: Mapping[int, str] = field(default_factory=dict)
    same: int = 0

    def as_dict(self) -> Json:
        """For JSON."""
        return {
            "dry_run": self.dry_run,
            "added": list(self.added),
            "completed": list(self.completed),
            "renumbered": [
                {"trial": old, "to": None if new < 0 else new}
                for old, new in self.renumbered.items()
            ],
            "left": [{"trial": number, "why": why} for number, why in self.left.items()],
            "same": self.same,
        }


def merge(
    target: str | os.PathLike[str], source: str | os.PathLike[str], *, dry_run: bool = False
) -> MergeReport:
    """Brings into the experiment at `target` what its copy at `source` has and it has not.

    Args:
        target: URL of the experiment that grows.
        source: URL of the copy; it is only read.
        dry_run: Only say what would come in.

    Raises:
        ConflictError: They are not the same experiment, or their configurations differ. Nothing was
            changed.
        ExperimentNotFoundError: One of them does not exist.
        StoreError: One cannot be read, or the other not be written.
    """
    into, other = ExperimentFolder.open(target), ExperimentFolder.open(source)
    if into.url == other.url:
        raise UsageError(f"merge needs two folders, got {into.url!r} twice")
    there, theirs = contents(into.location), contents(other.location)
    if into.id != other.id:
        raise ConflictError(
            f"{into.url!r} and {other.url!r} are two experiments, made apart: their ids are "
            f"{into.id} and {other.id}",
            hint="armwright fork begins a new experiment with the trials of one",
        )
    _check_configurations(there, theirs, into, other)
    return _Merge(into, other, there, theirs, dry_run=dry_run).run()


def _check_configurations(
    there: Contents, theirs: Contents, into: ExperimentFolder, other: ExperimentFolder
) -> None:
    for path, fact in theirs.facts.items():
        known = there.facts.get(path)
        if fact.name.kind == "config" and known is not None and known.document != fact.document:
            raise ConflictError(
                f"both sides changed the configuration: {path} is not the same in {into.url!r} and "
                f"{other.url!r}",
                hint="armwright fork begins a new experiment with the trials of one",
            )


@final
class _Merge:
    def __init__(
        self,
        into: ExperimentFolder,
        other: ExperimentFolder,
        there: Contents,
        theirs: Contents,
        *,
        dry_run: bool,
    ) -> None:
        self._into, self._other = into, other
        self._there, self._theirs = there, theirs
        self._dry_run = dry_run
        self._state: State = into.state
        self._other_state: State = other.state
        self._known = {
            facts.arm[_MERGED_FROM]["token"]: number
            for number, facts in self._state.trials.items()
            if facts.arm is not None and _MERGED_FROM in facts.arm
        }

    def run(self) -> MergeReport:
        whole, same = self._by_trial(), 0
        copied: dict[str, Fact] = {}
        tables: list[str] = []
        added: list[int] = []
        completed: list[int] = []
        clashes: dict[int, Fact] = {}
        for number, (facts, own_tables) in sorted(whole.items()):
            fresh = {path: fact for path, fact in facts.items() if path not in self._there.facts}
            new_tables = [path for path in own_tables if path not in self._there.tables]
            differ = [
                fact
                for path, fact in facts.items()
                if path not in fresh and self._there.facts[path].token != fact.token
            ]
            same += len(facts) - len(fresh) - len(differ)
            differ += [fact for fact in fresh.values() if self._gives_up(fact)]
            if differ and number >= 0:
                clashes[number] = differ[0]
                continue
            copied |= fresh
            tables += new_tables
            if number >= 0 and (fresh or new_tables):
                (added if arm_path(number) in fresh else completed).append(number)
        if not self._dry_run and (copied or tables):
            bodies = _read_tables(self._other.location, tables)
            transfer(copied, bodies, self._into.location, there=self._there)
            self._state = self._into.refresh()
        renumbered, left = self._renumber(clashes)
        return MergeReport(
            dry_run=self._dry_run,
            added=tuple(added),
            completed=tuple(completed),
            renumbered=renumbered,
            left=left,
            same=same,
        )

    def _gives_up(self, fact: Fact) -> bool:
        """Whether the other side gave up an attempt that goes on here, as far as it could see."""
        if fact.name.kind != "end" or fact.document["state"] not in ("lost", "preempted"):
            return False
        trial = self._state.trials.get(fact.name.number or 0)
        return trial is not None and trial.open_attempt == fact.name.attempt

    def _by_trial(self) -> dict[int, tuple[dict[str, Fact], list[str]]]:
        """The other side's facts and tables, by trial; -1 for those of the experiment itself."""
        found: dict[int, tuple[dict[str, Fact], list[str]]] = defaultdict(lambda: ({}, []))
        for path, fact in self._theirs.facts.items():
            name = fact.name
            if path == EXPERIMENT_FILE:
                continue
            number = -1 if name.kind == "config" or name.number is None else name.number
            found[number][0][path] = fact
        for path in self._theirs.tables:
            table = parse_name(path)
            if table is not None and table.number is not None:
                found[table.number][1].append(path)
        return found

    def _renumber(self, clashes: Mapping[int, Fact]) -> tuple[dict[int, int], dict[int, str]]:
        renumbered: dict[int, int] = {}
        left: dict[int, str] = {}
        for number, clash in clashes.items():
            facts = self._other_state.trials.get(number)
            if facts is None or facts.void or not is_readable(facts):
                continue  # nothing that could be missed
            if facts.status not in _BROUGHT:
                left[number] = f"both sides used it, and there it is {facts.status}"
                continue
            if not facts.attempts or self._says_nothing_new(facts):
                continue
            known = self._known.get(clash.token)
            renumbered[number] = self._bring(facts, clash) if known is None else known
            if known is not None:
                self._bring_the_rest(facts, known)
        return {old: new for old, new in renumbered.items() if old not in left}, left

    def _says_nothing_new(self, facts: TrialFacts) -> bool:
        """Whether this side's trial is the same one, and holds all of the other's data."""
        mine = self._state.trials.get(facts.number)
        if mine is None or mine.arm != facts.arm:
            return False
        ours = stored_data(mine)
        return mine.status == facts.status and all(item in ours for item in stored_data(facts))

    def _bring(self, facts: TrialFacts, clash: Fact) -> int:
        """Adds a trial of the other side under a new number."""
        if self._dry_run:
            return -1
        source = {"trial": facts.number, "token": clash.token}
        run, _, _ = _run_of(facts)

        def make(number: int, state: State) -> Json:
            del state
            return {**_renamed(facts, number), _MERGED_FROM: source}

        number = self._into.add_trial(make, claim=run)
        self._finish(facts, number, [])
        return number

    def _bring_the_rest(self, facts: TrialFacts, number: int) -> None:
        """Adds what is still missing of a trial that came in under a number of its own earlier."""
        if self._dry_run:
            return
        mine = self._state.trials[number].attempts[1]
        if mine.end is None:  # the merge that brought it was stopped
            self._finish(facts, number, mine.data)
        else:
            self._bring_late_data(facts, number)

    def _finish(
        self, facts: TrialFacts, number: int, reported: Sequence[Mapping[str, Any]]
    ) -> None:
        """Adds the data of a trial of the other side, but for what is `reported`, and its end."""
        _, given_up, end = _run_of(facts)
        names = _names(facts, number)
        if given_up:
            renamed = {
                names.get(name, name): {**item, "name": names.get(name, name)}
                for name, item in given_up.items()
            }
            event = {"event": {ABANDONED_ARMS: renamed}}
            if event not in reported:
                self._into.report(number, 1, event)
        data = []
        for item in self._data(facts):
            renamed = _renamed_data(item, names, number)
            if (parts := as_table(renamed)) is None:
                data.append(renamed)
            elif parts[0] not in map(_without_table, reported):
                self._into.report_table(number, 1, parts[1], parts[0])
        self._into.end(number, 1, {**end, "data": data})

    def _data(self, facts: TrialFacts) -> list[Mapping[str, Any]]:
        return [whole_document(item, self._other) for item in stored_data(facts)]

    def _bring_late_data(self, facts: TrialFacts, number: int) -> None:
        """Adds what the other side learned about a trial that came in earlier."""
        mine = self._state.trials[number]
        known = {item["timestamp"] for item in stored_data(mine)}
        names = _names(facts, number)
        for item in self._data(facts):
            if item["timestamp"] not in known:
                self._into.late(number, _renamed_data(item, names, number))


def _run_of(facts: TrialFacts) -> tuple[Json, Json, Json]:
    """How a trial ran: its run, the arms that were given up, and its end without its data."""
    attempt = facts.last_attempt
    assert attempt is not None  # noqa: S101 - it has ended
    run = {**(attempt.claim or {}), **known_run(facts)}
    given_up = run.pop(ABANDONED_ARMS, {})
    end = {key: item for key, item in (attempt.end or {}).items() if key != "data"}
    return run, given_up, end


def _without_table(document: Mapping[str, Any]) -> Json:
    return {key: item for key, item in document.items() if key != TABLE_KEY}


def _read_tables(location: Location, paths: list[str]) -> dict[str, bytes]:
    by_path = {location.join(path): path for path in paths}
    found = {}
    for path, body in location.files.read(list(by_path), MAX_TABLE_BYTES):
        if isinstance(body, OSError):
            raise body
        found[by_path[path]] = body
    return found


def _names(facts: TrialFacts, number: int) -> dict[str, str]:
    """The names that a trial's arms get with its new number; only its own, as 7_0, are others."""
    own = re.compile(rf"{facts.number}_([0-9]+)")
    names = {}
    for arm in (facts.arm or {})["arms"]:
        match = own.fullmatch(arm["name"])
        names[arm["name"]] = f"{number}_{match[1]}" if match else arm["name"]
    return names


def _renamed(facts: TrialFacts, number: int) -> Json:
    names, arm = _names(facts, number), facts.arm or {}
    return {**arm, "arms": [{**item, "name": names[item["name"]]} for item in arm["arms"]]}


def _renamed_data(document: Mapping[str, Any], names: Mapping[str, str], number: int) -> Json:
    rows = [
        {
            **row,
            "arm_name": names.get(row["arm_name"], row["arm_name"]),
            **({"trial_index": number} if "trial_index" in row else {}),
        }
        for row in document["rows"]
    ]
    return {**document, "rows": rows}
