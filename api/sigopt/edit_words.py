"""`armwright edit` on an experiment of SigOpt's fields: what may change is what `update` allows.

budget=50   parallel_bandwidth=4   name=...   metadata={"team": "vision"}   loss.threshold=0.5
lr.bounds=[1e-6,1]   kind.categorical_values=["a","b"]   n.grid=[1,2,4]   lr.default_value=0.1
drop.type=double drop.bounds=[0,0.5] drop.default_value=0.1        a new parameter
lr=none                                                            one taken away

What is said of the model, such as generation.output_warp, is `armwright.persistence.editing`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.persistence.edited_space import noted
from armwright.persistence.kept_definition import kept_definition
from armwright.sigopt.core.core_definition import is_core, updated_core
from armwright.sigopt.exception import ApiException
from armwright.sigopt.folders import configuration
from armwright.sigopt.update import updated
from armwright.sigopt.validate import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.store import State

__all__ = ["edited"]

Json = dict[str, Any]

_FIELDS = ("name", "budget", "parallel_bandwidth", "metadata")
_PARTS = (
    *("type", "bounds", "categorical_values", "values", "grid", "transformation", "prior"),
    "default_value",
)
_GONE = (None, "none")


def edited(state: State, changes: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """What an edit comes to.

    Args:
        state: Of the experiment.
        changes: New values by key; see the module.

    Returns:
        The parts of the configuration that are to be others, and what changes in words.

    Raises:
        UsageError: A key is unknown, or SigOpt's rules refuse the change.
    """
    definition, words = kept_definition(state), list[str]()
    fields: Json = {}
    parameters = {item["name"]: item for item in definition["parameters"]}
    metrics = {item["name"]: item for item in definition["metrics"]}
    for key, given in changes.items():
        owner, _, part = key.rpartition(".")
        value = None if given == "none" else given
        if key in _FIELDS:
            noted(words, key, definition[key], value)
            fields[_called(key, definition)] = value
        elif part == "threshold" and owner in metrics:
            noted(words, key, metrics[owner]["threshold"], value)
            metrics[owner] = {**metrics[owner], "threshold": value}
            fields["metrics"] = list(metrics.values())
        elif key in parameters and given in _GONE:
            words.append(f"{key}: {parameters.pop(key)['type']} -> none")
            fields["parameters"] = list(parameters.values())
        elif part in _PARTS and owner:
            part = "categorical_values" if part == "values" else part
            if part == "bounds" and isinstance(value, list) and len(value) == 2:
                value = dict(zip(("min", "max"), value, strict=True))
            old = parameters.get(owner, {"name": owner})
            noted(words, f"{owner}.{part}", _plain(old.get(part)), value)
            parameters[owner] = {**old, part: value}
            fields["parameters"] = list(parameters.values())
        else:
            raise UsageError(
                f"unknown key {key!r}; of an experiment with SigOpt's fields these may change: "
                f"{', '.join(_FIELDS)}, METRIC.threshold, and of a parameter {', '.join(_PARTS)}",
                hint="what SigOpt lets nobody change needs a new experiment: armwright fork",
            )
    if not words:
        return {}, []
    try:
        after = (updated_core if is_core(definition) else updated)(definition, fields)
    except ApiException as error:
        raise UsageError(str(error.message)) from error
    except ValidationError as error:
        raise UsageError(str(error)) from error
    return configuration(after, state.configs[state.version]), words


def _called(key: str, definition: Mapping[str, Any]) -> str:
    """What SigOpt's update calls a field; the core API has a name of its own for the budget."""
    observed = is_core(definition) and not definition.get("runs_only")
    return "observation_budget" if key == "budget" and observed else key


def _plain(value: Any) -> Any:
    """Categories as they are written: by their names."""
    if isinstance(value, list):
        return [item["name"] if isinstance(item, dict) else item for item in value]
    return value
