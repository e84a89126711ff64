"""What a trial has to say, as people and programs write it: on a command line, or as JSON lines.

accuracy=0.93  accuracy=0.93±0.01  accuracy=0.93+-0.01                 words
{"accuracy": 0.93, "seconds": [12.0, 0.1]}                             of a trial that is named
{"trial": 3, "values": {"accuracy": 0.93}}                             of any trial
{"trial": 3, "accuracy": 0.93}                                         the same in short
{"trial": 3, "step": 5, "values": {"accuracy": 0.7}}                   it goes on
{"trial": 3, "failed": "oom", "note": "40 GB were not enough"}         there is no result
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from armwright.persistence.asked_trials import EndedTrial, Result
    from armwright.persistence.stored_experiment import StoredExperiment

__all__ = ["Report", "reports_from_text", "results_from_words", "tell_reports"]

_KEYS = ("trial", "attempt", "values", "step", "failed", "note")
_BESIDES = (
    "trial",
    "attempt",
    "step",
)  # of a line that names its trial and has values without more


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One thing that is said about a trial.

    Attributes:
        number: Of the trial.
        values: For each metric a mean, or a mean and its standard error.
        step: How far the trial is, which goes on; None for its end.
        failed: The kind of failure; None where there is a result.
        note: On a failure, for people.
        attempt: Which attempt it is about; None for the one that is running.
    """

    number: int
    values: Mapping[str, Result] = field(default_factory=dict)
    step: float | None = None
    failed: str | None = None
    note: str = ""
    attempt: int | None = None

    def __post_init__(self) -> None:
        if self.failed is not None and self.values:
            raise UsageError(
                f"trial {self.number} has either results or a failure, got both: "
                f"{', '.join(self.values)} and {self.failed}"
            )
        if self.failed is not None and self.step is not None:
            raise UsageError(
                f"trial {self.number} either goes on or has failed, got a step and a failure"
            )
        if self.note and self.failed is None:
            raise UsageError(f"trial {self.number}: a note is for a failure, got {self.note!r}")


def results_from_words(words: Iterable[str]) -> dict[str, Result]:
    """Reads metric=value, each with a standard error where it has one.

    Raises:
        UsageError: A word is none of that, or a metric comes twice.
    """
    results: dict[str, Result] = {}
    for word in words:
        # A metric's name may hold =, a number cannot.
        metric, equals, value = word.rpartition("=")
        if not equals or not metric or not value:
            raise UsageError(f"expected metric=value or metric=value±error, got {word!r}")
        if metric in results:
            raise UsageError(f"expected one value for {metric}, got another: {word!r}")
        results[metric] = _result(metric, value)
    return results


def _result(metric: str, text: str) -> Result:
    mean, sign, sem = text.replace("+-", "±").partition("±")
    try:
        return (float(mean), float(sem)) if sign else float(mean)
    except ValueError as error:
        raise UsageError(
            f"{metric} should be a number, or one ± its standard error, got {text!r}"
        ) from error


def reports_from_text(text: str, *, source: str, number: int | None = None) -> list[Report]:
    """Reads JSON lines, or one JSON document.

    Args:
        text: The lines; those that are blank are passed over.
        source: What to call it in messages.
        number: The trial that a line without `trial` is about.

    Raises:
        UsageError: A line is none of the forms above; says which.
    """
    found = [_report(document, where, number) for where, document in _documents(text, source)]
    if not found:
        raise UsageError(f"{source} holds no result: expected a JSON object on each line")
    return found


def _documents(text: str, source: str) -> Iterator[tuple[str, Any]]:
    try:  # one document, on however many lines
        yield source, json.loads(text)
        return
    except ValueError:
        pass
    for place, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield f"{source}: line {place}", json.loads(line)
            except ValueError as error:
                raise UsageError(f"{source}: line {place} is not JSON: {error}") from error


def _report(document: Any, where: str, number: int | None) -> Report:
    if not isinstance(document, dict) or not document:
        raise UsageError(f'{where} should be an object such as {{"loss": 0.3}}, got {document!r}')
    if not (isinstance(document.get("values"), dict) or "failed" in document):
        about = type(document.get("trial")) is int and number in (None, document["trial"])
        besides = _BESIDES if about else ()
        document = {
            **{key: document[key] for key in besides if key in document},
            "values": {key: item for key, item in document.items() if key not in besides},
        }
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise UsageError(
            f"{where}: unknown key {unknown[0]!r} beside values; the keys are {', '.join(_KEYS)}"
        )
    trial = document.get("trial", number)
    if type(trial) is not int or trial < 0:
        raise UsageError(
            f"{where}: trial should be a trial's number, got "
            + ("none" if trial is None else repr(trial))
        )
    if number is not None and trial != number:
        raise UsageError(f"{where} is about trial {trial}, expected {number}")
    for key, kinds in (("attempt", int), ("failed", str), ("note", str), ("step", int | float)):
        value = document.get(key)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            raise UsageError(f"{where}: {key} cannot be {value!r}")
    values = document.get("values") or {}
    return Report(
        number=trial,
        values={name: _value(item, f"{where}: {name}") for name, item in values.items()},
        step=document.get("step"),
        failed=document.get("failed"),
        note=document.get("note") or "",
        attempt=document.get("attempt"),
    )


def _value(item: Any, where: str) -> Result:
    """A number, text such as NaN that stands for one, or one of them and its standard error."""
    parts = item if isinstance(item, list) else [item]
    if len(parts) not in (1, 2) or any(isinstance(part, bool | dict | list) for part in parts):
        raise UsageError(f"{where} should be a number, or [number, standard error], got {item!r}")
    try:
        mean = float("nan" if parts[0] is None else parts[0])
        sem = None if len(parts) == 1 or parts[1] is None else float(parts[1])
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{where} should be a number, or [number, standard error], got {item!r}"
        ) from error
    return mean if len(parts) == 1 else (mean, sem)


def tell_reports(
    stored: StoredExperiment, reports: Iterable[Report]
) -> Iterator[tuple[Report, EndedTrial | None]]:
    """Writes reports one after the other; yields each with how its trial ended, None if it goes on.

    Raises:
        TrialNotFoundError: There is no such trial; what came before is written.
        TrialEndedError: It has ended already.
        UsageError: A metric is unknown or missing, or a value is no number.
    """
    for report in reports:
        number, attempt = report.number, report.attempt
        if report.step is not None:
            step = report.step
            step = int(step) if isinstance(step, float) and step.is_integer() else step
            stored.report(number, report.values, step=step, attempt=attempt)
            yield report, None
        elif report.failed is not None:
            yield (
                report,
                stored.fail(number, reason=report.failed, note=report.note, attempt=attempt),
            )
        else:
            yield report, stored.tell(number, report.values, attempt=attempt)
