"""What is refused by its shape, before anything is looked at in the store."""

from armwright.sigopt.validate.aiexperiment_input import check_shape, validate_aiexperiment_input
from armwright.sigopt.validate.exceptions import ValidationError
from armwright.sigopt.validate.run_input import validate_run_input

__all__ = [
    "ValidationError",
    "check_shape",
    "validate_aiexperiment_input",
    "validate_run_input",
]
