"""How good predictions are: for classes, averaged by how often each occurs, and for numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "compute_accuracy",
    "compute_classification_metrics",
    "compute_classification_report",
    "compute_mae",
    "compute_mse",
    "compute_positives_and_negatives",
    "compute_regression_metrics",
]

_LOGIT = "binary:logitraw"  # whose predictions are log odds


def compute_positives_and_negatives(
    y_true: Any, y_pred: Any, class_label: Any
) -> tuple[int, int, int, int]:
    """Counts for one class: true positives, true negatives, false positives, false negatives."""
    is_it, said = np.asarray(y_true) == class_label, np.asarray(y_pred) == class_label
    counts = (is_it & said, ~is_it & ~said, ~is_it & said, is_it & ~said)
    true_positive, true_negative, false_positive, false_negative = map(int, map(np.sum, counts))
    return true_positive, true_negative, false_positive, false_negative


def compute_accuracy(y_true: Any, y_pred: Any) -> float:
    """Share of predictions that are right."""
    return float(np.mean(np.asarray(y_true) == np.asarray(y_pred)))


def compute_classification_report(y_true: Any, y_pred: Any) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of each class, and "weighted avg" over the classes.

    What has nothing to divide by counts as 0.
    """
    report: dict[str, dict[str, float]] = {}
    average = {"precision": 0.0, "recall": 0.0, "f1-score": 0.0}
    for label in np.unique(y_true):
        right, _, wrong, missed = compute_positives_and_negatives(y_true, y_pred, label)
        scores = {
            "precision": _share(right, right + wrong),
            "recall": _share(right, right + missed),
            "f1-score": _share(2 * right, 2 * right + wrong + missed),
        }
        weight = (right + missed) / len(y_true)
        for name, score in scores.items():
            average[name] += weight * score
        report[str(label)] = {**scores, "support": right + missed}
    return {"weighted avg": average, **report}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def compute_mae(y_true: Any, y_pred: Any) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(np.asarray(y_true) - np.asarray(y_pred))))


def compute_mse(y_true: Any, y_pred: Any) -> float:
    """Mean squared error."""
    return float(np.mean((np.asarray(y_true) - np.asarray(y_pred)) ** 2))


def compute_classification_metrics(
    model: Any, named: tuple[Any, str], objective: str = ""
) -> dict[str, float]:
    """Metrics of a classifier on a data set, under the names they are logged by.

    Args:
        model: A trained booster.
        named: The data, and what it is called.
        objective: What the booster was trained for.
    """
    data, name = named
    raw = model.predict(data)
    if raw.ndim == 2:
        predicted = np.argmax(raw, axis=1)
    else:
        predicted = (raw > 0).astype(float) if objective == _LOGIT else np.round(raw)
    label = data.get_label()
    average = compute_classification_report(label, predicted)["weighted avg"]
    return {
        f"{name}-accuracy": compute_accuracy(label, predicted),
        f"{name}-F1": average["f1-score"],
        f"{name}-recall": average["recall"],
        f"{name}-precision": average["precision"],
    }


def compute_regression_metrics(model: Any, named: tuple[Any, str]) -> dict[str, float]:
    """Metrics of a regression on a data set, under the names they are logged by."""
    data, name = named
    predicted, label = model.predict(data), data.get_label()
    return {
        f"{name}-mean absolute error": compute_mae(label, predicted),
        f"{name}-mean squared error": compute_mse(label, predicted),
    }
