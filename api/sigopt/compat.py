"""SigOpt's place for the JSON library: here it is Python's own."""

import json

__all__ = ["json"]
