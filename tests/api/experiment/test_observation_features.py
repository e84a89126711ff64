"""Sections 1 and 14 of the semantics: a plain holder, and names for types."""

import armwright.experiment
from armwright.experiment import ObservationFeatures


def test_observation_features_hold_what_they_are_given():
    features = ObservationFeatures(parameters={"x": 1.0}, trial_index=3)
    assert features.parameters == {"x": 1.0}
    assert features.trial_index == 3
    assert (features.start_time, features.end_time, features.random_split) == (None, None, None)
    assert features == ObservationFeatures({"x": 1.0}, 3)


def test_the_names_of_types_can_be_annotated_with():
    names = [
        "TEvaluationFunction",
        "TEvaluationOutcome",
        "TModelPredict",
        "TModelPredictArm",
        "TParamValue",
        "TParameterization",
        "TTrialEvaluation",
    ]
    assert all(hasattr(armwright.experiment, name) for name in names)
