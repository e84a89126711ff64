"""The names of `ax.modelbridge.modelbridge_utils` that scripts use."""

from armwright.experiment import Experiment, ObservationFeatures

__all__ = ["get_pending_observation_features"]


def get_pending_observation_features(
    experiment: Experiment, include_failed_as_pending: bool = False
) -> dict[str, list[ObservationFeatures]] | None:
    """What is being evaluated, for `gen(pending_observations=...)`; None where nothing is.

    Args:
        experiment: Whose open trials count: those not ended and without a result.
        include_failed_as_pending: Whether failed trials count too, so that they are not repeated.

    Returns:
        For each metric of the experiment, the features of the observations awaited.
    """
    from armwright.generation.encoding import open_arms

    arms = open_arms(experiment)
    if include_failed_as_pending:
        failed = [trial for trial in experiment.trials.values() if trial.status.is_failed]
        arms += [arm for trial in failed for arm in trial.arms]
    if not arms:
        return None
    return {
        metric: [ObservationFeatures(parameters=arm.parameters) for arm in arms]
        for metric in experiment.metrics
    }
