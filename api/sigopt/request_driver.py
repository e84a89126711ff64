"""The driver under the name by which SigOpt code knows it."""

from armwright.sigopt.store_driver import DEFAULT_HTTP_TIMEOUT
from armwright.sigopt.store_driver import StoreDriver as RequestDriver

__all__ = ["DEFAULT_HTTP_TIMEOUT", "RequestDriver"]
