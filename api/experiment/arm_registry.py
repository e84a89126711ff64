"""The arms of an experiment under their names."""

from collections.abc import Sequence
from typing import final

from armwright.experiment.arm import Arm
from armwright.experiment.comparable import Comparable

__all__ = ["ArmRegistry"]


@final
class ArmRegistry(Comparable):
    """Knows every arm of an experiment once.

    Invariant: one name belongs to one set of parameters, and one set of parameters has one name,
    because data refer to arms by name.

    Attributes:
        by_name: Arm name to arm.
        by_signature: Arm signature to arm.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, Arm] = {}
        self.by_signature: dict[str, Arm] = {}

    def check(self, arms: Sequence[Arm]) -> None:
        """Raises a ValueError if the names that some arms bring break the invariant."""
        names: dict[str, str] = {}  # of the arms given, by signature
        owners: dict[str, str] = {}  # the same by name
        for arm in arms:
            if not arm.has_name:
                continue
            name, signature = arm.name, arm.signature
            twin, namesake = self.by_signature.get(signature), self.by_name.get(name)
            known = names.setdefault(signature, name if twin is None else twin.name)
            if known != name:
                raise ValueError(
                    f"arm {name!r}: its parameters are those of arm {known!r} and must come "
                    "under that name or without one"
                )
            owner = owners.setdefault(name, signature if namesake is None else namesake.signature)
            if owner != signature:
                raise ValueError(f"arm {name!r}: the name belongs to an arm with other parameters")

    def add(self, arm: Arm, proposed_name: str) -> bool:
        """Adds an arm, under its own name if it has one or else the one known for its parameters.

        Returns:
            Whether the proposed name was used, because the arm was new and had none.
        """
        self.check([arm])
        known = self.by_signature.get(arm.signature)
        is_new_name = known is None and not arm.has_name
        if not arm.has_name:
            arm.name = proposed_name if known is None else known.name
        if known is None:
            self.by_name[arm.name] = self.by_signature[arm.signature] = arm
        return is_new_name

    def remove(self, arm: Arm) -> None:
        """Forgets an arm."""
        del self.by_name[arm.name]
        del self.by_signature[arm.signature]

    def free_name(self, name: str) -> str:
        """The name, or if it is taken the first free one of name_e0, name_e1, ..."""
        free, count = name, 0
        while free in self.by_name:
            free, count = f"{name}_e{count}", count + 1
        return free
