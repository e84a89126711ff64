"""The domain: what an experiment is made of, and the rules that hold it together.

Nothing here knows a file, an optimizer or a network; pandas and NumPy load when the first table is
made, not before.
"""

from armwright.experiment.abandoned_arm import AbandonedArm
from armwright.experiment.aliases import (
    TEvaluationFunction,
    TEvaluationOutcome,
    TFidelityTrialEvaluation,
    TModelCov,
    TModelMean,
    TModelPredict,
    TModelPredictArm,
    TParameterization,
    TParamValue,
    TTrialEvaluation,
)
from armwright.experiment.arm import Arm
from armwright.experiment.base_trial import BaseTrial
from armwright.experiment.batch_trial import BatchTrial
from armwright.experiment.branin_metric import BraninMetric
from armwright.experiment.choice_parameter import ChoiceParameter
from armwright.experiment.comparison_op import ComparisonOp
from armwright.experiment.data import (
    REQUIRED_COLUMNS,
    Data,
    clone_without_metrics,
    custom_data_class,
    set_single_trial,
)
from armwright.experiment.experiment import Experiment
from armwright.experiment.fixed_parameter import FixedParameter
from armwright.experiment.generator_run import GeneratorRun
from armwright.experiment.generator_run_struct import GeneratorRunStruct
from armwright.experiment.generator_run_type import GeneratorRunType
from armwright.experiment.hartmann6_metric import Hartmann6Metric
from armwright.experiment.l2norm_metric import L2NormMetric
from armwright.experiment.metric import Metric
from armwright.experiment.model_predict import merge_model_predict
from armwright.experiment.multi_objective import MultiObjective
from armwright.experiment.noisy_function_metric import NoisyFunctionMetric
from armwright.experiment.objective import Objective
from armwright.experiment.observation import Observation, ObservationData
from armwright.experiment.observation_features import ObservationFeatures
from armwright.experiment.optimization_config import OptimizationConfig
from armwright.experiment.order_constraint import OrderConstraint
from armwright.experiment.outcome_constraint import (
    CONSTRAINT_WARNING_MESSAGE,
    LOWER_BOUND_MISMATCH,
    UPPER_BOUND_MISMATCH,
    OutcomeConstraint,
)
from armwright.experiment.parameter import Parameter
from armwright.experiment.parameter_constraint import ParameterConstraint
from armwright.experiment.parameter_type import ParameterType
from armwright.experiment.range_parameter import RangeParameter
from armwright.experiment.runner import Runner
from armwright.experiment.scalarized_objective import ScalarizedObjective
from armwright.experiment.search_space import SearchSpace
from armwright.experiment.simple_experiment import (
    DEFAULT_OBJECTIVE_NAME,
    SimpleExperiment,
    unimplemented_evaluation_function,
)
from armwright.experiment.sum_constraint import SumConstraint
from armwright.experiment.synthetic_runner import SyntheticRunner
from armwright.experiment.trial import Trial
from armwright.experiment.trial_status import TrialStatus

__all__ = [
    "CONSTRAINT_WARNING_MESSAGE",
    "DEFAULT_OBJECTIVE_NAME",
    "LOWER_BOUND_MISMATCH",
    "REQUIRED_COLUMNS",
    "UPPER_BOUND_MISMATCH",
    "AbandonedArm",
    "Arm",
    "BaseTrial",
    "BatchTrial",
    "BraninMetric",
    "ChoiceParameter",
    "ComparisonOp",
    "Data",
    "Experiment",
    "FixedParameter",
    "GeneratorRun",
    "GeneratorRunStruct",
    "GeneratorRunType",
    "Hartmann6Metric",
    "L2NormMetric",
    "Metric",
    "MultiObjective",
    "NoisyFunctionMetric",
    "Objective",
    "Observation",
    "ObservationData",
    "ObservationFeatures",
    "OptimizationConfig",
    "OrderConstraint",
    "OutcomeConstraint",
    "Parameter",
    "ParameterConstraint",
    "ParameterType",
    "RangeParameter",
    "Runner",
    "ScalarizedObjective",
    "SearchSpace",
    "SimpleExperiment",
    "SumConstraint",
    "SyntheticRunner",
    "TEvaluationFunction",
    "TEvaluationOutcome",
    "TFidelityTrialEvaluation",
    "TModelCov",
    "TModelMean",
    "TModelPredict",
    "TModelPredictArm",
    "TParamValue",
    "TParameterization",
    "TTrialEvaluation",
    "Trial",
    "TrialStatus",
    "clone_without_metrics",
    "custom_data_class",
    "merge_model_predict",
    "set_single_trial",
    "unimplemented_evaluation_function",
]
