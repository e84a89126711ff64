"""Hyperopt's trials, kept as runs of a project: `SigOptTrials` while they are made, or afterwards.

Needs `pip install hyperopt`.
"""

from armwright.sigopt.hyperopt.trials import SigOptTrials, upload_trials

__all__ = ["SigOptTrials", "upload_trials"]
