"""Making an arm again from what was known when it was made, to see whether the same comes out.

The facts of a folder are never changed, and the generator record of an arm says which of them were
known and with what the arm was made. Equal inputs give equal bits on one kind of machine; so an arm
that comes out differently was made by another version or on another processor, or a fact it came
from was changed.
"""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import ArmwrightError, UsageError
from armwright.experiment import RangeParameter
from armwright.generation_options import GENERATION_KEYS
from armwright.persistence.arm_maker import DomainArms
from armwright.persistence.made_with import made_with
from armwright.persistence.measured import only_arm
from armwright.persistence.seen import state_as_seen
from armwright.persistence.status_quo_first import STATUS_QUO, standing_of_status_quo
from armwright.persistence.stored_experiment import StoredExperiment
from armwright.store import ExperimentFolder

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    from armwright.experiment import Experiment, GeneratorRun, SearchSpace
    from armwright.store import State

    # From the folder, its state then, the next free number then and the seconds there are to what
    # is known, and what makes the arm of a number.
    Maker = Callable[
        [ExperimentFolder, State, int, float | None],
        tuple[Experiment, Callable[[int], GeneratorRun]],
    ]

__all__ = ["Difference", "Replay", "replay"]

_Json = dict[str, Any]
_NOTHING = object()
_NO_TIME = "deadline left no time"  # in a note of the optimizer's


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One parameter that came out differently.

    Attributes:
        parameter: Its name.
        recorded: Its value in the record; None if it has none there.
        recomputed: Its value now.
        distance: How far they lie apart, in the parameter's unit; None for what is no number.
        share: The same as a share of the parameter's range, which is on a log scale where that is.
    """

    parameter: str
    recorded: Any
    recomputed: Any
    distance: float | None = None
    share: float | None = None

    def __str__(self) -> str:
        text = f"{self.parameter}: recorded {self.recorded}, recomputed {self.recomputed}"
        if self.distance is None:
            return text
        share = "" if self.share is None else f", {self.share:.2g} of its range"
        return f"{text} ({self.distance:.3g} apart{share})"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came out when an arm was made again.

    Attributes:
        number: Of the trial.
        model: That made the arm.
        recorded: The arm's parameters.
        recomputed: What they come to now; None if no arm could be made.
        differences: The parameters that differ, in the order of the search space.
        reasons: Why they may differ, most likely first; also what is otherwise than it was while
            the arm is equal all the same.
    """

    number: int
    model: str
    recorded: Mapping[str, Any]
    recomputed: Mapping[str, Any] | None
    differences: tuple[Difference, ...]
    reasons: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether every parameter came out as recorded, to the last bit."""
        return self.recomputed is not None and not self.differences

    def __str__(self) -> str:
        word = "equal" if self.equal else "differs"
        lines = [f"trial {self.number}  {word}  made by {self.model}"]
        lines += [f"  {difference}" for difference in self.differences]
        lines += [f"  {'note' if self.equal else 'because'}: {reason}" for reason in self.reasons]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "trial": self.number,
            "equal": self.equal,
            "model": self.model,
            "recorded": dict(self.recorded),
            "recomputed": None if self.recomputed is None else dict(self.recomputed),
            "differences": [
                {name: getattr(item, name) for name in Difference.__slots__}
                for item in self.differences
            ],
            "reasons": list(self.reasons),
        }


def replay(
    url: str | os.PathLike[str], trial: int, *, makers: Mapping[str, Maker] | None = None
) -> Replay:
    """Makes the arm of a trial again, from what was known when it was made. Changes nothing.

    Args:
        url: Of the experiment.
        trial: Its number.
        makers: What makes the arms of experiments whose configuration has a key of this name.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        TrialNotFoundError: There is no such trial, or its file is damaged.
        UsageError: The arm was not made by asking the experiment for one.
        StoreError: The folder cannot be read.
    """
    folder = ExperimentFolder.open(url)
    facts = StoredExperiment(folder).facts(trial)
    arm, record = only_arm(facts), (facts.arm or {})["trial"].get("generator_run")
    known = ((record or {}).get("gen_metadata") or {}) if arm is not None else {}
    if arm is None or "seen" not in known:
        raise UsageError(
            f"trial {trial} of {folder.url!r} has no record of what was known when it was made: it "
            "was not made by asking this experiment for an arm, or by an older armwright",
            hint=f"armwright show {shlex.quote(folder.url)} {trial}",
        )
    try:
        then, missing = state_as_seen(folder.state, known["seen"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"trial {trial} of {folder.url!r} has a record of what was known when it was made that "
            f"cannot be understood: {error}",
        ) from error
    free = max(int(known["seen"]["free"]), 0)
    # Of an arm that a deadline left no time for, the same comes out where there is no time again.
    late = any(_NO_TIME in str(note) for note in known.get("notes") or ())
    config = then.configs[then.version]
    maker = next((make for key, make in (makers or {}).items() if key in config), _asked)
    experiment, make = maker(folder, then, free, 0.0 if late else None)
    run, problem = _made_again(make, trial)
    model = str((record or {}).get("model_key") or "?")
    is_later = model == STATUS_QUO or run is None or run.arms[0].parameters == arm.parameters
    if maker is _asked and not is_later and standing_of_status_quo(experiment) == "missing":
        older, _ = _made_again(_as_before_status_quo_first(folder, then, free), trial)
        if older is not None and older.arms[0].parameters == arm.parameters:
            run, problem = older, ["made when the status quo was not run first yet"]
    recomputed = None if run is None else run.arms[0].parameters
    again = (run.gen_metadata or {}) if run is not None else {}
    said = [
        {key: item for key, item in (options or {}).items() if key in GENERATION_KEYS}
        for options in ((record or {}).get("model_kwargs"), run and run._model_kwargs)
    ]
    space = experiment.search_space
    differences = (
        () if recomputed is None else tuple(_differences(arm.parameters, recomputed, space))
    )
    is_equal = recomputed is not None and not differences
    return Replay(
        number=trial,
        model=model,
        recorded=arm.parameters,
        recomputed=recomputed,
        differences=differences,
        reasons=(
            *missing,
            *problem,
            *(_options_reasons(*said) if run is not None else ()),
            *_reasons(known, again, is_equal=is_equal),
        ),
    )


def _as_before_status_quo_first(
    folder: ExperimentFolder, then: State, free: int
) -> Callable[[int], GeneratorRun]:
    """How asking made arms where a bound was relative to a status quo that nobody had run."""
    return _asked(folder, then, free, None, status_quo_first=False)[1]


def _asked(
    folder: ExperimentFolder,
    then: State,
    free: int,
    deadline: float | None,
    *,
    status_quo_first: bool = True,
) -> tuple[Experiment, Callable[[int], GeneratorRun]]:
    """How asking makes arms; see `Maker`."""
    arms = DomainArms(folder, status_quo_first=status_quo_first)
    experiment = arms.experiment(then)
    experiment._first_free_index = free

    def make(number: int) -> GeneratorRun:
        return arms.make(number, then, deadline=deadline)

    return experiment, make


def _made_again(
    make: Callable[[int], GeneratorRun], number: int
) -> tuple[GeneratorRun | None, list[str]]:
    """The generator run as it comes out now; None, and why, where none does."""
    try:
        return make(number), []
    except ArmwrightError as error:
        return None, [f"no arm can be made now: {error}"]


def _differences(
    recorded: Mapping[str, Any], recomputed: Mapping[str, Any], space: SearchSpace
) -> Iterator[Difference]:
    for name in dict.fromkeys([*recomputed, *recorded]):
        before, after = recorded.get(name, _NOTHING), recomputed.get(name, _NOTHING)
        if type(before) is type(after) and before == after:
            continue
        distance = share = None
        if isinstance(before, float | int) and isinstance(after, float | int):
            distance = abs(float(after) - float(before))
            share = _share(space.parameters.get(name), float(before), float(after))
        yield Difference(
            parameter=name,
            recorded=None if before is _NOTHING else before,
            recomputed=None if after is _NOTHING else after,
            distance=distance,
            share=share,
        )


def _share(parameter: Any, before: float, after: float) -> float | None:
    """How far two values of a range parameter lie apart, as a share of its range."""
    if not isinstance(parameter, RangeParameter):
        return None
    low, high = float(parameter.lower), float(parameter.upper)
    if not parameter.log_scale:
        return abs(after - before) / (high - low)
    if min(before, after) <= 0:
        return None
    return abs(math.log(after / before)) / math.log(high / low)


def _options_reasons(recorded: _Json, again: _Json) -> Iterator[str]:
    """Which options of the model are others than the record says, such as those of an older one."""
    for key, usual in GENERATION_KEYS.items():
        before, now = recorded.get(key, usual), again.get(key, usual)
        if before != now:
            yield f"made with {key} {before}, the experiment said {now} then"


def _reasons(known: _Json, again: _Json, *, is_equal: bool) -> Iterator[str]:
    """What is otherwise than when the arm was made."""
    before, now = dict(known.get("made_with") or {}), made_with()
    for name, label in _PROGRAMS.items():
        if name in before and before[name] != now.get(name, before[name]):
            yield f"made with {label}{before[name]}, this is {now[name]}"
    for name, words in _INPUTS.items():
        if name in known and again and known[name] != again.get(name):
            yield words.format(recorded=known[name], recomputed=again.get(name))
    if is_equal or not again:
        return
    notes = [item for item in known.get("notes") or () if item not in (again.get("notes") or ())]
    yield from (f"its record says: {note}" for note in notes)
    scores = [document.get("log_acquisition") for document in (known, again)]
    if before and {name: now.get(name) for name in before} == before:
        if known.get("digest") == again.get("digest") and scores[0] and scores[0] == scores[1]:
            yield "the record says the same of the arm that comes out now: the arm was changed"
        elif known.get("digest") == again.get("digest") and not notes:
            yield "the same was seen, with the same programs: the arm or its record was changed"


_PROGRAMS = {
    "armwright": "armwright ",
    "source": "the optimizer's source ",
    "numpy": "numpy ",
    "jax": "jax ",
    "jaxlib": "jaxlib ",
    "processor": "the processor ",
}
_INPUTS = {
    "seed": "made with the seed {recorded}, the experiment has {recomputed} now",
    "device": "made on the device {recorded}, recomputed on {recomputed}",
    "observations": "{recorded} observations were seen, {recomputed} are there now: some were "
    "changed since",
    "pending": "{recorded} arms were pending, {recomputed} are now: some trials were changed since",
    "digest": "the observations or pending arms are others than those seen: a file was changed "
    "since; armwright verify may tell which",
}
