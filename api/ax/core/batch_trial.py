"""The names of `ax.core.batch_trial`."""

from armwright.experiment import AbandonedArm, BatchTrial, GeneratorRunStruct

__all__ = ["AbandonedArm", "BatchTrial", "GeneratorRunStruct"]
