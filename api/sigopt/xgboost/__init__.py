"""XGBoost with a run around it: `run` trains once and logs, `experiment` tunes; an extra.

    import armwright.sigopt.xgboost
    armwright.sigopt.xgboost.experiment({"name": "rings"}, train, [(test, "test")], params)

Needs `pip install 'armwright[xgboost]'`.
"""

from armwright.sigopt.xgboost.experiment import experiment
from armwright.sigopt.xgboost.run import run

__all__ = ["experiment", "run"]
