"""The names of `ax.plot.diagnostics`: what was observed against what was expected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armwright.ax.modelbridge.cross_validation import CVResult

__all__ = ["interact_cross_validation", "tile_cross_validation"]


def interact_cross_validation(
    cv_results: Sequence[CVResult], show_context: bool = True
) -> dict[str, Any]:
    """For each metric what was observed and expected of each arm, with standard errors.

    Args:
        cv_results: What `cross_validate` returned.
        show_context: Accepted as in the release.
    """
    del show_context
    metrics: dict[str, dict[str, list[Any]]] = {}
    for observed, predicted in cv_results:
        seen = observed.data
        for at, name in enumerate(predicted.metric_names):
            columns = metrics.setdefault(
                name,
                {key: [] for key in ("arm", "observed", "observed_sem", "predicted", "sem")},
            )
            place = seen.metric_names.index(name)
            columns["arm"].append(observed.arm_name)
            columns["observed"].append(float(seen.means[place]))
            columns["observed_sem"].append(math.sqrt(float(seen.covariance[place, place])))
            columns["predicted"].append(float(predicted.means[at]))
            columns["sem"].append(math.sqrt(float(predicted.covariance[at, at])))
    return {"kind": "cross_validation", "metrics": metrics}


def tile_cross_validation(
    cv_results: Sequence[CVResult],
    show_arm_details_on_hover: bool = True,
    show_context: bool = True,
) -> dict[str, Any]:
    """The same; the release drew it side by side."""
    del show_arm_details_on_hover
    return interact_cross_validation(cv_results, show_context)
