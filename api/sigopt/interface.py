"""The core API: `Connection().experiments(7).suggestions().create()`, and all that is like it.

A connection knows paths and calls; what they do is its driver's business.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Protocol, final

from armwright.sigopt.endpoint import ApiEndpoint
from armwright.sigopt.exception import SigOptException
from armwright.sigopt.file_object import File
from armwright.sigopt.objects import (
    AIExperiment,
    BestAssignments,
    Checkpoint,
    Client,
    Experiment,
    Importances,
    MetricImportances,
    Observation,
    Organization,
    Pagination,
    Project,
    QueuedSuggestion,
    Session,
    StoppingCriteria,
    Suggestion,
    Token,
    TrainingRun,
)
from armwright.sigopt.resource import ApiResource
from armwright.sigopt.store_driver import StoreDriver
from armwright.sigopt.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Connection", "ConnectionImpl", "Driver", "get_connection"]


class Driver(Protocol):
    """What answers requests."""

    def request(
        self, method: str, path: list[Any], data: Any, headers: dict[str, str] | None
    ) -> dict[str, Any] | None:
        """Does what is asked and answers with a JSON object.

        Raises:
            ApiException: It is refused.
        """
        ...


def _one_or_page(wrap: type[Any]) -> Callable[..., Any]:
    def wrapped(body: dict[str, Any], *about: Any) -> Any:
        if body.get("object") == "pagination":
            return Pagination(wrap, body, *about)
        return wrap(body, *about)

    return wrapped


def _page(wrap: type[Any]) -> Callable[..., Any]:
    return lambda body, *about: Pagination(wrap, body, *about)


_VERBS: Final = {"create": "POST", "fetch": "GET", "update": "PUT", "delete": "DELETE"}


@final
class ConnectionImpl:
    """The resources there are.

    Args:
        driver: What answers.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        runs_below = (
            self._resource("checkpoints", Checkpoint, "create fetch"),
            self._resource("files", File, "create"),
        )
        best_runs = self._resource("best_training_runs", _page(TrainingRun), "fetch")
        runs = self._resource(
            "training_runs", TrainingRun, "create fetch update delete", below=runs_below
        )
        self.tokens = self._resource("tokens", Token, "fetch")
        self.experiments = self._resource(
            "experiments",
            Experiment,
            "create fetch update delete",
            below=(
                self._resource("suggestions", Suggestion, "create fetch update delete"),
                self._resource("queued_suggestions", QueuedSuggestion, "create fetch delete"),
                self._resource(
                    "observations",
                    Observation,
                    "create fetch update delete",
                    batch=_page(Observation),
                ),
                self._resource("best_assignments", BestAssignments, "fetch"),
                best_runs,
                self._resource("importances", Importances, "fetch"),
                self._resource("metric_importances", _page(MetricImportances), "fetch"),
                self._resource("stopping_criteria", StoppingCriteria, "fetch"),
                runs,
                self._resource("tokens", Token, "create"),
            ),
        )
        self.aiexperiments = self._resource(
            "aiexperiments",
            AIExperiment,
            "create fetch update delete",
            below=(self._resource("training_runs", TrainingRun, "create"), best_runs),
        )
        projects = self._resource(
            "projects",
            Project,
            "create fetch update",
            below=(
                self._resource("aiexperiments", AIExperiment, "create fetch"),
                self._resource("experiments", Experiment, "fetch"),
                self._resource(
                    "training_runs",
                    TrainingRun,
                    "create fetch",
                    batch=_page(TrainingRun),
                    below=runs_below,
                ),
            ),
        )
        self.clients = self._resource(
            "clients",
            Client,
            "fetch",
            below=(
                self._resource("experiments", Experiment, "create fetch"),
                projects,
                self._resource("tags", Tag, "create fetch"),
            ),
        )
        self.training_runs = self._resource(
            "training_runs",
            TrainingRun,
            "fetch update delete",
            below=(*runs_below, self._resource("tags", Tag, "create", gone=Tag)),
        )
        self.files = self._resource("files", File, "fetch")
        self.organizations = self._resource("organizations", Organization, "fetch")
        self.pki_sessions = self._resource("pki_sessions", Session, "create")

    def _resource(
        self,
        name: str,
        wrap: Any,
        verbs: str,
        *,
        batch: Callable[..., Any] | None = None,
        gone: Any = None,
        below: Sequence[ApiResource] = (),
    ) -> ApiResource:
        wrapped = _one_or_page(wrap) if isinstance(wrap, type) else wrap
        endpoints = [
            ApiEndpoint(None, None if verb == "delete" else wrapped, _VERBS[verb], verb)
            for verb in verbs.split()
        ]
        if gone is not None:  # what is taken away is answered
            endpoints.append(ApiEndpoint(None, gone, "DELETE", "delete"))
        if batch is not None:
            endpoints.append(ApiEndpoint("batch", batch, "POST", "create_batch"))
        return ApiResource(self, name, endpoints, below)

    def request(
        self, method: str, path: list[Any], data: Any, headers: dict[str, str] | None
    ) -> Any:
        """Asks the driver.

        Raises:
            SigOptException: It is refused, or the driver failed.
        """
        try:
            return self.driver.request(method, path, data, headers)
        except SigOptException:
            raise
        except Exception as error:
            raise SigOptException(str(error)) from error

    def set_api_url(self, api_url: str) -> None:
        """Tells the driver where to go."""
        self.driver.set_api_url(api_url)

    def set_client_token(self, client_token: str) -> None:
        """Tells the driver who asks."""
        self.driver.set_client_token(client_token)

    def set_verify_ssl_certs(self, verify_ssl_certs: Any) -> None:
        """Tells the driver whom to trust."""
        self.driver.verify_ssl_certs = verify_ssl_certs

    def set_proxies(self, proxies: Any) -> None:
        """Tells the driver by which way to go."""
        self.driver.proxies = proxies

    def set_timeout(self, timeout: float) -> None:
        """Tells the driver how long to wait."""
        self.driver.timeout = timeout

    def set_client_ssl_certs(self, client_ssl_certs: Any) -> None:
        """Tells the driver how to say who asks."""
        self.driver.client_ssl_certs = client_ssl_certs


