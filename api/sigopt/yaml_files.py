"""`experiment.yml` and `run.yml`, read and checked by their shape."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.persistence.document_text import value_from_text
from armwright.sigopt.validate import (
    ValidationError,
    validate_aiexperiment_input,
    validate_run_input,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

__all__ = ["experiment_of_yaml", "read_experiment_yaml", "read_run_yaml"]

Json = dict[str, Any]


def read_experiment_yaml(path: str | os.PathLike[str]) -> Json:
    """Reads the body of `create_experiment`.

    Raises:
        UsageError: There is no such file, it is no YAML, or it has another shape.
    """
    return _read(Path(path), validate_aiexperiment_input)


def experiment_of_yaml(text: str, *, source: str) -> Json:
    """Reads the body of `create_experiment` from a text.

    Args:
        text: In YAML.
        source: What to call it in messages.

    Raises:
        UsageError: It is no YAML, or has another shape.
    """
    return _checked(text, source, validate_aiexperiment_input)


def read_run_yaml(path: str | os.PathLike[str]) -> Json:
    """Reads the options of runs; see `validate_run_input`.

    Raises:
        UsageError: As above.
    """
    return _read(Path(path), validate_run_input)


def _read(path: Path, validate: Callable[[Any], Json]) -> Json:
    try:
        body = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read {path}: {reason}") from error
    return _checked(body, str(path), validate)


def _checked(body: str | bytes, source: str, validate: Callable[[Any], Json]) -> Json:
    try:
        return validate(value_from_text(body, source=source))
    except ValidationError as error:
        raise UsageError(f"{source}: {error}") from error
