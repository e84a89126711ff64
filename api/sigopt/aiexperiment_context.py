"""SigOpt's place for the handle of an experiment."""

from armwright.sigopt.ai_experiment import AIExperimentContext

__all__ = ["AIExperimentContext"]
