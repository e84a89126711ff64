"""Arms from a Gaussian process of the objective and expected improvement."""

from __future__ import annotations

import hashlib
import math
import time
from typing import TYPE_CHECKING, NoReturn, final

import numpy as np

from armwright.experiment import (
    Arm,
    ChoiceParameter,
    FixedParameter,
    ObservationFeatures,
    RangeParameter,
)
from armwright.experiment.model_predict import prediction_at
from armwright.generation.encoding import Encoding, Observed, encode, latest_data, observe
from armwright.generation.exhausted import SearchSpaceExhausted
from armwright.generation.gaussian_process import GaussianProcess
from armwright.generation.model_bridge import Generated, ModelBridge
from armwright.generation.modelable import check_modelable as check_modelable
from armwright.generation.restricted_search import best_within, log_expected_improvement
from armwright.generation.seed import derived_seed
from armwright.optimizer import (
    Hyperparameters,
    Observations,
    predict,
    sobol,
    suggest,
    to_model,
)
from armwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from armwright.experiment import Objective, SearchSpace, TModelPredict, TModelPredictArm
    from armwright.generation.model_bridge import Request

__all__ = ["GaussianProcessBridge"]


@final
class GaussianProcessBridge(ModelBridge):
    """Learns from an experiment's data and makes the arms that promise most. See `ModelBridge`.

    Needs an experiment; its attached data are used where none are given. Without any observation
    arms fill the space instead, and the generator record says so.
    """

    def _fit(self) -> None:
        experiment = self._experiment
        if experiment is None:
            raise ValueError(f"{self._model_key} needs an experiment with data to learn from")
        check_modelable(self.optimization_config, self.search_space, experiment.status_quo)
        if self._data is None:
            self._data = latest_data(experiment)
        self._encoding = encode(self.search_space)
        metrics = dict.fromkeys([self._objective.metric.name, *self._data.df["metric_name"]])
        self._observed = {metric: self._observe(metric) for metric in metrics}
        self._fits: dict[str, Hyperparameters] = {}

    def _observe(self, metric: str) -> Observed:
        assert self._experiment is not None  # noqa: S101 - refused in _fit
        assert self._data is not None  # noqa: S101 - set in _fit
        sign = self._sign if metric == self._objective.metric.name else 1.0
        observed = observe(self._encoding, self._experiment, self._data, metric, sign=sign)
        noise = observed.observations.noise
        assert noise is not None  # noqa: S101 - observe always gives it
        unknown = int(np.isnan(noise).sum())
        if 0 < unknown < len(noise) and not self.model.mixed_noise:
            raise ValueError(
                f"{self._model_key}: the sem of metric {metric!r} is known for some observations "
                f"and unknown for {unknown} of {len(noise)}; report it for all or for none, or "
                "give mixed_noise=True"
            )
        return observed

    @property
    def _objective(self) -> Objective:
        assert self.optimization_config is not None  # noqa: S101 - check_modelable refused None
        return self.optimization_config.objective

    @property
    def _sign(self) -> float:
        return -1.0 if self._objective.minimize else 1.0

    # Arms ------------------------------------------------------------------------------------

    def _gen(self, request: Request) -> Generated:
        space, config = request.search_space, request.optimization_config
        whole = space is self.search_space or space == self.search_space
        if config != self.optimization_config or not (
            whole or _is_part(space, of=self.search_space)
        ):
            return self._elsewhere(request)
        if whole and not request.held:
            return self._gen_anywhere(request)
        return self._gen_within(request, encode(space, held=request.held))

    def _elsewhere(self, request: Request) -> Generated:
        """Asks a model made for it for what this one was not made for."""
        model: GaussianProcess = self.model
        other = GaussianProcessBridge(
            GaussianProcess(seed=model.seed, mixed_noise=model.mixed_noise, track=model.track),
            search_space=request.search_space,
            experiment=self._experiment,
            data=self._data,
            optimization_config=request.optimization_config,
            model_key=self._model_key,
        )
        return other._gen(request)

    def _gen_anywhere(self, request: Request) -> Generated:
        encoding, metric = self._encoding, self._objective.metric.name
        observed = self._observed[metric]
        proposal = suggest(
            encoding.problem,
            observed.observations,
            pending=to_model(encoding.problem, encoding.rows(request.pending)),
            warm=self._fits.get(metric, self.model.hyperparameters),
            seed=derived_seed(self.model.seed, "gp", len(observed.arms), len(request.pending)),
            count=request.count,
        )
        if len(proposal.values) < request.count:
            self._refuse(request, found=len(proposal.values))
        if proposal.hyperparameters is not None:
            self._fits[metric] = self.model.hyperparameters = proposal.hyperparameters
        return self._described(
            request, encoding, proposal.values, proposal.log_acquisition, proposal.notes
        )

    def _gen_within(self, request: Request, part: Encoding) -> Generated:
        """Arms from a part of the space, one after the other, the earlier ones pending."""
        metric = self._objective.metric.name
        known = [*self._observed[metric].arms, *request.pending]
        seed = derived_seed(self.model.seed, "gp within", len(known))
        used = part.used(known)
        if not self._observed[metric].arms:
            draw = sobol(
                part.problem, seed=seed, start=len(used), count=request.count, exclude=used
            )
            if len(draw.values) < request.count:
                self._refuse(request, found=len(draw.values))
            nothing = np.full(request.count, np.nan)
            note = "no observations: the points fill the space"
            return self._described(request, part, draw.values, nothing, (note,))
        rows, scores = part.table([]), list[float]()
        for place in range(request.count):
            earlier = [Arm(part.parameterization(row)) for row in rows]
            score = self._improvement(part, [*request.pending, *earlier])
            found = best_within(
                part.problem, score, seed=seed + place, used=np.concatenate([used, rows])
            )
            if found is None:
                self._refuse(request, found=len(rows))
            rows = np.concatenate([rows, found[None, :]])
            scores.append(float(score(found[None, :])[0]))
        note = "a part of the search space: screened, not searched along gradients"
        return self._described(request, part, rows, np.array(scores), (note,))

    def _improvement(
        self, part: Encoding, pending: Sequence[Arm]
    ) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """Log expected improvement over the best of the observed, as a function of rows of `part`.

        Pending arms are taken to turn out as expected (Ginsbourger, Le Riche and Carraro 2010,
        "Kriging is well-suited to parallelize optimization").
        """
        problem, metric = self._encoding.problem, self._objective.metric.name
        observations, fitted = self._observed[metric].observations, self._fitted(metric)
        best = float(predict(problem, observations, fitted, observations.x)[0].max())
        waiting = to_model(problem, self._encoding.rows(pending))
        if len(waiting):
            believed, _ = predict(problem, observations, fitted, waiting)
            assert observations.noise is not None  # noqa: S101 - observe always gives it
            observations = Observations(
                x=np.concatenate([observations.x, waiting]),
                y=np.concatenate([observations.y, believed]),
                noise=np.concatenate([observations.noise, np.zeros(len(waiting))]),
            )

        def score(rows: NDArray[np.float64]) -> NDArray[np.float64]:
            arms = [Arm(part.parameterization(row)) for row in rows]
            x = to_model(problem, self._encoding.rows(arms))
            return log_expected_improvement(*predict(problem, observations, fitted, x), best)

        return score

    def _refuse(self, request: Request, *, found: int) -> NoReturn:
        known = (*self._observed[self._objective.metric.name].arms, *request.pending)
        used = len({arm.signature for arm in known})
        raise SearchSpaceExhausted(wanted=request.count, found=found, used=used)

    def _described(
        self,
        request: Request,
        encoding: Encoding,
        rows: NDArray[np.float64],
        log_acquisition: NDArray[np.float64],
        notes: Iterable[str],
    ) -> Generated:
        """The arms of these rows, with all there is to say of them."""
        metric = self._objective.metric.name
        observed, fitted = self._observed[metric], self._fits.get(metric)
        arms = [Arm(encoding.parameterization(row)) for row in rows]
        return Generated(
            arms=arms,
            metadata={
                "seed": self.model.seed,
                "observations": len(observed.arms),
                "pending": len(request.pending),
                "digest": _digest(observed, request.pending),
                "hyperparameters": None if fitted is None else fitted.to_dict(),
                "log_acquisition": [
                    float(value) if math.isfinite(value) else None for value in log_acquisition
                ],
                "notes": [*observed.left_out, *notes],
                "version": __version__,
            },
            predictions=None if fitted is None else self._predictions(arms, self._told),
            best_arm=None if fitted is None else self._best_arm(fitted),
        )

    def _best_arm(self, fitted: Hyperparameters) -> tuple[Arm, TModelPredictArm]:
        """The observed arm with the best posterior mean, and its predictions."""
        observed = self._observed[self._objective.metric.name]
        x = observed.observations.x
        mean, _ = predict(self._encoding.problem, observed.observations, fitted, x)
        arm = observed.arms[int(np.argmax(mean))]
        return arm, prediction_at(self._predictions([arm], self._told), 0)

    # Predictions -----------------------------------------------------------------------------

    @property
    def _told(self) -> list[str]:
        """The metrics that generator runs predict."""
        return self._known if self.model.track else [self._objective.metric.name]

    @property
    def _known(self) -> list[str]:
        """The metrics that have usable observations."""
        return [metric for metric, observed in self._observed.items() if observed.arms]

    def _fitted(self, metric: str) -> Hyperparameters:
        """The metric's hyperparameters, fitted now unless they were before."""
        if metric not in self._fits:
            started = time.perf_counter()
            proposal = suggest(
                self._encoding.problem,
                self._observed[metric].observations,
                seed=derived_seed(self.model.seed, "fit", metric),
            )
            assert proposal.hyperparameters is not None  # noqa: S101 - there are observations
            self._fits[metric] = proposal.hyperparameters
            self._fit_time += time.perf_counter() - started
        return self._fits[metric]

    def predict(self, observation_features: Sequence[ObservationFeatures]) -> TModelPredict:
        """Means and covariances of all metrics that have data. See `ModelBridge.predict`.

        Raises:
            ValueError: There are no observations, or a point lies outside the search space.
        """
        if not self._known:
            raise ValueError(f"{self._model_key} predicts from observations, and there are none")
        for features in observation_features:
            if self._encoding.row(features.parameters) is None:
                raise ValueError(
                    f"cannot predict at {features.parameters}: expected a value inside the search "
                    f"space for each of {[p.name for p in self._encoding.parameters]}"
                )
        return self._predictions([Arm(f.parameters) for f in observation_features], self._known)

    def _predictions(self, arms: Sequence[Arm], metrics: Iterable[str]) -> TModelPredict:
        x = to_model(self._encoding.problem, self._encoding.rows(arms))
        means: dict[str, list[float]] = {}
        covariances: dict[str, dict[str, list[float]]] = {}
        for metric in metrics:
            observations = self._observed[metric].observations
            mean, sd = predict(self._encoding.problem, observations, self._fitted(metric), x)
            sign = self._sign if metric == self._objective.metric.name else 1.0
            means[metric] = [float(sign * value) for value in mean]
            covariances[metric] = {metric: [float(value) ** 2 for value in sd]}
        return means, covariances


def _is_part(space: SearchSpace, *, of: SearchSpace) -> bool:
    """Whether every arm of a space has its place in another one of the same parameters."""
    if set(space.parameters) != set(of.parameters):
        return False
    for name, parameter in space.parameters.items():
        outer = of.parameters[name]
        if isinstance(parameter, FixedParameter):
            inside = outer.validate(parameter.value)
        elif isinstance(parameter, RangeParameter):
            inside = (
                isinstance(outer, RangeParameter)
                and outer.lower <= parameter.lower
                and parameter.upper <= outer.upper
            )
        else:
            inside = isinstance(outer, ChoiceParameter) and all(
                value in outer.values for value in getattr(parameter, "values", ())
            )
        if not inside:
            return False
    return True


def _digest(observed: Observed, pending: Sequence[Arm]) -> str:
    """Names exactly what the model saw, so that a replay can tell whether it sees the same."""
    digest = hashlib.sha256()
    for array in (
        observed.observations.x,
        observed.observations.y,
        observed.observations.noise,
    ):
        digest.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
    for arm in pending:
        digest.update(arm.signature.encode())
    return digest.hexdigest()[:32]
