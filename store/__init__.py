"""The store: an experiment is a folder of immutable files, written by anyone, locked by no one.

    folder = ExperimentFolder.create("./runs/lr", document={...}, config={...})
    number = folder.add_trial(lambda number, state: {"lr": 0.1}, claim={})
    folder.end(number, 1, {"state": "completed", "data": {"accuracy": 0.9}})
    folder.refresh().trials[number].status  # "completed"

Documents and tables go in, files come out; what the documents mean is their writers' business. The
format is described in docs/format.md.

Whether a place can be trusted, and whether a folder keeps every promise, say
`armwright.store.doctor.doctor` and `armwright.store.verify.verify`.
"""

from armwright.store.absence import experiments
from armwright.store.compaction import CompactionReport
from armwright.store.create import create
from armwright.store.diagnosis import Diagnosis
from armwright.store.document import read_document, write_document
from armwright.store.errors import (
    ArmwrightError,
    BusyError,
    ConflictError,
    ExperimentExistsError,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    InvalidNameError,
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
    UnavailableError,
    UncertainError,
)
from armwright.store.fact import END_STATES
from armwright.store.files import Outcome
from armwright.store.folder import ExperimentFolder
from armwright.store.garbage import GarbageReport
from armwright.store.heartbeat import Heartbeat
from armwright.store.lease import Released, Watcher
from armwright.store.location import check_name, experiment_url
from armwright.store.promise import Promise
from armwright.store.state import AttemptFacts, Damage, Stamp, State, TrialFacts, TrialState
from armwright.store.tables import arms_table, data_table, export_tables, trials_table
from armwright.store.verdict import Acknowledged, Problem, Report
from armwright.store.view import view_sql

__all__ = [
    "END_STATES",
    "Acknowledged",
    "ArmwrightError",
    "AttemptFacts",
    "BusyError",
    "CompactionReport",
    "ConflictError",
    "Damage",
    "Diagnosis",
    "ExperimentExistsError",
    "ExperimentFolder",
    "ExperimentNotFoundError",
    "ExperimentUnfinishedError",
    "GarbageReport",
    "Heartbeat",
    "InvalidNameError",
    "Outcome",
    "Problem",
    "Promise",
    "Released",
    "Report",
    "Stamp",
    "State",
    "StoreError",
    "TrialEndedError",
    "TrialFacts",
    "TrialNotFoundError",
    "TrialState",
    "UnavailableError",
    "UncertainError",
    "Watcher",
    "arms_table",
    "check_name",
    "create",
    "data_table",
    "experiment_url",
    "experiments",
    "export_tables",
    "read_document",
    "trials_table",
    "view_sql",
    "write_document",
]
