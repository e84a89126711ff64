"""Where randomness starts: a given seed, `ARMWRIGHT_SEED`, or fresh entropy, in that order."""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import Any

from armwright.errors import UsageError

__all__ = ["base_seed", "checked_seed", "derived_seed", "fresh_seed"]


def base_seed(seed: int | None = None) -> int:
    """The seed an experiment starts from: `seed`, else `ARMWRIGHT_SEED`, else fresh entropy."""
    if seed is not None:
        return checked_seed(seed, "seed")
    text = os.environ.get("ARMWRIGHT_SEED")
    if text is None:
        return fresh_seed()
    try:
        return checked_seed(int(text), "ARMWRIGHT_SEED")
    except ValueError as error:
        raise UsageError(
            f"ARMWRIGHT_SEED should be a whole number, 0 or more, got {text!r}",
            hint="unset ARMWRIGHT_SEED",
        ) from error


def checked_seed(seed: Any, name: str) -> int:
    """The seed as an int.

    Args:
        seed: What somebody gave.
        name: The argument's, for the message.

    Raises:
        UsageError: It is not a whole number, or below 0.
    """
    whole = hasattr(seed, "__index__") or (isinstance(seed, float) and seed.is_integer())
    if not whole or seed < 0:
        raise UsageError(f"{name} should be a whole number, 0 or more, got {seed!r}")
    return int(seed)


def fresh_seed() -> int:
    """A seed nobody has used, from the operating system; 31 bits, so that any tool can hold it."""
    return secrets.randbelow(2**31)


def derived_seed(seed: int, *labels: int | str) -> int:
    """A seed for one purpose, the same for the same seed and labels; 63 bits."""
    text = repr((seed, *labels)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1
