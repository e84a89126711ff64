"""The module's calls where a connection leads elsewhere than to our store in this process."""

from __future__ import annotations

import itertools
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.ai_experiment import AIExperimentContext
from armwright.sigopt.exception import (
    ApiException,
    ConflictingProjectException,
    ProjectNotFoundException,
)
from armwright.sigopt.fields import plain_json
from armwright.sigopt.global_run import global_params
from armwright.sigopt.new_run import default_name
from armwright.sigopt.run_context import RunContext
from armwright.sigopt.store_driver import ClientDriver, StoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["ConnectionCalls", "leads_elsewhere"]

logger = logging.getLogger(__name__)


def leads_elsewhere(connection: Any) -> bool:
    """Whether a connection is one to something else than our store in this process."""
    if connection is None:
        return False
    return not isinstance(connection.impl.driver, StoreDriver | ClientDriver)


@final
class ConnectionCalls:
    """The calls for one project over a connection.

    Args:
        connection: See `armwright.sigopt.Connection`.
        project: The project's id.
    """

    def __init__(self, connection: Any, project: str) -> None:
        self._connection, self._project = connection, project

    def make_experiment(self, body: Mapping[str, Any]) -> AIExperimentContext:
        """Makes an experiment of a body whose shape has been checked."""
        made = self._checked_project().aiexperiments().create(**plain_json(body))
        logger.info("experiment %s is made", made.id)
        return AIExperimentContext(made, self._connection)

    def get_experiment(self, experiment_id: str | int) -> AIExperimentContext:
        """Looks an experiment up, and warns where it belongs to another project."""
        found = self._connection.aiexperiments(experiment_id).fetch()
        if found.project != self._project:
            logger.warning(
                "experiment %s belongs to the project %r, not to %r",
                found.id,
                found.project,
                self._project,
            )
        return AIExperimentContext(found, self._connection)

    def archive_experiment(self, experiment_id: str | int, *, include_runs: bool) -> None:
        """Puts an experiment aside, on request with all its runs."""
        asked = {"include_runs": "true" if include_runs else "false"}
        self._connection.aiexperiments(experiment_id).delete(**asked)

    def unarchive_experiment(self, experiment_id: str | int) -> None:
        """Brings an experiment back."""
        self._connection.aiexperiments(experiment_id).update(state="active")

    def create_run(self, name: str | None, metadata: Mapping[str, Any] | None) -> RunContext:
        """Begins a run outside any experiment."""
        name = default_name(self._project) if name is None else name
        made = self._checked_project().training_runs().create(name=name, metadata=metadata)
        logger.info("run %s has begun", made.id)
        return RunContext(self._connection, made, global_params())

    def get_run(self, run_id: str | int) -> Any:
        """Looks a run up, as it is now."""
        return self._connection.training_runs(run_id).fetch()

    def archive_run(self, run_id: str | int) -> None:
        """Puts a run aside."""
        self._connection.training_runs(run_id).delete()

    def unarchive_run(self, run_id: str | int) -> None:
        """Brings a run back."""
        self._connection.training_runs(run_id).update(deleted=False)

    def upload_runs(self, runs: Iterable[Mapping[str, Any]], most: int) -> list[Any]:
        """Adds runs that were done elsewhere, so many with a request."""
        uploaded: list[Any] = []
        resource = self._checked_project().training_runs()
        for batch in _batches(runs, most):
            page = resource.create_batch(runs=plain_json(batch), fields="id")
            uploaded += page.iterate_pages()
        return uploaded

    def create_project(self, name: str | None) -> Any:
        """Makes the project.

        Raises:
            ConflictingProjectException: There is one of this id.
        """
        try:
            asked = {"id": self._project, "name": name or self._project}
            return self._client().projects().create(**asked)
        except ApiException as error:
            if error.status_code == HTTPStatus.CONFLICT:
                raise ConflictingProjectException(self._project) from error
            raise

    def _client(self) -> Any:
        client = self._connection.tokens("self").fetch().client
        return self._connection.clients(client)

    def _checked_project(self) -> Any:
        """The project's resource.

        Raises:
            ProjectNotFoundException: There is no such project.
        """
        project = self._client().projects(self._project)
        try:
            project.fetch()
        except ApiException as error:
            if error.status_code == HTTPStatus.NOT_FOUND:
                raise ProjectNotFoundException(self._project) from error
            raise
        return project


def _batches(items: Iterable[Any], most: int) -> Iterator[list[Any]]:
    left = iter(items)
    while batch := list(itertools.islice(left, most)):
        yield batch
