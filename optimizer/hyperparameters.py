"""Hyperparameters of the model, as they travel with an experiment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from armwright.optimizer.shapes import Float

__all__ = ["Hyperparameters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """A fitted model's hyperparameters; inputs in [0, 1], targets standardised.

    Attributes:
        lengthscales: One per column.
        outputscale: Prior variance of the function around its level.
        noise: Variance of the noise, where observations do not bring their own.
        energy: Negative log posterior density per observation when it was fitted.
        observations: Number of observations it was fitted to.
        searched: Number of observations at the last fit from several fresh starts.
        drawn_in: Whether the targets' long tail was drawn in; see `armwright.optimizer.tail`.
        power: Of the targets' scale; None where they have none. See
            `armwright.optimizer.yeo_johnson`.
        input_warp: Parameters a and b of each column's warp; none where inputs are as they are. See
            `armwright.optimizer.kumaraswamy`.
        couplings: What tasks and fidelities have besides, as the program takes them; see
            `armwright.optimizer.couplings`.
        draws: Draws from the posterior of all of them, as the program takes them, which stand for
            the most probable ones above in predictions and searches; none usually.
        other: The last fit to the targets on the other scale, drawn in or not, to start from when
            that one's turn comes; has no `other` itself.
    """

    lengthscales: tuple[float, ...]
    outputscale: float
    noise: float
    energy: float = 0.0
    observations: int = 0
    searched: int = 0
    drawn_in: bool = False
    power: float | None = None
    input_warp: tuple[tuple[float, float], ...] = ()
    couplings: tuple[float, ...] = ()
    draws: tuple[tuple[float, ...], ...] = ()
    other: "Hyperparameters | None" = None

    def __post_init__(self) -> None:
        numbers = (*self.lengthscales, self.outputscale, self.noise)
        if not self.lengthscales or not all(math.isfinite(v) and v > 0 for v in numbers):
            raise ValueError(f"hyperparameters must be finite and positive, got {numbers}")
        if not all(math.isfinite(value) for value in self.couplings):
            raise ValueError(f"couplings must be finite, got {self.couplings}")

    def to_dict(self) -> dict[str, Any]:
        """A JSON object; `from_dict` gives the same hyperparameters back, bit for bit."""
        return {
            "lengthscales": list(self.lengthscales),
            "outputscale": self.outputscale,
            "noise": self.noise,
            "energy": self.energy,
            "observations": self.observations,
            "searched": self.searched,
            **({"drawn_in": True} if self.drawn_in else {}),
            **({} if self.power is None else {"power": self.power}),
            **({"input_warp": [list(one) for one in self.input_warp]} if self.input_warp else {}),
            **({"couplings": list(self.couplings)} if self.couplings else {}),
            **({"draws": [list(draw) for draw in self.draws]} if self.draws else {}),
            **({"other": self.other.to_dict()} if self.other else {}),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Hyperparameters":
        """Reads what `to_dict` wrote."""
        return cls(
            lengthscales=tuple(float(v) for v in document["lengthscales"]),
            outputscale=float(document["outputscale"]),
            noise=float(document["noise"]),
            energy=float(document["energy"]),
            observations=int(document["observations"]),
            searched=int(document["searched"]),
            drawn_in=bool(document.get("drawn_in", False)),
            power=None if document.get("power") is None else float(document["power"]),
            input_warp=tuple((float(a), float(b)) for a, b in document.get("input_warp", ())),
            couplings=tuple(float(v) for v in document.get("couplings", ())),
            draws=tuple(tuple(map(float, draw)) for draw in document.get("draws", ())),
            other=cls.from_dict(document["other"]) if "other" in document else None,
        )

    @property
    def scale(self) -> Literal["own", "log", "power"]:
        """What the targets were when it was fitted."""
        return "log" if self.drawn_in else "own" if self.power is None else "power"

    def on_scale(self, scale: str) -> "Hyperparameters | None":
        """The last fit to the targets on a scale, if it is known."""
        if self.scale == scale:
            return self
        return None if self.other is None else self.other.on_scale(scale)

    def after(self, earlier: "Hyperparameters | None") -> "Hyperparameters":
        """These, with what the earlier ones know of the other scale."""
        other = earlier if earlier is None or earlier.scale != self.scale else earlier.other
        return replace(self, other=None if other is None else replace(other, other=None))

    @property
    def logarithms(self) -> Float[np.ndarray, " t"]:
        """Logarithms of lengthscales; couplings; logarithms of outputscale and noise."""
        scales = np.log(np.array([*self.lengthscales, self.outputscale, self.noise], np.float64))
        return np.concatenate([scales[:-2], self.couplings, scales[-2:]])
