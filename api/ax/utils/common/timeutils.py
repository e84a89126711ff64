"""The names of `ax.utils.common.timeutils`."""

from armwright.experiment.clock import now_ms as current_timestamp_in_millis

__all__ = ["current_timestamp_in_millis"]
