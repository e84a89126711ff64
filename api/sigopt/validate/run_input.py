"""The shape of `run.yml`: what a run's command line is, and what it is called."""

from __future__ import annotations

from typing import Any

from armwright.sigopt.lib import is_mapping, is_sequence, is_string, validate_name
from armwright.sigopt.validate.aiexperiment_input import top_level
from armwright.sigopt.validate.exceptions import ValidationError

__all__ = ["validate_run_input"]

_KEYS = ("name", "run", "image", "resources")


def validate_run_input(body: Any) -> dict[str, Any]:
    """Checks the options of runs.

    Args:
        body: With any of name, run (a line for the shell, or a list of words), image and resources.

    Returns:
        `name` (None if there is none), `run` (words; none if none was given), `resources`, and
        `image` where it was given.

    Raises:
        ValidationError: Names the option, what was expected and what came.
    """
    options = top_level(body)
    unknown = [key for key in options if key not in _KEYS]
    if unknown:
        raise ValidationError(f"unknown run options: {', '.join(unknown)}; known: {_KEYS}")
    found: dict[str, Any] = {"name": _text(options, "name"), "run": _words(options.get("run"))}
    if options.get("image") is not None:
        found["image"] = _text(options, "image")
    resources = options.get("resources")
    if resources is not None and not is_mapping(resources):
        raise ValidationError(f"'resources' must be a mapping, got {resources!r}")
    for key in resources or ():
        if not is_string(key):
            raise ValidationError(f"'resources' can only have string keys, got {key!r}")
    return {**found, "resources": resources or {}}


def _text(options: dict[str, Any], key: str) -> str | None:
    value: str | None = options.get(key)
    if value is not None:
        try:
            validate_name(f"the run's {key}", value)
        except ValueError as error:
            raise ValidationError(str(error)) from error
    return value


def _words(line: Any) -> list[str]:
    if line is None:
        return []
    if is_string(line):
        return ["sh", "-c", line]
    if not is_sequence(line):
        raise ValidationError(f"'run' must be a command line or a list of its words, got {line!r}")
    for word in line:
        if not is_string(word):
            raise ValidationError(f"'run' has some non-string arguments, such as {word!r}")
    return list(line)
