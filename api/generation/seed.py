"""Where randomness starts: a given seed, `ARMWRIGHT_SEED`, or fresh entropy, in that order."""

from __future__ import annotations

import hashlib
import os
import secrets

from armwright.errors import UsageError

__all__ = ["base_seed", "derived_seed", "fresh_seed"]


def base_seed(seed: int | None = None) -> int:
    """The seed an experiment starts from: `seed`, else `ARMWRIGHT_SEED`, else fresh entropy."""
    if seed is not None:
        return int(seed)
    text = os.environ.get("ARMWRIGHT_SEED")
    if text is None:
        return fresh_seed()
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(
            f"ARMWRIGHT_SEED should be a whole number, got {text!r}", hint="unset ARMWRIGHT_SEED"
        ) from error


def fresh_seed() -> int:
    """A seed nobody has used, from the operating system; 31 bits, so that any tool can hold it."""
    return secrets.randbelow(2**31)


def derived_seed(seed: int, *labels: int | str) -> int:
    """A seed for one purpose, the same for the same seed and labels; 63 bits."""
    text = repr((seed, *labels)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1
