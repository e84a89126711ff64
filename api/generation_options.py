"""What an experiment may say of the model that makes its arms; the defaults suit where it does not.

    hyperparameter_draws   from 0 on; over how many draws of the hyperparameters arms are averaged
    output_warp            turns, likeliest or none: the scale that an objective is modelled on
    input_warp             whether ranges are warped so that it changes at one rate everywhere

They are keyword arguments of `Models.GPEI`, where they are described; an experiment file has them
under `generation`, an edit as `generation.output_warp`. Plain JSON values; nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from armwright.errors import UsageError

__all__ = ["GENERATION", "GENERATION_KEYS", "checked_generation", "generation_words"]

GENERATION: Final = "generation"  # of a file, and of a configuration's plan
GENERATION_KEYS: Final[Mapping[str, Any]] = {  # with what holds where nothing is said
    "hyperparameter_draws": 0,
    "output_warp": "turns",
    "input_warp": False,
}
_WARPS = ("turns", "likeliest", "none")
_MOST_DRAWS = 64  # each is a posterior of its own, in memory and in time


def checked_generation(given: Any, *, source: str = "") -> dict[str, Any]:
    """What is said, if it can be.

    Args:
        given: As it stands in a file, in a configuration, or in Python; None for nothing.
        source: What to call the file in messages; empty for none.

    Returns:
        The same as a dict of its own.

    Raises:
        UsageError: It is no table, a key is unknown, or a value cannot be. Names the key.
    """
    begin = f"{source}: {GENERATION}" if source else GENERATION
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UsageError(
            f"{begin} should be a table, got {given!r}",
            hint="for example {output_warp: likeliest}; leave it out for the usual model",
        )
    for key, value in given.items():
        if key not in GENERATION_KEYS:
            import difflib

            near = difflib.get_close_matches(str(key), GENERATION_KEYS, n=1)
            raise UsageError(
                f"{begin}: unknown key {key!r}{f'; did you mean {near[0]}?' if near else ''}",
                hint=f"the keys are {', '.join(GENERATION_KEYS)}",
                path=(key,),
            )
        problem, hint = _problem(key, value)
        if problem:
            raise UsageError(f"{begin}.{key} should be {problem}", hint=hint, path=(key,))
    warp, draws = given.get("output_warp", "none"), given.get("hyperparameter_draws", 0)
    if draws and warp != "none":
        raise UsageError(
            f"{begin}.output_warp should be none beside {draws} hyperparameter_draws, which model "
            f"an objective on its own scale, got {warp!r}",
            hint=f"{GENERATION}.output_warp none, or {GENERATION}.hyperparameter_draws 0",
            path=("output_warp",),
        )
    return dict(given)


def _problem(key: str, value: Any) -> tuple[str, str]:
    """What a value should be and what came, and what to do; empty where it can be."""
    if key == "hyperparameter_draws":
        if type(value) is int and 0 <= value <= _MOST_DRAWS:
            return "", ""
        return (
            f"a whole number from 0 to {_MOST_DRAWS}, got {value!r}",
            "8 is what was measured; 0, for the most probable hyperparameters alone, is usual",
        )
    if key == "output_warp":
        if isinstance(value, str) and value in _WARPS:
            return "", ""
        return f"one of {', '.join(_WARPS)}, got {value!r}", "turns is usual"
    if isinstance(value, bool):
        return "", ""
    return f"true or false, got {value!r}", "true or false, without quotes; false is usual"


def generation_words(said: Mapping[str, Any]) -> list[str]:
    """What is said, each in words, for whoever looks at the experiment."""
    return [
        f"{GENERATION}.{key} {str(value).lower()}"
        for key, value in said.items()
        if key in GENERATION_KEYS
    ]
