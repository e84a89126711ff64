"""Scrambled Sobol points, in NumPy alone, so that a first arm needs neither JAX nor SciPy.

Dimension j multiplies the bits of the point's position with a triangular generator matrix over
GF(2), whose columns follow the recurrence of the j-th primitive polynomial (Sobol 1967; Bratley and
Fox 1988, ACM TOMS 14, algorithm 659). A random lower triangular matrix and a random shift scramble
each dimension (Matousek 1998, J. Complexity 14, 527), so every seed is an unbiased draw, and each
aligned block of 2**k points still puts exactly one point in each of 2**k equal intervals of each
dimension.
"""

from functools import cache

import numpy as np

from armwright.optimizer.shapes import Float, UInt

__all__ = ["BITS", "sobol_points"]

BITS = 32
_HALF = 0.5


def sobol_points(
    width: int, *, seed: tuple[int, ...], start: int, count: int
) -> Float[np.ndarray, "k d"]:
    """Points number start .. start + count - 1 of the scrambled sequence, inside (0, 1).

    Args:
        width: Number of dimensions.
        seed: The scramble; equal seeds give equal bits.
        start: Position of the first point.
        count: Number of points.
    """
    if start < 0 or count < 0 or start + count > 2**BITS:
        raise ValueError(f"positions must lie in 0 .. 2**{BITS}, got {start} .. {start + count}")
    matrix, shift = _scrambled(width, seed)
    positions = np.arange(start, start + count, dtype=np.uint64)
    gray = positions ^ (positions >> np.uint64(1))
    points = np.broadcast_to(shift, (count, width)).copy()
    for bit in range(max(start + count - 1, 0).bit_length()):
        chosen = (gray >> np.uint64(bit)) & np.uint64(1)
        points ^= chosen[:, None] * matrix[None, :, bit]
    return (points.astype(np.float64) + _HALF) / 2.0**BITS


def _scrambled(
    width: int, seed: tuple[int, ...]
) -> tuple[UInt[np.ndarray, "d 32"], UInt[np.ndarray, " d"]]:
    """Direction numbers after a random triangular matrix per dimension, and the random shifts."""
    rng = np.random.default_rng([*seed, width])
    numbers = _direction_numbers(width)
    # Row b of the triangular matrix says which higher bits feed bit b; its diagonal is one.
    below = rng.integers(0, 2**BITS, size=(width, BITS), dtype=np.uint64)
    scrambled = np.zeros_like(numbers)
    for bit in range(BITS):  # bit 0 is the most significant
        place = np.uint64(BITS - 1 - bit)
        higher = np.uint64((2**bit - 1) << (BITS - bit))
        mask = (below[:, bit] & higher) | np.uint64(1 << (BITS - 1 - bit))
        scrambled |= (np.bitwise_count(numbers & mask[:, None]) & np.uint64(1)) << place
    return scrambled, rng.integers(0, 2**BITS, size=width, dtype=np.uint64)


@cache
def _direction_numbers(width: int) -> UInt[np.ndarray, "d 32"]:
    """Columns of the generator matrices, most significant bit first, as 32-bit whole numbers."""
    numbers = np.zeros((width, BITS), np.uint64)
    polynomials = _primitive_polynomials(width)
    for j in range(width):
        # Any odd first numbers below 2, 4, 8, ... make a Sobol sequence; the seed is fixed.
        free = np.random.default_rng([2003, j])
        polynomial = polynomials[j] if j < len(polynomials) else 0
        degree = max(polynomial.bit_length() - 1, 0) if polynomial else BITS
        odd = [
            1 if j == 0 else int(free.integers(0, 2**i)) * 2 + 1 for i in range(min(degree, BITS))
        ]
        for i in range(len(odd), BITS):
            if j == 0:
                odd.append(1)
                continue
            new = odd[i - degree] ^ (odd[i - degree] << degree)
            for k in range(1, degree):
                if polynomial >> (degree - k) & 1:
                    new ^= odd[i - k] << k
            odd.append(new)
        numbers[j] = [m << (BITS - 1 - i) for i, m in enumerate(odd)]
    return numbers


@cache
def _primitive_polynomials(count: int) -> tuple[int, ...]:
    """The first primitive polynomials over GF(2), by degree then value; bit k holds x**k.

    The first dimension uses none (its numbers are all 1), which the leading 1 stands for. Beyond
    degree 12, 480 polynomials, dimensions have free numbers throughout.
    """
    found = [1]
    for degree in range(1, 13):
        for low in range(1, 2**degree, 2):
            if len(found) >= count:
                return tuple(found)
            if _is_primitive(low | 1 << degree, degree):
                found.append(low | 1 << degree)
    return tuple(found)


def _is_primitive(polynomial: int, degree: int) -> bool:
    """Whether x has order 2**degree - 1 modulo the polynomial, by stepping through its powers."""
    power = 1
    for exponent in range(1, 2**degree):
        power <<= 1
        if power >> degree & 1:
            power ^= polynomial
        if power == 1:
            return bool(exponent == 2**degree - 1)
    return False
