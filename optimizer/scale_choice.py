"""Which scale an objective is modelled on for an arm, and the fit on the likeliest of several."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from armwright.optimizer.deadline import Deadline
from armwright.optimizer.fitting import fit
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.model import Model
from armwright.optimizer.output_scale import SCALES, ScaleName, WantedScale, penalty
from armwright.optimizer.settings import Settings
from armwright.optimizer.tail import LOCAL_SKEWNESS, SKEWNESS
from armwright.optimizer.trust_region import is_local

__all__ = ["likeliest_fit", "scale_of", "wanted_scale"]


def wanted_scale(settings: Settings, tried: int, remaining: int | None) -> WantedScale:
    """The scale for an arm of an objective with an incumbent.

    Args:
        settings: Say by what it is chosen.
        tried: Arms before it.
        remaining: Arms left, this one included, where that is known.
    """
    if settings.output_warp == "none":
        return WantedScale()
    if settings.output_warp == "likeliest":
        return WantedScale(name="likeliest")
    if is_local(tried, remaining=remaining):
        return WantedScale(name="log", skewness=LOCAL_SKEWNESS)
    return WantedScale(name="log", skewness=SKEWNESS) if tried % 2 == 1 else WantedScale()


def scale_of(fit: Hyperparameters) -> WantedScale:
    """The scale that an earlier fit was on, however skewed the observations are now."""
    return WantedScale(name=fit.scale, power=fit.power)


def likeliest_fit(
    make: Callable[[WantedScale], Model],
    warm: Sequence[Hyperparameters | None],
    seed: int,
    settings: Settings,
    deadline: Deadline,
) -> tuple[Model, tuple[Hyperparameters, ...], tuple[str, ...]]:
    """Fits a model on each scale there is, and returns the one that makes the objective likeliest.

    Args:
        make: Makes a model on a scale.
        warm: An earlier fit for each outcome, or None; the objective is the first one. Where none
            is known of a scale, its fit starts from another scale's.
        seed: Decides the fresh starts.
        settings: Sizes.
        deadline: When to be done: scales that there is no time for are left out.

    Returns:
        The model, its fits, and what there is to say of them.
    """
    found: dict[ScaleName, tuple[float, Model, tuple[Hyperparameters, ...], tuple[str, ...]]] = {}
    for name in SCALES:
        model = make(WantedScale(name=name))
        if name != "own" and model.units.scale is None:
            continue
        fits, notes = fit(model, _started(warm, name), seed, settings)
        count = fits[0].observations
        cost = fits[0].energy * count - model.units.log_slope + penalty(model.units.scale, count)
        found[name] = (cost, model, tuple(map(Hyperparameters.after, fits, warm)), notes)
        if deadline.passed:
            deadline.shorten("the fits on other scales")
            break
    _, model, fits, notes = min(found.values(), key=lambda one: one[0])
    return model, fits, notes


def _started(
    warm: Sequence[Hyperparameters | None], name: ScaleName
) -> list[Hyperparameters | None]:
    """The earlier fits, the first one as if it had been on a scale where none is known of it."""
    first = warm[0]
    if first is None or first.on_scale(name) is not None:
        return list(warm)
    power = 1.0 if name == "power" else None
    return [replace(first, drawn_in=name == "log", power=power, other=None), *warm[1:]]
