"""Experiments to look at, with results made by hand."""

from armwright import ax
from armwright.persistence import StoredExperiment

__all__ = ["RESULTS", "definition", "told"]


def definition(*, several=False, name="e"):
    """Three parameters, one of each kind; loss, size and auc."""
    loss, size, auc = (
        ax.Metric("loss", lower_is_better=True),
        ax.Metric("size", lower_is_better=True),
        ax.Metric("auc", lower_is_better=False),
    )
    objective = ax.MultiObjective([loss, auc]) if several else ax.Objective(loss, minimize=True)
    bound = ax.OutcomeConstraint(size, ax.ComparisonOp.LEQ, 5.0, relative=False)
    space = ax.SearchSpace(
        [
            ax.RangeParameter("lr", ax.ParameterType.FLOAT, 1e-4, 1.0, log_scale=True),
            ax.RangeParameter("layers", ax.ParameterType.INT, 1, 8),
            ax.ChoiceParameter("kind", ax.ParameterType.STRING, ["a", "<b>", "c"]),
        ]
    )
    config = ax.OptimizationConfig(objective, [bound])
    return ax.Experiment(
        name=name,
        search_space=space,
        optimization_config=config,
        tracking_metrics=[] if several else [auc],
    )


# loss, its sem, size, auc; None for a trial that fails
RESULTS = [
    *((3.0, 0.1, 1.0, 0.5), (1.0, 0.1, 9.0, 0.9), None, (2.0, 0.1, 2.0, 0.4)),
    *((2.5, 0.1, 3.0, 0.7), (1.5, 0.1, 4.0, 0.6), (4.0, 0.1, 1.0, 0.3)),
]


def told(url, results=RESULTS, *, several=False):
    """An experiment in a folder whose trials were told these results."""
    stored = StoredExperiment.create(
        str(url), definition(several=several), budget=20, seed=3, initial_trials=20
    )
    for result in results:
        (trial,) = stored.ask(1)
        if result is None:
            stored.fail(trial.number, reason="oom", note="too large")
            continue
        loss, sem, size, auc = result
        stored.tell(trial.number, {"loss": (loss, sem), "size": size, "auc": auc})
    return stored
