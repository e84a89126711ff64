"""Settings of the Gaussian-process models, as their users give them, and what a fit left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, final

from armwright.generation.seed import checked_seed, fresh_seed
from armwright.optimizer import Cost, Hyperparameters, Policy, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Parameter
    from armwright.generation.encoding import Encoding

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
        search_for: What arms are to bring: "improvement" over the best that is expected of known
            arms, or "noisy improvement" over draws of what known arms are worth (noisy expected
            improvement, also of the dominated area); "knowledge" of the best (knowledge gradient)
            or of the "maximum" (max-value entropy search). The last two choose the fidelity too,
            for its cost.
        cost_intercept: What every arm costs, as a share of what the target fidelity costs besides;
            0.1 if left out. For searches that weigh the cost, as are the weights.
        fidelity_weights: By fidelity parameter, what its value over the target value is weighed
            with in the cost of an arm; 1 each.
        hyperparameter_draws: How many draws from the posterior of the hyperparameters to average
            over; 0 for the most probable ones alone.
        output_warp: The scale that an objective is modelled on: its own, or its logarithm's by
            "turns" where it is skewed; the "likeliest" of its own, that of Yeo and Johnson's power
            and the logarithm's; or always its own ("none"). If left out "turns", but for searches
            that know its own scale only: over draws of the hyperparameters, and for all but
            "improvement".
        input_warp: Whether ranges are warped, each by a Kumaraswamy distribution function, so that
            the objective changes at one rate everywhere; from 20 observations of one metric on.
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
        settings: How outcomes and inputs are warped, and sizes.
        fits: Hyperparameters of the last fit, by metric; "" for the objective's where its name
            was not given.

    Raises:
        NotImplementedError: An argument that is not possible is given.
        ValueError: Two are given that do not go together.
    """

    def __init__(
        self,
        seed: int | None = None,
        warm: Mapping[str, Any] | None = None,
        mixed_noise: bool = False,
        track: bool = True,
        objective_thresholds: Mapping[str, float] | None = None,
        search_for: Literal[
            "improvement", "noisy improvement", "knowledge", "maximum"
        ] = "improvement",
        cost_intercept: float | None = None,
        fidelity_weights: Mapping[str, float] | None = None,
        hyperparameter_draws: int = 0,
        output_warp: Literal["turns", "likeliest", "none"] | None = None,
        input_warp: bool = False,
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
        _check_together(
            search_for,
            draws=hyperparameter_draws,
            output_warp=output_warp,
            weighs={"cost_intercept": cost_intercept, "fidelity_weights": fidelity_weights},
        )
        self.seed = fresh_seed() if seed is None else checked_seed(seed, "seed")
        self.fits = _fits(warm or {})
        self.mixed_noise, self.track = mixed_noise, track
        self.objective_thresholds = dict(objective_thresholds or {})
        self.fidelity_weights = dict(fidelity_weights or {})
        self.settings = Settings(output_warp=output_warp or "turns", input_warp=input_warp)
        self._output_warp, self._cost_intercept = output_warp, cost_intercept
        self._policy = Policy(
            search_for="improvement" if search_for == "noisy improvement" else search_for,
            draws_known=search_for == "noisy improvement",
            cost=Cost() if cost_intercept is None else Cost(intercept=cost_intercept),
            draws=hyperparameter_draws,
        )

    def policy(self, encoding: Encoding) -> Policy:
        """How arms are judged, in terms of the columns of a search space.

        Raises:
            ValueError: A weight is of a parameter that is no fidelity.
        """
        columns = encoding.problem.columns
        fidelities = {
            parameter.name: place
            for place, parameter in enumerate(encoding.parameters)
            if columns[place].role == "fidelity"
        }
        strange = sorted(set(self.fidelity_weights) - set(fidelities) - set(encoding.fixed))
        if strange:
            raise ValueError(
                f"fidelity_weights: expected some of the fidelities {list(fidelities)}, "
                f"got {', '.join(strange)}"
            )
        weights = {fidelities[n]: w for n, w in self.fidelity_weights.items() if n in fidelities}
        shares = {
            place: found
            for name, place in fidelities.items()
            if (found := _shares(encoding.parameters[place]))
        }
        cost = replace(self._policy.cost, weights=weights, shares=shares)
        return replace(self._policy, cost=cost)

    def again(self) -> GaussianProcess:
        """A model of the same settings that has learned nothing."""
        return GaussianProcess(
            seed=self.seed,
            mixed_noise=self.mixed_noise,
            track=self.track,
            objective_thresholds=self.objective_thresholds,
            search_for="noisy improvement" if self._policy.draws_known else self._policy.search_for,
            cost_intercept=self._cost_intercept,
            fidelity_weights=self.fidelity_weights,
            hyperparameter_draws=self._policy.draws,
            output_warp=self._output_warp,
            input_warp=self.settings.input_warp,
        )

    @property
    def said(self) -> dict[str, Any]:
        """What was said of the scales that it models on."""
        warp = {} if self._output_warp is None else {"output_warp": self._output_warp}
        return {**warp, "input_warp": self.settings.input_warp}

    @property
    def hyperparameters(self) -> Hyperparameters | None:
        """Those of the objective's last fit; None before the first."""
        return next(iter(self.fits.values()), None)


def _check_together(
    search_for: str, *, draws: int, output_warp: str | None, weighs: Mapping[str, Any]
) -> None:
    """Refuses options of which one would be without effect beside the other.

    Raises:
        ValueError: There are such; says which to leave out.
    """
    if output_warp not in (None, "none"):
        beside = f"search_for={search_for!r}" if search_for != "improvement" else ""
        if draws:
            beside = f"hyperparameter_draws={draws}"
        if beside:
            raise ValueError(
                f"output_warp={output_warp!r} does not go together with {beside}, which models an "
                "objective on its own scale; leave one of them out"
            )
    if draws and search_for in ("knowledge", "maximum"):
        raise ValueError(
            f"hyperparameter_draws={draws} does not go together with search_for={search_for!r}; "
            "leave one of them out"
        )
    given = [name for name, value in weighs.items() if value]
    if given and search_for not in ("knowledge", "maximum"):
        raise ValueError(
            f"{given[0]} is for searches that weigh the cost of an arm, such as Models.GPKG and "
            f"Models.GPMES; search_for={search_for!r} does not"
        )


def _shares(parameter: Parameter) -> tuple[float, ...]:
    """Value over target of a choice of amounts; empty for any other parameter."""
    values, target = getattr(parameter, "values", []), parameter.target_value
    if not parameter.is_numeric or not values or not isinstance(target, int | float):
        return ()
    if target <= 0 or min(values) < 0:
        return ()
    return tuple(float(value) / target for value in values)


def _fits(warm: Mapping[str, Any]) -> dict[str, Hyperparameters]:
    one = isinstance(warm.get("lengthscales"), list | tuple)
    given = {"": warm} if one else warm
    return {name: Hyperparameters.from_dict(dict(fit)) for name, fit in given.items()}
