"""Arms from a Gaussian process of each metric: expected improvement, within outcome constraints."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn, final

import numpy as np

from armwright.experiment import Arm, MultiObjective, ObservationFeatures
from armwright.experiment.model_predict import prediction_at
from armwright.generation.best_row import best_row
from armwright.generation.effectless import effectless
from armwright.generation.encoding import (
    Encoding,
    Observed,
    checked_values,
    encode,
    failing_arms,
    latest_data,
    observe,
)
from armwright.generation.exhausted import SearchSpaceExhausted
from armwright.generation.judged_by import MODEL, acquisition_name
from armwright.generation.metric_models import MetricModels
from armwright.generation.model_bridge import Generated, ModelBridge
from armwright.generation.modelable import check_modelable as check_modelable
from armwright.generation.outcome_bounds import status_quo_means
from armwright.generation.outcomes import outcomes_of
from armwright.generation.restricted_search import best_within
from armwright.generation.seed import derived_seed
from armwright.generation.space_parts import is_part
from armwright.optimizer import (
    Hyperparameters,
    sobol,
    suggest,
    to_model,
    utility,
)
from armwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from armwright.experiment import TModelPredict, TModelPredictArm, TParameterization
    from armwright.generation.model_bridge import Request
    from armwright.optimizer import Policy

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
        check_modelable(self.optimization_config, self.search_space, self._own_arm())
        if self._data is None:
            self._data = latest_data(experiment)
        self._encoding = encode(self.search_space)
        config = self.optimization_config
        assert config is not None  # noqa: S101 - check_modelable refused None
        names = dict.fromkeys(
            [*config.metrics, *(row["metric_name"] for row in self._data.records())]
        )
        observed = {metric: self._observe(metric) for metric in names}
        self._outcomes = outcomes_of(
            config, observed, self._status_quo(), self.model.objective_thresholds
        )
        self._policy = self.model.policy(self._encoding)
        self._models = MetricModels(
            self._encoding, self._outcomes, observed, self.model.seed, self._policy.draws
        )
        self._models.settings = self.model.settings
        aimed = self._outcomes.metrics[: self._outcomes.goal.weights.shape[1]]
        self._failing = failing_arms(experiment, self._data, aimed)

    def _status_quo(self) -> dict[str, float]:
        """What the status quo measured, of the metrics with relative constraints."""
        experiment, config, arm = self._experiment, self.optimization_config, self._own_arm()
        assert experiment is not None  # noqa: S101 - refused in _fit
        assert config is not None  # noqa: S101 - likewise
        assert self._data is not None  # noqa: S101 - set in _fit
        relative = {c.metric.name for c in config.outcome_constraints if c.relative}
        return status_quo_means(experiment, self._data, arm, sorted(relative))

    def _own_arm(self) -> Arm | None:
        """What relative constraints refer to: the arm that was named, else the status quo."""
        assert self._experiment is not None  # noqa: S101 - refused in _fit
        name = self._status_quo_name
        if name is None:
            return self._experiment.status_quo
        if name not in self._experiment.arms_by_name:
            raise ValueError(f"status_quo_name: the experiment has no arm {name!r}")
        return self._experiment.arms_by_name[name]

    def _observe(self, metric: str) -> Observed:
        assert self._experiment is not None  # noqa: S101 - refused in _fit
        assert self._data is not None  # noqa: S101 - set in _fit
        observed = observe(self._encoding, self._experiment, self._data, metric)
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

    # Arms ------------------------------------------------------------------------------------

    def _gen(self, request: Request) -> Generated:
        space, config = request.search_space, request.optimization_config
        whole = space is self.search_space or space == self.search_space
        if config != self.optimization_config or not (
            whole or is_part(space, of=self.search_space)
        ):
            return self._elsewhere(request)
        if whole:
            return self._gen_anywhere(request)
        return self._gen_within(request, encode(space, held=self._held(request)))

    def _held(self, request: Request, *, fidelities: bool = True) -> TParameterization:
        """Values that every arm is to have: those asked for, else those of targets."""
        columns, parameters = self._encoding.problem.columns, self._encoding.parameters
        tasks = {
            p.name for p, column in zip(parameters, columns, strict=False) if column.role == "task"
        }
        targets = {
            name: value
            for name, value in self._encoding.targets.items()
            if fidelities or name in tasks
        }
        return {**targets, **request.held}

    def _elsewhere(self, request: Request) -> Generated:
        """Asks a model made for it for what this one was not made for."""
        other = GaussianProcessBridge(
            self.model.again(),
            search_space=request.search_space,
            experiment=self._experiment,
            data=self._data,
            optimization_config=request.optimization_config,
            model_key=self._model_key,
            status_quo_name=self._status_quo_name,
        )
        return other._gen(request)

    def _gen_anywhere(self, request: Request) -> Generated:
        encoding, known = self._encoding, self._outcomes
        judges_fidelity = self._policy.search_for != "improvement" and known.goal.objectives == 1
        held = checked_values(
            request.search_space, self._held(request, fidelities=not judges_fidelity)
        )
        if not known.metrics:
            return self._filling(request, encode(request.search_space, held=held))
        pending = self._awaited(request)
        proposal = suggest(
            encoding.problem,
            known.measured,
            goal=known.goal,
            pending=to_model(encoding.problem, encoding.rows(pending)),
            warm=[self._warm(metric) for metric in known.metrics],
            seed=derived_seed(self.model.seed, "gp", len(known.arms), len(request.pending)),
            count=request.count,
            remaining=request.remaining,
            within=request.within,
            held=encoding.columns_of(held),
            failed=to_model(encoding.problem, encoding.rows(self._failing)),
            policy=self._policy,
            settings=self.model.settings,
        )
        if len(proposal.values) < request.count:
            self._refuse(request, found=len(proposal.values))
        self._models.size = proposal.bucket
        if proposal.fits:
            self._models.fits.update(zip(known.metrics, proposal.fits, strict=True))
            self.model.fits = {metric: self._models.fits[metric] for metric in known.metrics}
        return self._described(
            request, encoding, proposal.values, proposal.log_acquisition, proposal.notes
        )

    def _warm(self, metric: str) -> Hyperparameters | None:
        """What the metric's fit may start from."""
        earlier: dict[str, Hyperparameters] = self.model.fits
        first = earlier.get("") if metric == self._outcomes.metrics[0] else None
        return self._models.fits.get(metric, earlier.get(metric, first))

    def _filling(self, request: Request, encoding: Encoding) -> Generated:
        """Space-filling arms, for want of observations."""
        used = encoding.used(request.pending)
        seed = derived_seed(self.model.seed, "gp", 0, len(request.pending))
        draw = sobol(
            encoding.problem, seed=seed, start=len(used), count=request.count, exclude=used
        )
        if len(draw.values) < request.count:
            self._refuse(request, found=len(draw.values))
        nothing = np.full(request.count, np.nan)
        note = "no observations: the points fill the space"
        return self._described(request, encoding, draw.values, nothing, (note,))

    def _gen_within(self, request: Request, part: Encoding) -> Generated:
        """Arms from a part of the space, one after the other, the earlier ones pending."""
        if not self._outcomes.metrics:
            return self._filling(request, part)
        problem, known = self._encoding.problem, self._outcomes
        fits = [self._models.fitted(metric) for metric in known.metrics]
        awaited = self._awaited(request)
        taken = [*known.arms, *awaited, *self._failing]
        seed, used = derived_seed(self.model.seed, "gp within", len(taken)), part.used(taken)
        pending, rows, scores = awaited, part.table([]), list[float]()

        def score(values: NDArray[np.float64]) -> NDArray[np.float64]:
            arms = [Arm(part.parameterization(row)) for row in values]
            return utility(
                problem,
                known.measured,
                fits,
                to_model(problem, self._encoding.rows(arms)),
                goal=known.goal,
                pending=to_model(problem, self._encoding.rows(pending)),
                failed=to_model(problem, self._encoding.rows(self._failing)),
                seed=seed,
            )

        for place in range(request.count):
            found = best_within(
                part.problem, score, seed=seed + place, used=np.concatenate([used, rows])
            )
            if found is None:
                self._refuse(request, found=len(rows))
            rows = np.concatenate([rows, found[None, :]])
            scores.append(float(score(found[None, :])[0]))
            pending.append(Arm(part.parameterization(found)))
        notes = ["a part of the search space: screened, not searched along gradients"]
        policy = replace(self._policy, search_for="improvement", draws_known=False)
        if policy != self._policy:
            notes.append("a part of the search space: searched for improvement over what is known")
        return self._described(request, part, rows, np.array(scores), notes, policy=policy)

    def _refuse(self, request: Request, *, found: int) -> NoReturn:
        known = (*self._outcomes.arms, *request.pending)
        used = len({arm.signature for arm in known})
        raise SearchSpaceExhausted(wanted=request.count, found=found, used=used)

    def _described(
        self,
        request: Request,
        encoding: Encoding,
        rows: NDArray[np.float64],
        log_acquisition: NDArray[np.float64],
        notes: Iterable[str],
        *,
        policy: Policy | None = None,
    ) -> Generated:
        """The arms of these rows, with all there is to say of them.

        Args:
            request: What was asked for.
            encoding: The way from rows to arms.
            rows: The arms.
            log_acquisition: What was expected of each.
            notes: How they came about.
            policy: How they were judged, where it was not as the model is set.
        """
        known, config = self._outcomes, self.optimization_config
        assert config is not None  # noqa: S101 - refused in _fit
        idle = effectless(self.model.said, config, self.search_space, is_held=bool(request.held))
        arms = [Arm(encoding.parameterization(row)) for row in rows]
        fits = {m: self._models.fits[m].to_dict() for m in known.metrics if m in self._models.fits}
        in_time = bool(fits) and self._has_time_to_predict(request)
        is_judged = bool(fits) and request.within != 0.0 and np.isfinite(log_acquisition).any()
        made = Generated(
            arms=arms,
            metadata={
                "seed": self.model.seed,
                "observations": len(known.arms),
                "pending": len(request.pending),
                **({"failed": len(self._failing)} if self._failing else {}),
                "digest": self._models.digest([*request.pending, *self._unnamed(request)]),
                **(self._judged_by(request, policy or self._policy) if is_judged else {}),
                "hyperparameters": next(iter(fits.values()), None),
                **({"fits": fits} if len(fits) > 1 else {}),
                "log_acquisition": [
                    float(value) if math.isfinite(value) else None for value in log_acquisition
                ],
                "notes": [*known.notes, *idle, *notes],
                "version": __version__,
            },
            predictions=self._models.predictions(arms, self._told) if in_time else None,
            best_arm=self._best_arm() if in_time else None,
        )
        self._fit_time, self._models.fit_time = self._fit_time + self._models.fit_time, 0.0
        return made

    def _has_time_to_predict(self, request: Request) -> bool:
        """Whether predictions may be made: with a deadline only by the arm's own program.

        Another one may have to be compiled, which nobody waits for.
        """
        if request.within is None:
            return True
        known, looks_ahead = self._outcomes, self._policy.search_for != "improvement"
        is_same = not self._failing and self._told == list(known.metrics)
        if known.goal.objectives == 1 and looks_ahead:
            is_same = False
        return request.within > 0.0 and is_same

    def _judged_by(self, request: Request, policy: Policy) -> dict[str, str]:
        """The model, and what it was asked for, in words."""
        known = self._outcomes
        acquisition = acquisition_name(
            known.goal,
            policy,
            bounds=len(known.goal.lower),
            failed=len(self._failing),
            pending=len(self._awaited(request)),
            draws=max((len(fit.draws) for fit in self._models.fits.values()), default=0),
        )
        return {"model": MODEL, "acquisition": acquisition}

    def _awaited(self, request: Request) -> list[Arm]:
        """The arms of the request that did not come to nothing."""
        failing = {arm.signature for arm in self._failing}
        return [arm for arm in request.pending if arm.signature not in failing]

    def _unnamed(self, request: Request) -> list[Arm]:
        """Failing arms that the request does not name."""
        named = {arm.signature for arm in request.pending}
        return [arm for arm in self._failing if arm.signature not in named]

    def _best_arm(self) -> tuple[Arm, TModelPredictArm] | None:
        """The observed arm of the largest expected gain over the worst one, and its predictions.

        The gain counts as far as the arm is expected to keep the constraints: it is multiplied with
        the probability. Of several objectives no arm is the best.
        """
        known, config = self._outcomes, self.optimization_config
        if config is None or isinstance(config.objective, MultiObjective):
            return None
        arm = known.arms[self._best_row()]
        return arm, prediction_at(self._models.predictions([arm], self._told), 0)

    def _best_row(self) -> int:
        """The best row at the task and fidelity that count, of those measured there if any were."""
        known, problem = self._outcomes, self._encoding.problem
        x, targets = known.measured.x, self._encoding.columns_of(dict(self._encoding.targets))
        if not targets:
            return best_row(known, *self._models.expected(x))
        values = self._encoding.rows(known.arms)
        there = values.copy()
        for column, value in targets.items():
            there[:, column] = value
        rows = np.flatnonzero((values == there).all(axis=1))
        rows = rows if len(rows) else np.arange(len(x))
        mean, sd = self._models.expected(to_model(problem, there[rows]))
        return int(rows[best_row(known, mean, sd)])

    # Predictions -----------------------------------------------------------------------------

    @property
    def _told(self) -> list[str]:
        """The metrics that generator runs predict."""
        return self._models.known if self.model.track else list(self._outcomes.metrics)

    def predict(self, observation_features: Sequence[ObservationFeatures]) -> TModelPredict:
        """Means and covariances of all metrics that have data. See `ModelBridge.predict`.

        Raises:
            ValueError: There are no observations, or a point lies outside the search space.
        """
        if not self._models.known:
            raise ValueError(f"{self._model_key} predicts from observations, and there are none")
        for features in observation_features:
            if self._encoding.row(features.parameters) is None:
                raise ValueError(
                    f"cannot predict at {features.parameters}: expected a value inside the search "
                    f"space for each of {[p.name for p in self._encoding.parameters]}"
                )
        return self._models.predictions(
            [Arm(f.parameters) for f in observation_features], self._models.known
        )
