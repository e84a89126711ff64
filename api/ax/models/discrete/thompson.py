"""The names of `ax.models.discrete.thompson`: what `Models.THOMPSON(...).model` is."""

from armwright.generation.thompson_sampler import ThompsonSampler

__all__ = ["ThompsonSampler"]
