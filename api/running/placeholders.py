"""Command lines with `{name}` where a value of the arm stands; `{{` and `}}` are plain braces."""

import re
from collections.abc import Mapping
from typing import Any

from armwright.errors import UsageError

__all__ = ["filled"]

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")


def filled(text: str, values: Mapping[str, Any]) -> str:
    """The text with its placeholders replaced.

    Args:
        text: Such as "--lr={lr}".
        values: Name to value; numbers and text stand as Python prints them, booleans as true and
            false.

    Raises:
        UsageError: A placeholder names nothing that is known.
    """

    def value_at(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return match.group(0)[0]
        if name not in values:
            raise UsageError(
                f"{text!r}: unknown placeholder {{{name}}}, expected one of {', '.join(values)}",
                hint=f"write {{{{{name}}}}} where braces are meant",
            )
        value = values[name]
        return str(value).lower() if isinstance(value, bool) else str(value)

    return _PLACEHOLDER.sub(value_at, text)