def _http(*args: Any, **kwargs: Any) -> Any:
    from armwright.sigopt.request_driver import RequestDriver

    return RequestDriver(*args, **kwargs)


# Code that was written for the service's local stand-in finds our store instead.
_DRIVERS: Final = {"http": _http, "lite": StoreDriver, "store": StoreDriver}


@final
class Connection:
    """The core API, on our store unless it is told otherwise.

    Args:
        *args: For the driver.
        driver: Makes what answers: a callable, or the name of one. "http" asks a server that has
            SigOpt's routes; "store" and "lite" are our store. Where None it is our store, and a
            token is accepted and ignored, but a token together with an `api_url` or a `session`
            asks that server.
        **kwargs: For the driver. Ours needs none; what a connection over the network takes is
            accepted.

    Raises:
        ValueError: There is no driver of this name, or that of HTTP has no token.
        ImportError: The driver of HTTP needs `requests`.
    """

    def __init__(
        self, *args: Any, driver: str | Callable[..., Any] | None = None, **kwargs: Any
    ) -> None:
        if driver is None:
            driver = "http" if _names_a_server(*args, **kwargs) else "store"
        if isinstance(driver, str):
            if driver not in _DRIVERS:
                raise ValueError(
                    f"driver should be one of {', '.join(_DRIVERS)} or a callable, got {driver!r}"
                )
            driver = _DRIVERS[driver]
        self.impl = ConnectionImpl(driver(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        if name in _RESOURCES or name in _SETTERS:
            return getattr(self.impl, name)
        raise AttributeError(f"a connection has no {name!r}; it has {', '.join(_RESOURCES)}")


def _names_a_server(
    client_token: Any = None, *_: Any, api_url: Any = None, session: Any = None, **__: Any
) -> bool:
    return bool(client_token) and (api_url is not None or session is not None)


_RESOURCES = (
    *("clients", "aiexperiments", "experiments", "files", "organizations", "tokens"),
    *("training_runs", "pki_sessions"),
)
_SETTERS = (
    *("set_api_url", "set_verify_ssl_certs", "set_proxies", "set_timeout"),
    *("set_client_ssl_certs", "set_client_token"),
)

_global_connection: Connection | None = None
_lock = threading.Lock()


def get_connection() -> Connection:
    """The connection that this process shares; made when it is first asked for."""
    global _global_connection
    with _lock:
        if _global_connection is None:
            _global_connection = Connection()
        return _global_connection
