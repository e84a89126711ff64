"""The table of routes, and the way of a request through it."""

from __future__ import annotations

from typing import Any, Final

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import plain_json
from armwright.sigopt.routes import (
    aiexperiments,
    clients,
    experiments,
    insight,
    observations,
    run_files,
    suggestions,
    tags,
    training_runs,
)
from armwright.sigopt.routes.request import Handler, Request

__all__ = ["ROUTES", "answer"]

Json = dict[str, Any]

_EXPERIMENT = "experiments/*"
_PROJECT = "clients/*/projects/*"

# By method and path; a star stands for an id. Of two that fit the first counts.
ROUTES: Final[dict[str, Handler]] = {
    "GET tokens/*": clients.token,
    "POST pki_sessions": clients.begin_session,
    "GET organizations": clients.organizations,
    "GET organizations/*": clients.organization,
    "GET clients/*": clients.client,
    "POST clients/*/experiments": experiments.create,
    "GET clients/*/experiments": experiments.list_all,
    "POST clients/*/projects": clients.create_project,
    "GET clients/*/projects": clients.projects,
    "POST clients/*/tags": tags.create,
    "GET clients/*/tags": tags.list_all,
    f"GET {_PROJECT}": clients.project,
    f"PUT {_PROJECT}": clients.update_project,
    f"GET {_PROJECT}/experiments": experiments.list_of_project,
    f"POST {_PROJECT}/aiexperiments": aiexperiments.create_in_project,
    f"GET {_PROJECT}/aiexperiments": aiexperiments.list_of_project,
    f"POST {_PROJECT}/training_runs": training_runs.create_in_project,
    f"GET {_PROJECT}/training_runs": training_runs.list_of_project,
    f"POST {_PROJECT}/training_runs/batch": training_runs.create_batch,
    f"POST {_PROJECT}/training_runs/*/checkpoints": training_runs.add_checkpoint,
    f"GET {_PROJECT}/training_runs/*/checkpoints": training_runs.checkpoints,
    "POST experiments": experiments.create,
    "GET experiments": experiments.list_all,
    f"GET {_EXPERIMENT}": experiments.fetch,
    f"PUT {_EXPERIMENT}": experiments.update,
    f"DELETE {_EXPERIMENT}": experiments.delete,
    f"POST {_EXPERIMENT}/suggestions": suggestions.create,
    f"GET {_EXPERIMENT}/suggestions": suggestions.list_all,
    f"DELETE {_EXPERIMENT}/suggestions": suggestions.delete_all,
    f"GET {_EXPERIMENT}/suggestions/*": suggestions.fetch,
    f"PUT {_EXPERIMENT}/suggestions/*": suggestions.update,
    f"DELETE {_EXPERIMENT}/suggestions/*": suggestions.delete,
    f"POST {_EXPERIMENT}/queued_suggestions": suggestions.enqueue,
    f"GET {_EXPERIMENT}/queued_suggestions": suggestions.list_queue,
    f"GET {_EXPERIMENT}/queued_suggestions/*": suggestions.fetch_queued,
    f"DELETE {_EXPERIMENT}/queued_suggestions/*": suggestions.unqueue,
    f"POST {_EXPERIMENT}/observations": observations.create,
    f"POST {_EXPERIMENT}/observations/batch": observations.create_batch,
    f"GET {_EXPERIMENT}/observations": observations.list_all,
    f"DELETE {_EXPERIMENT}/observations": observations.delete_all,
    f"GET {_EXPERIMENT}/observations/*": observations.fetch,
    f"PUT {_EXPERIMENT}/observations/*": observations.update,
    f"DELETE {_EXPERIMENT}/observations/*": observations.delete,
    f"GET {_EXPERIMENT}/best_assignments": insight.best_assignments,
    f"GET {_EXPERIMENT}/best_training_runs": aiexperiments.best_runs_of_core,
    f"GET {_EXPERIMENT}/stopping_criteria": insight.stopping_criteria,
    f"GET {_EXPERIMENT}/importances": insight.importances,
    f"GET {_EXPERIMENT}/metric_importances": insight.metric_importances,
    f"POST {_EXPERIMENT}/tokens": clients.experiment_token,
    f"POST {_EXPERIMENT}/training_runs": training_runs.create_in_core_experiment,
    f"GET {_EXPERIMENT}/training_runs": training_runs.list_of_core_experiment,
    f"GET {_EXPERIMENT}/training_runs/*": training_runs.fetch_of_core_experiment,
    f"PUT {_EXPERIMENT}/training_runs/*": training_runs.replace_of_core_experiment,
    f"DELETE {_EXPERIMENT}/training_runs/*": training_runs.delete_of_core_experiment,
    f"POST {_EXPERIMENT}/training_runs/*/checkpoints": training_runs.add_checkpoint,
    f"GET {_EXPERIMENT}/training_runs/*/checkpoints": training_runs.checkpoints,
    "POST aiexperiments": aiexperiments.create,
    "GET aiexperiments": aiexperiments.list_all,
    "GET aiexperiments/*": aiexperiments.fetch,
    "PUT aiexperiments/*": aiexperiments.update,
    "DELETE aiexperiments/*": aiexperiments.delete,
    "POST aiexperiments/*/training_runs": training_runs.create_in_ai_experiment,
    "GET aiexperiments/*/best_training_runs": aiexperiments.best_runs,
    "GET training_runs": training_runs.list_all,
    "GET training_runs/*": training_runs.fetch,
    "PUT training_runs/*": training_runs.replace,
    "MERGE training_runs/*": training_runs.merge,
    "DELETE training_runs/*": training_runs.delete,
    "POST training_runs/*/checkpoints": training_runs.add_checkpoint,
    "GET training_runs/*/checkpoints": training_runs.checkpoints,
    "GET training_runs/*/checkpoints/*": training_runs.checkpoint,
    "POST training_runs/*/files": run_files.announce,
    "POST training_runs/*/tags": tags.add,
    "DELETE training_runs/*/tags/*": tags.remove,
    "GET files/*": run_files.fetch,
}


def answer(method: str, path: list[Any], data: Any, *, wanted: bool = True) -> Json | None:
    """Does what is asked.

    Args:
        method: GET, POST, PUT, MERGE or DELETE.
        path: Names and ids.
        data: Fields; may hold objects and arrays.
        wanted: Whether the answer is needed.

    Raises:
        ApiException: It is refused, or there is no such route. Status 404.
    """
    method, parts = method.upper(), [str(part) for part in path]
    body = plain_json(data or {})
    if not isinstance(body, dict):
        raise refused(f"the fields of a request should be an object, got {body!r}")
    for route, handler in ROUTES.items():
        verb, _, pattern = route.partition(" ")
        names = pattern.split("/")
        if verb == method and len(names) == len(parts):
            pairs = list(zip(names, parts, strict=True))
            if all(name in ("*", part) for name, part in pairs):
                ids = tuple(part for name, part in pairs if name == "*")
                return handler(Request(method=method, ids=ids, body=body, wanted=wanted))
    raise refused(f"there is no {method} of {'/'.join(parts)}", 404)
