"""The names of `ax.core.data`."""

from armwright.experiment import (
    REQUIRED_COLUMNS,
    Data,
    clone_without_metrics,
    custom_data_class,
    set_single_trial,
)

__all__ = [
    "REQUIRED_COLUMNS",
    "Data",
    "clone_without_metrics",
    "custom_data_class",
    "set_single_trial",
]
