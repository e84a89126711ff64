"""The experiment file: YAML, TOML or JSON, in our own words or in SigOpt's.

Our keys are described in `armwright.persistence.definition`, SigOpt's `experiment.yml` is the body
of its `create_experiment`; which of them a file is in can be told from its keys.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.persistence.definition import definition_from_dict
from armwright.persistence.document_text import decoded, document_from_text

if TYPE_CHECKING:
    import os

    from armwright.persistence.definition import Definition

__all__ = ["definition_from_file", "read_experiment_file"]


def read_experiment_file(path: str | os.PathLike[str]) -> Definition:
    """Reads an experiment file.

    Raises:
        UsageError: It cannot be read, or has a fault: names the line or the key.
    """
    try:
        body = Path(path).read_bytes()
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read {str(path)!r}: {words}") from error
    return definition_from_file(body, source=str(path))


def definition_from_file(body: str | bytes, *, source: str) -> Definition:
    """The definition that an experiment file's content describes.

    Args:
        body: The content; bytes are read as UTF-8.
        source: What to call it in messages: its path, whose ending names the language, or "standard
            input".

    Raises:
        UsageError: It has a fault: names the key, and the line of what is there.
    """
    text = body if isinstance(body, str) else decoded(body, source)
    document = document_from_text(text, source=source)
    from armwright.persistence.fault_line import faults_with_lines
    from armwright.sigopt.experiment_file import definition_from_sigopt, is_sigopt

    with faults_with_lines(text, source=source):
        if is_sigopt(document):
            return definition_from_sigopt(document, source=source)
        return definition_from_dict(document, source=source)
