"""Which device computes: the CPU, or for many observations a GPU where JAX has one.

`ARMWRIGHT_DEVICE` is `cpu`, `gpu`, or `auto`, the default: a GPU from `ARMWRIGHT_GPU_ROWS` rows on
(1,000 where that is not set). Below that a GPU waits for launches: some 0.5 to 1 ms for each step
of a fit, which takes a CPU 0.1 to 2 ms up to 300 rows. `scripts/bench/gpu.py` measures where a GPU
begins to pay on a machine at hand.
"""

import os

import jax

__all__ = ["device_for"]

_ROWS = 1000


def device_for(rows: int) -> jax.Device:
    """The device for programs of so many rows, padding included.

    Raises:
        ValueError: A setting cannot be understood, or asks for a GPU that JAX does not have.
    """
    chosen = os.environ.get("ARMWRIGHT_DEVICE", "auto").lower() or "auto"
    if chosen not in {"auto", "cpu", "gpu"}:
        raise ValueError(f"ARMWRIGHT_DEVICE: expected cpu, gpu or auto, got {chosen!r}")
    least = os.environ.get("ARMWRIGHT_GPU_ROWS", "") or str(_ROWS)
    if not least.isdecimal():
        raise ValueError(f"ARMWRIGHT_GPU_ROWS: expected a whole number, got {least!r}")
    if chosen == "gpu" or (chosen == "auto" and rows >= int(least)):
        gpu = _first("gpu")
        if gpu is not None:
            return gpu
        if chosen == "gpu":
            raise ValueError("ARMWRIGHT_DEVICE is gpu, and JAX has none in this process")
    # Where the user's JAX is limited to other platforms there is no CPU.
    return _first("cpu") or jax.local_devices()[0]


def _first(platform: str) -> jax.Device | None:
    try:
        return jax.local_devices(backend=platform)[0]
    except RuntimeError:
        return None
