"""A generator run as a batch trial holds it."""

from typing import NamedTuple

from armwright.experiment.generator_run import GeneratorRun

__all__ = ["GeneratorRunStruct"]


class GeneratorRunStruct(NamedTuple):
    """A generator run, and the factor on its arms' weights."""

    generator_run: GeneratorRun
    weight: float
