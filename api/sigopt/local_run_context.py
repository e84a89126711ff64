"""A run that was done elsewhere, as it is put together before it is uploaded."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.lib import remove_nones
from armwright.sigopt.log_values import checked_metric, metadata_entry, metric_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LocalRunContext"]

Json = dict[str, Any]


@final
class LocalRunContext:
    """The fields of a run, for `upload_runs`.

    Args:
        **fields: Those known already.
    """

    def __init__(self, **fields: Any) -> None:
        self.run: Json = copy.deepcopy(fields)

    def get(self, name: str | None = None, default_type: type = dict) -> Any:
        """The fields, or one of them, which is made where there is none."""
        return self.run if name is None else self.run.setdefault(name, default_type())

    def log_state(self, state: str) -> None:
        """Notes how the run ended: completed or failed."""
        self.run["state"] = state

    def log_failure(self) -> None:
        """Notes that the run failed."""
        self.log_state("failed")

    def log_metadata(self, key: str, value: Any) -> None:
        """Notes something about the run; what is neither text nor number is noted as its text."""
        self.get("metadata").update(metadata_entry(key, value))

    def log_metric(self, name: str, value: Any, stddev: Any = None) -> None:
        """Notes what was measured."""
        self._measured({name: checked_metric(name, value, stddev)})

    def log_metrics(self, *args: Any, **kwargs: Any) -> None:
        """The same for several metrics, given as to `dict`."""
        self._measured(metric_values(*args, **kwargs))

    def _measured(self, values: Mapping[str, Json]) -> None:
        for name, value in values.items():
            kept = remove_nones({"value": value["value"], "value_stddev": value["value_stddev"]})
            self.get("values")[name] = kept

    def set_parameter(self, name: str, value: Any) -> None:
        """Notes a parameter's value."""
        self.set_parameters({name: value})

    def set_parameters(self, parameters: Mapping[str, Any]) -> None:
        """The same for several."""
        self.get("assignments").update(parameters)

    def set_parameter_meta(self, name: str, value: Mapping[str, Any]) -> None:
        """Notes how a parameter is to be shown."""
        self.set_parameters_meta({name: value})

    def set_parameters_meta(self, parameters_meta: Mapping[str, Any]) -> None:
        """The same for several."""
        self.get("assignments_meta").update(parameters_meta)

    def set_parameter_source(self, name: str, source: str) -> None:
        """Notes where a parameter's value came from."""
        self.set_parameters_source([name], source)

    def set_parameters_source(self, parameters: Iterable[str], source: str) -> None:
        """The same for several."""
        self.set_parameters_meta({name: {"source": source} for name in parameters})

    def set_parameters_sources_meta(self, source_name: str, sort: int, default_show: bool) -> None:  # noqa: FBT001 - as callers give it
        """Notes how parameters of one source are to be shown."""
        shown = {"sort": sort, "default_show": default_show}
        self.get("assignments_sources")[source_name] = shown

    def log_parameters(
        self,
        params: Mapping[str, Any],
        source: str | None = None,
        source_meta: Mapping[str, Any] | None = None,
    ) -> None:
        """Notes parameters.

        Args:
            params: Their values.
            source: Where these came from.
            source_meta: How parameters of that source are to be shown.
        """
        self.set_parameters(params)
        if source is None:
            return
        self.set_parameters_source(params, source)
        if source_meta is not None:
            self.set_parameters_sources_meta(source, **source_meta)
