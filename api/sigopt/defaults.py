"""SigOpt's names for what there is to say about projects; see `project`."""

from armwright.sigopt.project import check_project_id as check_valid_project_id
from armwright.sigopt.project import current_project as get_default_project
from armwright.sigopt.project import normalize_project_id

__all__ = ["check_valid_project_id", "get_default_project", "normalize_project_id"]
