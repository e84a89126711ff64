"""Several good solutions instead of one: what to try for them, and which runs they are.

After the initial design runs take turns: each looks for one of the solutions, away from all better
ones (`armwright.optimizer.suggest_diverse`). Best are those of the top fifth that lie apart.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from armwright.generation.encoding import encode, failing_arms, latest_data, observe, open_arms
from armwright.generation.gaussian_process import GaussianProcess
from armwright.generation.judged_by import MODEL, acquisition_name
from armwright.generation.outcomes import outcomes_of
from armwright.generation.seed import derived_seed
from armwright.generation_options import checked_generation
from armwright.optimizer import select_diverse, suggest_diverse, to_model
from armwright.sigopt.domain import domain_experiment
from armwright.sigopt.former_bounds import widened
from armwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import Experiment, GeneratorRun
    from armwright.experiment.aliases import TModelPredict
    from armwright.generation.outcomes import Outcomes
    from armwright.optimizer import Policy, Proposal

__all__ = ["diverse_best", "diverse_run"]

Json = dict[str, Any]

_TURN = "for solution"  # how a note of the search begins
_SHARE = 0.2  # of the runs, the best ones, are good enough


def diverse_run(
    experiment: Experiment,
    *,
    solutions: int,
    seed: int,
    ahead: int,
    options: Mapping[str, Any] | None = None,
    deadline: float | None = None,
) -> GeneratorRun | None:
    """Makes an arm for one of the solutions.

    Args:
        experiment: What to learn from.
        solutions: How many are wanted.
        seed: Decides the arm.
        ahead: How many arms others are making at this moment; they are made too, and left to them.
        options: What the experiment says of its model; see `armwright.generation_options`.
        deadline: When to be done, by `time.monotonic()`; the best so far is taken then.

    Returns:
        The arm, or None where nothing was measured yet or no point is left.
    """
    from armwright.experiment import Arm, GeneratorRun

    said = checked_generation(options)
    model = GaussianProcess(seed=seed, **said)
    config = experiment.optimization_config
    assert config is not None  # noqa: S101 - every definition has one
    data = latest_data(experiment)
    if not len(data.df):
        return None
    encoding = encode(experiment.search_space)
    policy = model.policy(encoding)
    observed = {name: observe(encoding, experiment, data, name) for name in config.metrics}
    known = outcomes_of(config, observed, {}, {})
    if not known.metrics or known.goal.objectives != 1:
        return None
    failing = failing_arms(experiment, data, known.metrics[:1])
    lost = {arm.signature for arm in failing}
    waiting = [arm for arm in open_arms(experiment) if arm.signature not in lost]
    pending, failed = (
        to_model(encoding.problem, encoding.rows(arms)) for arms in (waiting, failing)
    )
    proposal = suggest_diverse(
        encoding.problem,
        known.measured,
        solutions=solutions,
        goal=known.goal,
        pending=pending,
        seed=derived_seed(seed, "diverse", len(known.arms), len(waiting) + len(failing)),
        count=1 + ahead,
        failed=failed,
        policy=policy,
        within=None if deadline is None else max(deadline - time.monotonic(), 0.0),
        settings=model.settings,
    )
    if not len(proposal.values):
        return None
    return GeneratorRun(
        arms=[Arm(parameters=encoding.parameterization(proposal.values[-1]))],
        model_key="Diverse",
        model_kwargs=said,
        bridge_kwargs={},
        model_predictions=_expected(known, proposal),
        gen_metadata={
            "seed": seed,
            "observations": len(known.arms),
            "pending": len(waiting),
            **({"failed": len(failing)} if failing else {}),
            **_judged(
                known,
                proposal,
                policy,
                ahead=ahead,
                failed=len(failing),
                pending=len(waiting),
            ),
            "ahead": ahead,
            "version": __version__,
        },
        generation_step_index=1,
    )


def _judged(
    known: Outcomes,
    proposal: Proposal,
    policy: Policy,
    *,
    ahead: int,
    failed: int,
    pending: int,
) -> Json:
    """What the search for the last of the points made large, and what of the model is known."""
    fits = dict(zip(known.metrics, (fit.to_dict() for fit in proposal.fits), strict=False))
    turns = [note for note in proposal.notes if note.startswith(_TURN)]
    mine = turns[-1:] if len(turns) == 1 + ahead else []  # else there was no room left
    worth = float(proposal.log_acquisition[-1])
    found: Json = {
        "hyperparameters": next(iter(fits.values()), None),
        **({"fits": fits} if len(fits) > 1 else {}),
        "log_acquisition": [worth if math.isfinite(worth) else None],
        "notes": [*known.notes, *(it for it in proposal.notes if it not in turns), *mine],
    }
    if fits and math.isfinite(worth):
        name = acquisition_name(
            known.goal, policy, bounds=len(known.goal.lower), failed=failed, pending=pending
        )
        apart = ", beyond the better solutions" if mine and f"{_TURN} 1 " not in mine[0] else ""
        found |= {"model": MODEL, "acquisition": f"{name}{apart}"}
    return found


def _expected(known: Outcomes, proposal: Proposal) -> TModelPredict | None:
    """What is expected of each metric at the last of the points; None without a model or time."""
    if not proposal.fits or not np.isfinite([proposal.mean[-1], proposal.sd[-1]]).all():
        return None
    pairs = zip(known.metrics, known.signs, proposal.mean[-1], proposal.sd[-1], strict=True)
    found = {name: (sign * float(mean), float(sd) ** 2) for name, sign, mean, sd in pairs}
    return (
        {name: [mean] for name, (mean, _) in found.items()},
        {name: {name: [variance]} for name, (_, variance) in found.items()},
    )


def diverse_best(
    definition: Mapping[str, Any], runs: Sequence[Json], scores: Sequence[float]
) -> list[Json]:
    """Of good runs those that lie apart, best first; also those outside of narrowed bounds.

    Args:
        definition: Of the experiment.
        runs: Those that may be best.
        scores: How good each is, larger is better.
    """
    space = widened(definition, [run["assignments"] for run in runs])
    encoding = encode(domain_experiment(space).search_space)
    placed = [
        (run, row, score)
        for run, score in zip(runs, scores, strict=True)
        if (row := encoding.row(run["assignments"])) is not None
    ]
    if not placed:
        return []
    x = to_model(encoding.problem, encoding.table([row for _, row, _ in placed]))
    y = np.array([score for _, _, score in placed], np.float64)
    chosen = select_diverse(encoding.problem, x, y, definition["num_solutions"], share=_SHARE)
    return [placed[int(at)][0] for at in chosen]
