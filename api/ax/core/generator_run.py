"""The names of `ax.core.generator_run`."""

from armwright.experiment import GeneratorRun, GeneratorRunType

__all__ = ["GeneratorRun", "GeneratorRunType"]
