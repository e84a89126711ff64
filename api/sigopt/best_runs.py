"""Which runs are best: one for one optimized metric, the Pareto front for two, all for none.

With `num_solutions` above 1 there are up to so many, which lie apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.metric_rules import with_strategy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["best_checkpoint", "best_of", "fit_score"]

Json = dict[str, Any]


def best_of(definition: Mapping[str, Any], runs: Iterable[Json]) -> list[Json]:
    """The best runs, best first on the alphabetically first optimized metric, else constraint.

    Args:
        definition: Of the experiment.
        runs: All its runs; those that are open, archived or failed for the optimizer, or miss a
            threshold, are passed over. What counts is what a run had measured when it first ended.
    """
    metrics = definition["metrics"]
    fit = [run for run in runs if _is_fit(run, metrics)]
    optimized = with_strategy(metrics, "optimize")
    if not optimized:
        first = with_strategy(metrics, "constraint")[0]
        return sorted(fit, key=lambda run: _score(run, first), reverse=True)
    scored = sorted(
        ((_scores(run, optimized), run) for run in fit), key=lambda item: item[0][0], reverse=True
    )
    if (definition["num_solutions"] or 1) > 1:
        from armwright.sigopt.diverse_search import diverse_best

        return diverse_best(
            definition, [run for _, run in scored], [scores[0] for scores, _ in scored]
        )
    if len(optimized) == 1:
        return [run for _, run in scored[:1]]
    return [
        run for scores, run in scored if not any(_dominates(other, scores) for other, _ in scored)
    ]


def fit_score(metrics: list[Json], run: Json) -> float | None:
    """How good a run is by the only metric that is optimized; None where it does not count.

    Args:
        metrics: Of the experiment.
        run: Its document.
    """
    (aim,) = with_strategy(metrics, "optimize")
    return _score(run, aim) if _is_fit(run, metrics) else None


def best_checkpoint(metrics: Iterable[Json], checkpoints: Sequence[Json]) -> str | None:
    """The id of the checkpoint that is best on the alphabetically first optimized metric.

    Args:
        metrics: Of the experiment; none for a run outside of any.
        checkpoints: Of one run, oldest first.

    Returns:
        Its place, as a text; None where no checkpoint has a value of that metric.
    """
    for metric in with_strategy(metrics, "optimize"):
        name = metric["name"]
        scored = [
            (_signed(item["values"][name]["value"], metric), -place)
            for place, item in enumerate(checkpoints)
            if name in item["values"]
        ]
        return str(-max(scored)[1]) if scored else None
    return None


def _is_fit(run: Json, metrics: list[Json]) -> bool:
    observation = run["observation"]
    if run["deleted"] or observation is None or observation["failed"]:
        return False
    values = observation["values"]
    if any(metric["name"] not in values for metric in metrics):
        return False
    return all(
        _score(run, metric) >= _signed(metric["threshold"], metric)
        for metric in metrics
        if metric["threshold"] is not None and metric["strategy"] != "store"
    )


def _signed(value: float, metric: Json) -> float:
    return -value if metric["objective"] == "minimize" else value


def _score(run: Json, metric: Json) -> float:
    return _signed(run["observation"]["values"][metric["name"]]["value"], metric)


def _scores(run: Json, optimized: list[Json]) -> tuple[float, ...]:
    return tuple(_score(run, metric) for metric in optimized)


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))
