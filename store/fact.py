"""A fact: one immutable file, one JSON object, written once by one process.

Every fact has the same envelope around the caller's own document:

    v         1
    kind      what it is; the file's name says the same
    trial     number, and attempt, where the name has them
    token     32 hexadecimal digits; proves whose write it was
    writer    who wrote it: id, host, pid and scheduler ids
    at        when, UTC, for people; never compared
    of        the last letters of the experiment's id
    document  the caller's; nothing in it means anything to the store, but for an end's `state`

and some kinds have a field or two more (`docs/format.md`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from armwright.store.layout import Name
from armwright.store.writer import who

__all__ = [
    "END_STATES",
    "FACT_VERSION",
    "MAX_FACT_BYTES",
    "OF_LETTERS",
    "BadFactError",
    "Fact",
    "body_of",
    "check_kind",
    "check_meant",
    "decode",
    "encode",
]

FACT_VERSION = 1
OF_LETTERS = 8  # of an experiment's id, its last ones; they are drawn by lot
MAX_FACT_BYTES = 4 << 20  # larger data are a table of their own
END_STATES = ("completed", "failed", "preempted", "lost", "cancelled", "abandoned")

_NOT_OF_A_TRIAL = ("config", "open")  # the number in their name is another one
_ENVELOPE = frozenset({"v", "kind", "trial", "attempt", "token", "writer", "at", "document"})


class BadFactError(ValueError):
    """A file that is not the fact its name says; the message says why.

    Attributes:
        lost: What it does all the same, where it is an end that was meant for another experiment:
            nobody can write the end of our attempt any more, so the attempt has ended as lost.
        torn: Whether it looks like what a process leaves that is killed while it writes.
    """

    def __init__(self, message: str, *, lost: "Fact | None" = None, torn: bool = False) -> None:
        super().__init__(message)
        self.lost, self.torn = lost, torn


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One file, read and checked.

    Attributes:
        name: Where it lies and what that means.
        token: Of the write.
        writer: Who wrote it.
        at: When, UTC, for people.
        document: The caller's.
        more: The fields of its kind beside the envelope: `claim`, `void`, `base`, `counted`,
            `format`, ...; fields of later versions are kept here too.
    """

    name: Name
    token: str
    writer: dict[str, Any]
    at: str
    document: dict[str, Any]
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def by(self) -> str:
        """Who wrote it, in a word."""
        return who(self.writer)


def encode(
    name: Name,
    document: Mapping[str, Any],
    *,
    token: str,
    writer: Mapping[str, Any],
    at: str,
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """Returns the bytes of a fact.

    Raises:
        ValueError: The document is not JSON (NaN, an array, a key that is not text), or too large.
    """
    body: dict[str, Any] = {"v": FACT_VERSION, "kind": name.kind}
    if name.kind not in _NOT_OF_A_TRIAL and name.number is not None:
        body["trial"] = name.number
    if name.attempt is not None:
        body["attempt"] = name.attempt
    body |= {"token": token, "writer": dict(writer), "at": at, **(more or {})}
    try:
        body["document"] = _checked_keys(document, "document")
        data = f"{_ENCODER.encode(body)}\n".encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"document: cannot be written as JSON: {error}") from error
    if len(data) > MAX_FACT_BYTES:
        raise ValueError(f"document: {len(data)} bytes as JSON; one file holds {MAX_FACT_BYTES}")
    return data


def body_of(fact: Fact) -> bytes:
    """The bytes of a fact, the same wherever it was read from."""
    return encode(
        fact.name,
        fact.document,
        token=fact.token,
        writer=fact.writer,
        at=fact.at,
        more=fact.more,
    )


