"""The version of armwright, read by the build and written into every generator record."""

__all__ = ["__version__"]

__version__ = "0.1.0.dev0"
