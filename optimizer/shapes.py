"""Shapes in signatures: jaxtyping's names where it is loaded, inert stand-ins where it is not.

Write `Float[Array, "n d"]` in JAX code and `Float[np.ndarray, "n d"]` in NumPy code. The tests load
jaxtyping before this module, so there every call is checked; a user's process neither needs
jaxtyping nor pays for its import. One vocabulary of dimensions:

    n  observations, padded or not      d  columns of the problem    D  features (one-hot choices)
    k  points asked about               q  points proposed           s  posterior draws
    c  centers of neighbourhoods        m  searches                  f  starts of a fit
    r  linear constraints               p  pending points            t  hyperparameters, d + 2
    o  outcomes, each with its model    g  objectives                b  bounded outcomes
    w  outcomes in objectives, o - b    v  strips below a front         e  normal numbers
    u  task columns                     h  fidelity columns             T  task features
    l  failed points                    z  draws of the maximum         i  points to know
"""

import sys
from typing import TYPE_CHECKING, Any

__all__ = ["Array", "Bool", "Float", "Int", "UInt", "operand"]

if TYPE_CHECKING or "jaxtyping" in sys.modules:
    from jax import Array
    from jaxtyping import Bool, Float, Int, UInt
else:
    Array = Any

    class _Unchecked:
        """Stands for an array type of any shape: `Float[np.ndarray, "n"]` is `np.ndarray`."""

        def __class_getitem__(cls, item: tuple[Any, str]) -> Any:
            return item[0]

    Bool = Float = Int = UInt = _Unchecked


def operand(array: Any) -> Any:
    """A NumPy array as the program's argument, which is a JAX array once the program runs."""
    return array
