"""The JSON value that an `AxClient` is saved as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.ax.memory_keeper import MemoryKeeper
from armwright.ax.strategy_json import strategy_from_json, strategy_to_json
from armwright.persistence.experiment_json import experiment_from_json, experiment_to_json
from armwright.persistence.json_codec import JSONDecodeError
from armwright.store.address import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.ax.trial_keeper import TrialKeeper

__all__ = ["keeper_from_snapshot", "options_from_snapshot", "snapshot_of"]

_ENFORCE = "_enforce_sequential_optimization"


def snapshot_of(
    keeper: TrialKeeper, *, enforce_sequential_optimization: bool, store: str | None
) -> dict[str, Any]:
    """The snapshot of a client.

    Raises:
        JSONEncodeError: A part has no form in our documents.
    """
    document = {
        "_type": "AxClient",
        "experiment": experiment_to_json(keeper.experiment),
        "generation_strategy": strategy_to_json(keeper.strategy),
        _ENFORCE: enforce_sequential_optimization,
    }
    return document if store is None else {**document, "store": shown(store)}


def options_from_snapshot(document: Any) -> dict[str, Any]:
    """The arguments that the client was made with, as far as a snapshot keeps them.

    Raises:
        JSONDecodeError: It is another kind of document, or incomplete.
    """
    if not isinstance(document, dict) or document.get("_type") != "AxClient":
        raise JSONDecodeError("expected the snapshot of an AxClient, with _type 'AxClient'")
    return {
        "enforce_sequential_optimization": _part(document, _ENFORCE),
        "store": document.get("store"),
    }


def keeper_from_snapshot(document: Mapping[str, Any]) -> MemoryKeeper:
    """The experiment and strategy of a snapshot, in memory.

    Raises:
        JSONDecodeError: The snapshot is incomplete.
    """
    return MemoryKeeper(
        experiment_from_json(_part(document, "experiment")),
        strategy_from_json(_part(document, "generation_strategy")),
    )


def _part(document: Mapping[str, Any], key: str) -> Any:
    if key not in document:
        raise JSONDecodeError(f"the snapshot of an AxClient lacks {key!r}")
    return document[key]
