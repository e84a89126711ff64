"""Quasi-random arms: a scrambled Sobol sequence over the search space, no data needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.errors import NothingLeftError
from armwright.experiment import Arm
from armwright.generation.encoding import encode
from armwright.generation.model_bridge import Generated, ModelBridge
from armwright.generation.seed import fresh_seed
from armwright.optimizer import sobol

if TYPE_CHECKING:
    from armwright.experiment import OptimizationConfig, SearchSpace

__all__ = ["SobolBridge", "SobolGenerator"]


@final
class SobolGenerator:
    """Where a Sobol sequence stands.

    Attributes:
        seed: Decides the scrambling, hence every point; fresh if it is not given.
        init_position: The position in the sequence of the next point.
        deduplicate: Whether arms the experiment has already are never made again.

    Raises:
        NotImplementedError: `scramble` is False, or `generated_points` are given.
    """

    def __init__(
        self,
        seed: int | None = None,
        deduplicate: bool = False,
        init_position: int = 0,
        scramble: bool = True,
        generated_points: Any = None,
    ) -> None:
        self.seed = fresh_seed() if seed is None else seed
        self.init_position = init_position
        self.deduplicate = deduplicate
        if not scramble:
            raise NotImplementedError("Sobol arms are always scrambled, got scramble=False")
        if generated_points is not None:
            raise NotImplementedError(
                "Sobol arms are deduplicated against the experiment's arms; pass the experiment "
                "in place of generated_points"
            )


@final
class SobolBridge(ModelBridge):
    """Makes arms of a Sobol sequence; rejects those that break a linear constraint.

    Args:
        search_space: Where arms come from.
        experiment: Instead of a search space, an experiment, whose arms are not made again.
        data: Not needed; accepted as the other models accept it.
        model_key: Name in the generator runs.
        **model_kwargs: Those of `SobolGenerator`.
    """

    def __init__(
        self,
        search_space: SearchSpace | None = None,
        experiment: Any = None,
        data: Any = None,
        optimization_config: OptimizationConfig | None = None,
        model_key: str = "Sobol",
        **model_kwargs: Any,
    ) -> None:
        super().__init__(
            search_space=search_space,
            experiment=experiment,
            data=data,
            optimization_config=optimization_config,
            model_key=model_key,
            model_kwargs=model_kwargs,
        )
        self._generator = SobolGenerator(**model_kwargs)

    @property
    def model(self) -> SobolGenerator:
        """The sequence, with its seed."""
        return self._generator

    def _gen(
        self,
        n: int,
        search_space: SearchSpace,
        optimization_config: OptimizationConfig | None,  # noqa: ARG002 - quasi-random arms have no aim
        pending: list[Arm],
        options: dict[str, Any],  # noqa: ARG002 - no options
    ) -> Generated:
        encoding, sequence = encode(search_space), self._generator
        known: list[Arm] = []
        if sequence.deduplicate:
            known = list(pending)
            if self._experiment is not None:
                known += list(self._experiment.arms_by_signature.values())
        draw = sobol(
            encoding.problem,
            seed=sequence.seed,
            start=sequence.init_position,
            count=n,
            exclude=encoding.rows(known),
        )
        if len(draw.values) < n:
            raise NothingLeftError(
                f"the search space has no {n} further arms: {len(known)} are used up, "
                f"{len(draw.values)} were found",
                hint="widen a bound, add values, or end the experiment here",
            )
        metadata = {
            "seed": sequence.seed,
            "init_position": sequence.init_position,
            "next_position": draw.next_position,
        }
        sequence.init_position = draw.next_position
        arms = [Arm(parameters=encoding.parameterization(row)) for row in draw.values]
        return Generated(arms=arms, metadata=metadata)
