"""Runners that do real work, the metrics that fetch what it measured, and the watch over both.

LocalProcessRunner, LocalProcessMetric   a command line per arm, on this machine
ExecutorRunner, ExecutorMetric           a Python function on any concurrent.futures executor
PollableRunner, LimitedRunner            what a runner of yours may offer besides `run`
TrialFailedError                         how a metric says that a trial came to nothing
TrialWatch                               starts trials, and finds out how each one ended
"""

from armwright.running.executor_metric import ExecutorMetric
from armwright.running.executor_runner import ExecutorRunner
from armwright.running.import_path import object_at
from armwright.running.local_process_metric import LocalProcessMetric
from armwright.running.local_process_runner import LocalProcessRunner
from armwright.running.polling import LimitedRunner, PollableRunner
from armwright.running.trial_failed import TrialFailedError
from armwright.running.trial_watch import TrialWatch

__all__ = [
    "ExecutorMetric",
    "ExecutorRunner",
    "LimitedRunner",
    "LocalProcessMetric",
    "LocalProcessRunner",
    "PollableRunner",
    "TrialFailedError",
    "TrialWatch",
    "object_at",
]
