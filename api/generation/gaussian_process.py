"""Settings of the Gaussian-process models, as their users give them, and what a fit left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.generation.seed import checked_seed, fresh_seed
from armwright.optimizer import Hyperparameters

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GaussianProcess"]


@final
class GaussianProcess:
    """A Gaussian process of each metric.

    Args:
        seed: Decides every random draw of the search for arms; fresh if it is not given.
        warm: Hyperparameters from an earlier fit: of the objective, as a dict, or such a dict for
            each metric by name.
        mixed_noise: Whether observations whose sem is unknown may stand beside others of the same
            metric whose sem is known. The flat Ax API's release refused them.
        track: Whether generator runs predict all metrics that have data, not the objective alone.
        objective_thresholds: Of several objectives, the least value (where it is minimized, the
            largest) that is of interest, by metric; inferred for metrics without one.
        refit_on_cv: Without effect.
        refit_on_update: Without effect: each generator run fits to the newest data.
        warm_start_refitting: Without effect: fits begin from `warm` and from fresh starts.
        model_constructor: Not possible.
        model_predictor: Not possible.
        acqf_constructor: Not possible.
        acqf_optimizer: Not possible.
        best_point_recommender: Not possible.

    Attributes:
        seed: As given.
        fits: Hyperparameters of the last fit, by metric; "" for the objective's where its name
            was not given.

    Raises:
        NotImplementedError: An argument that is not possible is given.
    """

    def __init__(
        self,
        seed: int | None = None,
        warm: Mapping[str, Any] | None = None,
        mixed_noise: bool = False,
        track: bool = True,
        objective_thresholds: Mapping[str, float] | None = None,
        refit_on_cv: bool = False,  # noqa: ARG002 - as the docstring says, like the next two
        refit_on_update: bool = True,  # noqa: ARG002
        warm_start_refitting: bool = True,  # noqa: ARG002
        model_constructor: Any = None,
        model_predictor: Any = None,
        acqf_constructor: Any = None,
        acqf_optimizer: Any = None,
        best_point_recommender: Any = None,
    ) -> None:
        callables = {
            "model_constructor": model_constructor,
            "model_predictor": model_predictor,
            "acqf_constructor": acqf_constructor,
            "acqf_optimizer": acqf_optimizer,
            "best_point_recommender": best_point_recommender,
        }
        for name, value in callables.items():
            if value is not None:
                raise NotImplementedError(
                    f"{name}: functions of BoTorch do not fit this model, got {value!r}; leave it "
                    "out for the Gaussian process with expected improvement"
                )
        self.seed = fresh_seed() if seed is None else checked_seed(seed, "seed")
        self.fits = _fits(warm or {})
        self.mixed_noise, self.track = mixed_noise, track
        self.objective_thresholds = dict(objective_thresholds or {})

    @property
    def hyperparameters(self) -> Hyperparameters | None:
        """Those of the objective's last fit; None before the first."""
        return next(iter(self.fits.values()), None)


def _fits(warm: Mapping[str, Any]) -> dict[str, Hyperparameters]:
    one = isinstance(warm.get("lengthscales"), list | tuple)
    given = {"": warm} if one else warm
    return {name: Hyperparameters.from_dict(dict(fit)) for name, fit in given.items()}
