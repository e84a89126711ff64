"""Workers: commands that run the trials of an experiment, here or as jobs of a cluster.

Worker, WorkerOptions                               take, run, tell, until there is nothing to do
Event, TrialStarted, TrialStep, TrialEnded, Remark, WorkDone
                                                    what a worker says while it works
BatchScript, submit_slurm, submit_local             how many workers are started
SlurmJob, jobs_gone                                 what the scheduler knows
renew                                               a sign of life from a shell
"""

from armwright.working.events import Event, Remark, TrialEnded, TrialStarted, TrialStep, WorkDone
from armwright.working.options import WorkerOptions
from armwright.working.slurm_job import SlurmJob, jobs_gone
from armwright.working.worker import Worker

__all__ = [
    "Event",
    "Remark",
    "SlurmJob",
    "TrialEnded",
    "TrialStarted",
    "TrialStep",
    "WorkDone",
    "Worker",
    "WorkerOptions",
    "jobs_gone",
]
