"""The names of `ax.models.discrete.eb_thompson`."""

from armwright.generation.thompson_sampler import EmpiricalBayesThompsonSampler

__all__ = ["EmpiricalBayesThompsonSampler"]
