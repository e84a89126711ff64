"""Command lines with `{name}` where a value of the arm stands.

{lr} is the value of lr, and {{lr}} is {lr}. Left alone are ${lr}, a shell's variable, and what
cannot be a name between braces: JSON, the blocks of shell and awk.
"""

import re
from collections.abc import Mapping
from typing import Any

from armwright.errors import UsageError

__all__ = ["filled"]

_PLACEHOLDER = re.compile(r"\{\{([^{}]+)\}\}|(?<!\$)\{([^{}]+)\}")
_NAME = re.compile(r"[\w.\-]+")


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
        meant, name = match.groups()
        if meant is not None:
            return f"{{{meant}}}"
        if name in values:
            value = values[name]
            return str(value).lower() if isinstance(value, bool) else str(value)
        if not _NAME.fullmatch(name):
            return match.group(0)
        raise UsageError(
            f"{text!r}: unknown placeholder {{{name}}}, expected one of {', '.join(values)}",
            hint=f"write {{{{{name}}}}} where braces are meant",
        )

    return _PLACEHOLDER.sub(value_at, text)
