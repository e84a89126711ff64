"""Hyperopt's trials as runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.factory import SigOptFactory
from armwright.sigopt.local_run_context import LocalRunContext

try:
    from hyperopt import STATUS_FAIL, STATUS_OK, Trials
except ImportError as error:
    raise ImportError("armwright.sigopt.hyperopt needs Hyperopt: pip install hyperopt") from error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["SigOptTrials", "upload_trials"]

Json = dict[str, Any]

_SOURCE = "Hyperopt"
_SOURCE_META = {"sort": 1, "default_show": True}


@final
class SigOptTrials:
    """Trials for `hyperopt.fmin(trials=...)`, each a run of a project once it has ended.

    Args:
        project: Its id.
        trials: Hyperopt's own; new ones where None.
        online: Whether runs are written while the trials are made, or by `upload` alone.

    Attributes:
        uploaded_tids: The id of the run of each trial that has one.
    """

    def __init__(self, project: str, trials: Any = None, online: bool = True) -> None:  # noqa: FBT001, FBT002 - as callers give it
        self.factory = SigOptFactory(project)
        self.online = online
        self.uploaded_tids: dict[int, str] = {}
        self._trials: Any = Trials() if trials is None else trials
        if online:
            self._refresh_theirs = self._trials.refresh
            self._trials.refresh = self._refreshed

    @property
    def parameters(self) -> list[Json]:
        """The parameters of each trial."""
        return [self.trial_parameters(trial) for trial in self._trials.trials]

    def upload(
        self,
        trials: Iterable[Json] | None = None,
        validate: bool = False,  # noqa: FBT001, FBT002 - as callers give it
    ) -> dict[int, str]:
        """Writes those trials that have ended and have no run yet.

        Args:
            trials: Which; all where None.
            validate: Whether Hyperopt is to check them.

        Returns:
            The run's id of each trial that was written.

        Raises:
            ValueError: A trial that went well has no metric.
        """
        chosen = list(self._trials.trials if trials is None else trials)
        if validate:
            for trial in chosen:
                self._trials.assert_valid_trial(trial)
        fresh = [
            trial
            for trial in chosen
            if trial["result"].get("status") in (STATUS_OK, STATUS_FAIL)
            and trial["tid"] not in self.uploaded_tids
        ]
        runs = self.factory.upload_runs([self.trial_to_run(trial) for trial in fresh])
        found = {trial["tid"]: run.id for trial, run in zip(fresh, runs, strict=True)}
        self.uploaded_tids.update(found)
        return found

    def trial_to_run(self, trial: Mapping[str, Any]) -> Json:
        """A trial as `upload_runs` takes it."""
        result = trial["result"]
        run = LocalRunContext(
            name=f"{self.factory.project} {trial['tid']}", metadata={"optimizer": "hyperopt"}
        )
        run.log_parameters(self.trial_parameters(trial), _SOURCE, _SOURCE_META)
        if result["status"] == STATUS_FAIL:
            run.log_failure()
            return run.run
        metrics = {
            name: value
            for name, value in result.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        if not metrics:
            raise ValueError(f"trial {trial['tid']} has no metric, its result is {result!r}")
        run.log_metrics(metrics)
        run.log_state("completed")
        return run.run

    def trial_parameters(self, trial: Mapping[str, Any]) -> Json:
        """The parameters of a trial; those that its choices left out are not there."""
        values = trial.get("misc", {}).get("vals", {})
        return {name: value[0] for name, value in values.items() if value}

    def delete_all(self) -> None:
        """Forgets the trials; their runs stay."""
        self.uploaded_tids.clear()
        self._trials.delete_all()

    def _refreshed(self) -> Any:
        found = self._refresh_theirs()
        self.upload()
        return found

    def __iter__(self) -> Iterator[Json]:
        return iter(self._trials)

    def __len__(self) -> int:
        return len(self._trials)

    def __getitem__(self, place: Any) -> Any:
        return self._trials[place]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_trials":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._trials, name)


def upload_trials(project: str, trials: Iterable[Json]) -> dict[int, str]:
    """Writes trials of Hyperopt as runs of a project.

    Args:
        project: Its id.
        trials: As `Trials.trials` has them.

    Returns:
        The run's id of each trial.
    """
    return SigOptTrials(project, online=False).upload(trials, validate=True)
