"""Arrays in, arrays out: space-filling points, a Gaussian process, and the next points to try.

Knows no file and no experiment. Importing this package loads NumPy alone; JAX comes with the first
call that fits a model, SciPy with it (and with regions too small for rejection).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from armwright.optimizer.columns import (
    Column,
    Condition,
    Problem,
    active,
    feasible,
    from_unit,
    lattice,
    to_model,
    to_values,
)
from armwright.optimizer.compiling import compiles_ahead
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.initial_design import initial_points
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Observations
from armwright.optimizer.pareto import hypervolume, pareto_front
from armwright.optimizer.policy import Cost, Policy
from armwright.optimizer.proposal import Proposal
from armwright.optimizer.sensitivity import Sensitivity
from armwright.optimizer.settings import Settings
from armwright.optimizer.space_filling import SobolDraw, sobol

if TYPE_CHECKING:
    from armwright.optimizer.column_importance import importance
    from armwright.optimizer.compiled import compile_count
    from armwright.optimizer.cross_validation import LeftOut, cross_validate
    from armwright.optimizer.diverse import select_diverse, suggest_diverse
    from armwright.optimizer.prediction import Predictor, predict, utility
    from armwright.optimizer.success import success_chance
    from armwright.optimizer.suggestion import suggest
    from armwright.optimizer.warming import Warmed, warm_up

__all__ = [
    "Column",
    "Condition",
    "Cost",
    "Goal",
    "Hyperparameters",
    "LeftOut",
    "Measurements",
    "Observations",
    "Policy",
    "Predictor",
    "Problem",
    "Proposal",
    "Sensitivity",
    "Settings",
    "SobolDraw",
    "Warmed",
    "active",
    "compile_count",
    "compiles_ahead",
    "cross_validate",
    "feasible",
    "from_unit",
    "hypervolume",
    "importance",
    "initial_points",
    "lattice",
    "pareto_front",
    "predict",
    "select_diverse",
    "sobol",
    "success_chance",
    "suggest",
    "suggest_diverse",
    "to_model",
    "to_values",
    "utility",
    "warm_up",
]

_LATER = {
    "Warmed": "armwright.optimizer.warming",
    "LeftOut": "armwright.optimizer.cross_validation",
    "compile_count": "armwright.optimizer.compiled",
    "cross_validate": "armwright.optimizer.cross_validation",
    "importance": "armwright.optimizer.column_importance",
    "Predictor": "armwright.optimizer.prediction",
    "predict": "armwright.optimizer.prediction",
    "select_diverse": "armwright.optimizer.diverse",
    "success_chance": "armwright.optimizer.success",
    "suggest": "armwright.optimizer.suggestion",
    "suggest_diverse": "armwright.optimizer.diverse",
    "utility": "armwright.optimizer.prediction",
    "warm_up": "armwright.optimizer.warming",
}


def __getattr__(name: str) -> Any:
    """Loads what needs JAX when it is first asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
