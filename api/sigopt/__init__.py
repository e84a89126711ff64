"""SigOpt's names: `from armwright import sigopt` in place of `import sigopt`.

Experiments are folders below one root: what `set_store` was given, else `ARMWRIGHT_STORE`, else
`./armwright-store`. No token is needed; one that is set is ignored.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from armwright.sigopt import exception, interface, objects, validate
    from armwright.sigopt.calls import (
        archive_experiment,
        archive_run,
        create_experiment,
        create_project,
        create_run,
        get_experiment,
        get_run,
        get_run_id,
        set_project,
        unarchive_experiment,
        unarchive_run,
    )
    from armwright.sigopt.factory import SigOptFactory
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
    from armwright.sigopt.upload import upload_runs

    create_aiexperiment = create_experiment
    get_aiexperiment = get_experiment
    archive_aiexperiment = archive_experiment
    unarchive_aiexperiment = unarchive_experiment

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

_MODULES = ("exception", "interface", "objects", "validate")
_PLACES = {
    "Connection": "interface",
    "SigOptFactory": "factory",
    "driver": "store_driver",
    "params": "global_run",
    "set_store": "place",
    "upload_runs": "upload",
}
_ALIASES = {"driver": "ClientDriver"} | {
    f"{verb}_aiexperiment": f"{verb}_experiment"
    for verb in ("archive", "create", "get", "unarchive")
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
    if name in __all__:
        place = _PLACES.get(name, "global_run" if name.startswith("log_") else "calls")
        return getattr(import_module(f"armwright.sigopt.{place}"), _ALIASES.get(name, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
