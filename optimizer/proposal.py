"""What a suggestion comes back with."""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.shapes import Float

__all__ = ["Proposal"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """Points to try next.

    Attributes:
        values: Raw values, snapped, inside the space; one row per point.
        x: The same in model units.
        mean: What the model expects there, in the units of y, a column per outcome where y has
            them; NaN where there is no model.
        sd: Its standard deviation, without noise; NaN likewise.
        log_acquisition: Log of what each point is worth, in standardised units; NaN likewise.
        fits: The fit of each outcome's model, to be passed as `warm` next time; empty where there
            is no model.
        notes: What was done other than planned, in words.
        exhausted: True where the space holds fewer new points than were asked for.
        bucket: Padded number of rows; 0 where there is no model.
    """

    values: Float[np.ndarray, "q d"]
    x: Float[np.ndarray, "q d"]
    mean: Float[np.ndarray, "q *o"]
    sd: Float[np.ndarray, "q *o"]
    log_acquisition: Float[np.ndarray, " q"]
    fits: tuple[Hyperparameters, ...]
    notes: tuple[str, ...]
    exhausted: bool
    bucket: int

    @property
    def hyperparameters(self) -> Hyperparameters | None:
        """The fit of the first outcome's model; None where there is no model."""
        return self.fits[0] if self.fits else None

    def followed_by(self, rest: "Proposal") -> "Proposal":
        """These points, then others that were made without a model."""
        nothing = np.full((len(rest.values), *self.mean.shape[1:]), np.nan)
        return Proposal(
            values=np.concatenate([self.values, rest.values]),
            x=np.concatenate([self.x, rest.x]),
            mean=np.concatenate([self.mean, nothing]),
            sd=np.concatenate([self.sd, nothing]),
            log_acquisition=np.concatenate([self.log_acquisition, rest.log_acquisition]),
            fits=self.fits,
            notes=self.notes + rest.notes,
            exhausted=rest.exhausted,
            bucket=self.bucket,
        )
