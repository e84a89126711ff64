"""Who keeps rules of its own beside an experiment's configuration, by the key they are under.

A configuration may hold rules that the domain does not know, such as conditionals. The code that
knows them registers here, and makes the arms of such experiments; the rooms below ask for it by the
key that they find. `armwright` itself registers what it brings along, when it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armwright.store import ExperimentFolder, State

__all__ = ["Keeper", "keeper_of", "register"]


class Keeper(Protocol):
    """Knows the rules under one key; a module will do."""

    def arm_maker(self, folder: ExperimentFolder, /) -> Any:
        """What makes the arms of an experiment; see `armwright.persistence.arm_maker.ArmMaker`."""

    def edited(
        self, state: State, changes: Mapping[str, Any], /
    ) -> tuple[dict[str, Any], list[str]]:
        """The parts of a configuration that an edit changes, and what changes in words."""


_keepers: dict[str, Callable[[], Keeper]] = {}


def register(key: str, load: Callable[[], Keeper]) -> None:
    """Names who knows the rules under a key of the configuration.

    Args:
        key: Of the configuration.
        load: Returns them; called when the first such experiment is met, for it may import much.
    """
    _keepers[key] = load


def keeper_of(configuration: Mapping[str, Any]) -> Keeper | None:
    """Who knows the rules that a configuration holds; None where it holds none."""
    for key, load in _keepers.items():
        if configuration.get(key):
            return load()
    return None
