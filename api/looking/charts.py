"""The charts of one experiment by name, as Vega-Lite specifications; what is slow is made once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, final

from armwright.errors import NothingLeftError, UsageError
from armwright.looking.best import Best, best_of
from armwright.looking.model import model_of, usual_point
from armwright.looking.parallel import MOST_AXES
from armwright.looking.posterior import Slice, contour_of, slices_of
from armwright.looking.reading import look

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.experiment import Experiment, TParameterization, TParamValue
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.looking.axis import Axis
    from armwright.looking.bounds import Bounds
    from armwright.looking.ends import Ends
    from armwright.looking.feasibility import Feasibility
    from armwright.looking.front import Front
    from armwright.looking.influence import Influences
    from armwright.looking.left_out import CrossValidation
    from armwright.looking.looked_at import LookedAt
    from armwright.looking.posterior import Contour
    from armwright.looking.timeline import Timeline
    from armwright.looking.trace import Trace
    from armwright.persistence import StoredExperiment

__all__ = ["Charts"]

_SLICES = 6  # parameters that are sliced where none is named


@final
class Charts:
    """What there is to draw of an experiment as it is when this is made.

    Args:
        subject: In memory or in a folder.

    Attributes:
        seen: The experiment as records.
    """

    def __init__(self, subject: Experiment | StoredExperiment) -> None:
        self._subject = subject
        self.seen: LookedAt = look(subject)
        self._influences: dict[str, Influences] = {}
        self._best: Best | None = None

    @cached_property
    def model(self) -> GaussianProcessBridge:
        """The model that is asked.

        Raises:
            UsageError: There are too few results for one.
        """
        return model_of(self._subject, self.seen)

    @property
    def modelled(self) -> str:
        """The metric that is asked for where none is named: the first objective, or a part of it.

        Raises:
            UsageError: There is no objective.
        """
        config = self.model.optimization_config
        if config is None:
            raise UsageError(f"{self.seen.name!r} has no objective")
        return config.objective.metrics[0].name

    def best(self) -> Best:
        """The best trial, by the experiment's own rule.

        Raises:
            NothingLeftError: No completed trial keeps the constraints.
            UsageError: There is no objective, or are several.
        """
        if self._best is None:
            self._best = best_of(self._subject, self.seen, lambda: self.model)
        return self._best

    def order(self, metric: str | None = None) -> tuple[str, ...]:
        """Parameters in the order in which many are drawn: what matters most first, if known."""
        if len(self.seen.tuned) <= MOST_AXES:
            return ()
        try:
            return tuple(item.parameter for item in self.influences(metric).items)
        except UsageError:  # no model yet
            return ()

    def influences(self, metric: str | None = None) -> Influences:
        """How much each parameter matters to a metric, the first objective where none is named."""
        from armwright.looking.influence import influences_of

        name = metric or self.modelled
        if name not in self._influences:
            self._influences[name] = influences_of(self.model, name)
        return self._influences[name]

    def slices(
        self,
        parameters: tuple[str, ...] = (),
        metric: str | None = None,
        around: Mapping[str, TParamValue] | None = None,
    ) -> list[Slice]:
        """What the model expects along parameters; along those that matter most if none is named.

        Raises:
            UsageError: A parameter is unknown, or there is no model.
        """
        name = metric or self.modelled
        names = parameters or tuple(item.parameter for item in self.influences(name).items)
        axes = [self._axis(item) for item in names]
        axes = axes if parameters else [axis for axis in axes if axis.is_tuned][:_SLICES]
        if not axes:
            raise UsageError(f"{self.seen.name!r} has no parameter to tune")
        return slices_of(self.model, axes, metric=name, around=self._held(around))

    def contour(
        self,
        parameters: tuple[str, str] | None = None,
        metric: str | None = None,
        around: Mapping[str, TParamValue] | None = None,
    ) -> Contour:
        """What the model expects over two parameters, the two that matter most if none is named.

        Raises:
            UsageError: A parameter is unknown, there are fewer than two, or there is no model.
        """
        name = metric or self.modelled
        names = parameters or tuple(
            item.parameter
            for item in self.influences(name).items
            if self._axis(item.parameter).is_range
        )
        if len(names) < 2:
            raise UsageError(f"a contour needs two parameters with a range, there are {len(names)}")
        across, up = self._axis(names[0]), self._axis(names[1])
        return contour_of(self.model, across, up, metric=name, around=self._held(around))

    def cross_validation(self, metric: str | None = None) -> CrossValidation:
        """What the model expects of each result without it."""
        from armwright.looking.left_out import cross_validation_of

        return cross_validation_of(self.model, metric or self.modelled)

    def bounds(self) -> Bounds:
        """How the outcome constraints are kept.

        Raises:
            UsageError: There is none, or no trial is completed.
        """
        from armwright.looking.bounds import bounds_of

        found = bounds_of(self.seen)
        if not found.share.count:
            raise UsageError(f"{self.seen.name!r} has no completed trial yet")
        return found

    def feasibility(self) -> Feasibility:
        """Where trials failed or broke a constraint, and how likely that is elsewhere.

        Raises:
            UsageError: Nothing failed and there is no constraint, or there is no model of it yet.
        """
        from armwright.looking.feasibility import feasibility_of

        space = self._subject.search_space
        try:
            around = self._best_parameters
        except UsageError:  # nothing has a result
            around = self.seen.trials[0].parameters if self.seen.trials else {}
        return feasibility_of(self.seen, space, lambda: self.model, around, whole=self._whole)

    def ends(self) -> Ends:
        """How trials ended.

        Raises:
            UsageError: Nothing went wrong so far.
        """
        from armwright.looking.ends import ends_of

        ends = ends_of(self.seen)
        if not ends.kinds and not ends.infeasible:
            raise UsageError(f"nothing went wrong in {self.seen.name!r} so far")
        return ends

    def timeline(self) -> Timeline:
        """Who ran what when.

        Raises:
            UsageError: Nobody has run anything yet.
        """
        from armwright.looking.timeline import timeline_of

        timeline = timeline_of(self.seen)
        if not timeline.spans:
            raise UsageError(f"nobody has run a trial of {self.seen.name!r} yet")
        return timeline

    def trace(self, metric: str | None = None) -> Trace:
        """The results of an objective, the first one where none is named, trial by trial.

        Raises:
            UsageError: There is no result yet, or no objective.
        """
        from armwright.looking.trace import trace_of

        trace = trace_of(self.seen, metric)
        if not trace.points:
            raise UsageError(f"{self.seen.name!r} has no result of {trace.metric} yet")
        return trace

    def front(self) -> Front:
        """The trade-offs between several objectives.

        Raises:
            UsageError: There are fewer than two objectives, or no trial measured all of them yet.
        """
        from armwright.looking.front import front_of

        front = front_of(self.seen)
        if not front.points:
            raise UsageError(f"{self.seen.name!r} has no trial yet that measured all objectives")
        return front

    def known(self, metric: str) -> int:
        """How many results of a metric the model knows."""
        from armwright.generation.diagnostics import models_of

        return len(models_of(self.model)._observed[metric].arms)

    def figure(
        self,
        kind: str,
        *,
        metric: str | None = None,
        parameters: tuple[str, ...] = (),
        with_lines: bool = True,
    ) -> dict[str, Any]:
        """A chart by the name of its kind; see `figure_of`."""
        from armwright.looking.figures import figure_of

        return figure_of(self, kind, metric=metric, parameters=parameters, with_lines=with_lines)

    def text(
        self,
        kind: str,
        *,
        metric: str | None = None,
        parameters: tuple[str, ...] = (),
        width: int = 80,
    ) -> Iterator[str]:
        """A chart as lines of text; see `text_of`."""
        from armwright.looking.texts import text_of

        yield from text_of(self, kind, metric=metric, parameters=parameters, width=width)

    def _whole(self, parameters: Mapping[str, TParamValue]) -> TParameterization:
        """Parameters with values for those that they switch off, or that came after them."""
        from armwright.persistence import StoredExperiment

        subject = self._subject
        if not isinstance(subject, StoredExperiment):
            return dict(parameters)
        maker, state = subject.asker.maker, subject.state
        return dict(maker.whole(maker.completed(parameters, state), state))

    def _axis(self, name: str) -> Axis:
        for axis in self.seen.axes:
            if axis.name == name:
                return axis
        known = ", ".join(axis.name for axis in self.seen.axes)
        raise UsageError(f"no parameter {name!r}, expected one of {known}")

    def _held(self, around: Mapping[str, TParamValue] | None) -> dict[str, TParamValue]:
        for name in around or {}:
            self._axis(name)
        return {**self._best_parameters, **(around or {})}

    @cached_property
    def _best_parameters(self) -> Mapping[str, TParamValue]:
        """Those of the best trial; where none is best, of the first on the front or the last."""
        try:
            return self.best().parameters
        except (NothingLeftError, UsageError):
            return usual_point(self.seen).parameters
