"""SigOpt's names: `from armwright import sigopt` in place of `import sigopt`.

Experiments are folders below one root: what `set_store` was given, else `ARMWRIGHT_STORE`, else
`./armwright-store`. No token is needed; one that is set is ignored.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from armwright.sigopt.one_package import one_under_all_names

if TYPE_CHECKING:
    from armwright.sigopt import exception, interface, objects, validate
    from armwright.sigopt.calls import get_run_id, set_project
    from armwright.sigopt.factory import SigOptFactory, global_factory
    from armwright.sigopt.global_run import (
        log_checkpoint,
        log_dataset,
        log_failure,
        log_image,
        log_metadata,
        log_metric,
        log_metrics,
        log_model,
        params,
    )
    from armwright.sigopt.interface import Connection
    from armwright.sigopt.place import set_store
    from armwright.sigopt.store_driver import ClientDriver as driver

    create_run = global_factory.create_run
    create_aiexperiment = create_experiment = global_factory.create_experiment
    create_project = global_factory.create_project
    get_aiexperiment = global_factory.get_aiexperiment
    get_experiment = global_factory.get_experiment
    archive_aiexperiment = global_factory.archive_aiexperiment
    archive_experiment = global_factory.archive_experiment
    unarchive_aiexperiment = global_factory.unarchive_aiexperiment
    unarchive_experiment = global_factory.unarchive_experiment
    archive_run = global_factory.archive_run
    unarchive_run = global_factory.unarchive_run
    get_run = global_factory.get_run
    upload_runs = global_factory.upload_runs

__all__ = [
    "VERSION",
    "Connection",
    "SigOptFactory",
    "archive_aiexperiment",
    "archive_experiment",
    "archive_run",
    "create_aiexperiment",
    "create_experiment",
    "create_project",
    "create_run",
    "driver",
    "exception",
    "get_aiexperiment",
    "get_experiment",
    "get_run",
    "get_run_id",
    "interface",
    "load_ipython_extension",
    "log_checkpoint",
    "log_dataset",
    "log_failure",
    "log_image",
    "log_metadata",
    "log_metric",
    "log_metrics",
    "log_model",
    "objects",
    "params",
    "set_project",
    "set_store",
    "unarchive_aiexperiment",
    "unarchive_experiment",
    "unarchive_run",
    "upload_runs",
    "validate",
]

VERSION = "8.8.3"  # of the client whose calls these are

# What code for the service reaches as `sigopt.lib`, having said `import sigopt` alone.
_MODULES = frozenset(
    {
        *("aiexperiment_context", "compat", "config", "defaults", "endpoint", "exception"),
        *("factory", "file_utils", "interface", "lib", "local_run_context", "objects"),
        *("ratelimit", "request_driver", "resource", "run_context", "run_params"),
        *("sigopt_logging", "urllib3_patch", "validate", "version"),
    }
)
_PLACES = {
    "Connection": ("interface", "Connection"),
    "SigOptFactory": ("factory", "SigOptFactory"),
    "driver": ("store_driver", "ClientDriver"),
    "enable_print_logging": ("sigopt_logging", "enable_print_logging"),
    "get_default_project": ("defaults", "get_default_project"),
    "get_run_id": ("calls", "get_run_id"),
    "params": ("global_run", "params"),
    "set_project": ("calls", "set_project"),
    "set_store": ("place", "set_store"),
    "_global_factory": ("factory", "global_factory"),
    "_global_run_context": ("global_run", "global_run"),
}


def load_ipython_extension(ipython: Any) -> None:
    """Teaches a notebook `%%run`, `%%experiment` and `%%optimize`: `%load_ext armwright.sigopt`."""
    from armwright.sigopt.magics import SigOptMagics
    from armwright.sigopt.sigopt_logging import enable_print_logging

    enable_print_logging()
    ipython.register_magics(SigOptMagics)


def __getattr__(name: str) -> Any:
    """Loads each name when it is first asked for."""
    if name in _MODULES:
        return import_module(f"armwright.sigopt.{name}")
    if name in _PLACES:
        place, called = _PLACES[name]
        return getattr(import_module(f"armwright.sigopt.{place}"), called)
    if name.startswith("log_") and name in __all__:
        return getattr(import_module("armwright.sigopt.global_run"), name)
    if name in __all__:
        return getattr(import_module("armwright.sigopt.factory").global_factory, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


one_under_all_names(__name__)
