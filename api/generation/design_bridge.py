"""Arms from the search space alone: quasi-random, random and factorial designs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, final

from armwright.experiment import Arm
from armwright.generation.encoding import encode
from armwright.generation.exhausted import SearchSpaceExhausted
from armwright.generation.model_bridge import Generated, ModelBridge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.experiment import Experiment
    from armwright.generation.encoding import Encoding
    from armwright.generation.model_bridge import Request

__all__ = ["DesignBridge", "FactorialBridge"]


class DesignBridge(ModelBridge):
    """Makes arms without looking at data. See `ModelBridge`; an experiment's data is ignored.

    Its model is a generator: `gen(n, encoding, known)` gives rows and a record.
    """

    def _gen(self, request: Request) -> Generated:
        encoding = encode(request.search_space, held=request.held)
        known = list(request.pending)
        if self._experiment is not None:
            known += _tried(self._experiment)
        rows, metadata = self.model.gen(request.count, encoding, encoding.used(known))
        if len(rows) < request.count and not self.takes_all:
            used = len({arm.signature for arm in known})
            self._refuse(request.count, found=len(rows), used=used, encoding=encoding)
        arms = [Arm(parameters=encoding.parameterization(row)) for row in rows]
        return Generated(arms=arms, metadata=metadata)

    @staticmethod
    def _refuse(count: int, *, found: int, used: int, encoding: Encoding) -> NoReturn:
        if encoding.problem.discrete:
            raise SearchSpaceExhausted(wanted=count, found=found, used=used)
        raise ValueError(
            f"no point found that keeps the linear constraints: {found} of {count} in 10000 draws "
            "for each"
        )


@final
class FactorialBridge(DesignBridge):
    """Makes all combinations of the values of discrete parameters."""

    takes_all = True


def _tried(experiment: Experiment) -> Iterator[Arm]:
    """The arms that are not to be made again: those of trials, and a status quo that is to be run.

    That is the one to which a bound is relative; any other is tried like all points.
    """
    config, own = experiment.optimization_config, experiment.status_quo
    is_awaited = any(item.relative for item in (config.outcome_constraints if config else ()))
    spared = None if own is None or is_awaited else own.signature
    for signature, arm in experiment.arms_by_signature.items():
        trials = experiment.trials.values() if signature == spared else ()
        if signature != spared or any(it.signature == spared for t in trials for it in t.arms):
            yield arm
