"""Model predictions: means and covariances of every metric at some points."""

from collections.abc import Sequence

from armwright.experiment.aliases import TModelPredict, TModelPredictArm

__all__ = ["merge_model_predict", "prediction_at", "predictions_at"]


def merge_model_predict(predict: TModelPredict, predict_append: TModelPredict) -> TModelPredict:
    """The predictions of both, the second one's points after the first one's."""
    means, covariances = predict
    means_append, covariances_append = predict_append
    if means.keys() != means_append.keys() or covariances.keys() != covariances_append.keys():
        raise ValueError(
            "model predictions: both must have the same metrics to be merged, "
            f"got {list(means)} and {list(means_append)}"
        )
    merged_means = {name: [*values, *means_append[name]] for name, values in means.items()}
    merged_covariances = {
        name: {other: [*values, *covariances_append[name][other]] for other, values in row.items()}
        for name, row in covariances.items()
    }
    return merged_means, merged_covariances


def predictions_at(predict: TModelPredict, points: Sequence[int]) -> TModelPredict:
    """The predictions for some of the points only."""
    means, covariances = predict
    return (
        {name: [values[point] for point in points] for name, values in means.items()},
        {
            name: {other: [values[point] for point in points] for other, values in row.items()}
            for name, row in (covariances or {}).items()
        },
    )


def prediction_at(predict: TModelPredict, point: int) -> TModelPredictArm:
    """The prediction for one point, with numbers in place of lists."""
    means, covariances = predict
    return (
        {name: values[point] for name, values in means.items()},
        {
            name: {other: values[point] for other, values in row.items()}
            for name, row in covariances.items()
        }
        if covariances
        else None,
    )