def decode(name: Name, data: bytes) -> Fact:
    """Reads a fact.

    Raises:
        BadFactError: The bytes are not the fact that the name says.
    """
    body = _object(data)
    version = body.get("v")
    if type(version) is not int or version != FACT_VERSION:
        if type(version) is int and version > FACT_VERSION:
            raise BadFactError(f"written by a newer armwright: version {version} of its kind")
        raise BadFactError(
            f"not a file of armwright's: 'v' is {version!r}, expected {FACT_VERSION}"
        )
    trial = None if name.kind in _NOT_OF_A_TRIAL else name.number
    for key, wanted in (("kind", name.kind), ("trial", trial), ("attempt", name.attempt)):
        if body.get(key) != wanted:
            raise BadFactError(f"{key!r} is {body.get(key)!r}, its name says {wanted!r}")
    for key, kind in (("token", str), ("writer", dict), ("at", str), ("document", dict)):
        if not isinstance(body.get(key), kind) or (key == "token" and not body[key]):
            raise BadFactError(f"{key!r} is {body.get(key)!r}, expected {_WORDS[kind]}")
    fact = Fact(
        name=name,
        token=body["token"],
        writer=body["writer"],
        at=body["at"],
        document=body["document"],
        more={key: value for key, value in body.items() if key not in _ENVELOPE},
    )
    check_kind(fact)
    return fact


_WORDS: dict[type, str] = {str: "text", dict: "an object", bool: "true or false", int: "a number"}


def check_kind(fact: Fact) -> None:
    """Raises BadFactError unless the fields that only its kind has are as they must be."""
    more = fact.more
    match fact.name.kind:
        case "experiment":
            _expect(more, "format", int)
            _expect(more, "id", str)
            features = more.get("features")
            if not isinstance(features, list) or not all(
                isinstance(item, str) for item in features
            ):
                raise BadFactError(f"'features' is {features!r}, expected a list of names")
        case "config":
            _expect(more, "base", int)
        case "arm":
            if "void" in more:
                _expect(more, "void", bool)
            if more.get("claim") is not None:
                _expect(more, "claim", dict)
            if more.get("promise") is not None:
                _expect(more, "promise", dict)
        case "claim":
            if more.get("promise") is not None:
                _expect(more, "promise", dict)
        case "end":
            state = fact.document.get("state")
            if state not in END_STATES:
                raise BadFactError(f"'state' is {state!r}, expected one of {', '.join(END_STATES)}")
            counted = more.get("counted", [])
            if not isinstance(counted, list) or not all(isinstance(item, str) for item in counted):
                raise BadFactError(f"'counted' is {counted!r}, expected a list of names")
            passed = more.get("unreadable", [])
            if not isinstance(passed, list) or not all(type(item) is int for item in passed):
                raise BadFactError(f"'unreadable' is {passed!r}, expected a list of attempts")


def check_meant(fact: Fact, of: str) -> None:
    """Raises BadFactError if a fact says that it was written for another experiment.

    Args:
        fact: Facts of former versions say nothing of it, and are taken as they are.
        of: The last letters of our experiment's id; empty if they are not known.
    """
    if not of or fact.more.get("of", of) == of:
        return
    problem = f"{fact.by} wrote it for an experiment that was here before and was deleted"
    lost = None
    if fact.name.kind == "end":
        said = {"state": "lost", "reason": "foreign", "note": f"its end cannot be told: {problem}"}
        lost = replace(fact, document=said, more={"foreign": True})
    raise BadFactError(problem, lost=lost)


def _expect(more: Mapping[str, Any], key: str, kind: type) -> None:
    if type(more.get(key)) is not kind:
        raise BadFactError(f"{key!r} is {more.get(key)!r}, expected {_WORDS[kind]}")


def _object(data: bytes) -> dict[str, Any]:
    if not data:
        raise BadFactError("it is empty", torn=True)
    if len(data) > MAX_FACT_BYTES:
        raise BadFactError(f"larger than a fact may be, {MAX_FACT_BYTES} bytes")
    try:
        body = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        problem = f"not text in UTF-8 from byte {error.start} on"
        raise BadFactError(problem, torn=True) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        problem = f"torn or not JSON: {error.msg.lower()} at {where}"
        raise BadFactError(problem, torn=True) from error
    except (ValueError, RecursionError) as error:
        raise BadFactError(f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadFactError(f"a JSON {type(body).__name__}, expected an object")
    return body


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False)
_PLAIN = frozenset({str, int, float, bool, type(None)})


def _checked_keys(value: Any, where: str) -> Any:
    """Refuses keys that JSON would silently turn into text."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"keys must be text, got {key!r} in {where}")
        return {
            key: item if type(item) in _PLAIN else _checked_keys(item, f"{where}.{key}")
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_checked_keys(item, f"{where}[{index}]") for index, item in enumerate(value)]
    return value
