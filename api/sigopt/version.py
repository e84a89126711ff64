"""SigOpt's place for the version of the client whose calls these are."""

from armwright.sigopt import VERSION

__all__ = ["VERSION"]
