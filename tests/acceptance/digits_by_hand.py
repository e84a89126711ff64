"""Tunes a digits model with a Metric and a Runner of one's own; a script that a user might write.

    python digits_by_hand.py --trials 8                        from the beginning to the end
    python digits_by_hand.py --trials 6 --save a.json --save b      a part, kept in two forms
    python digits_by_hand.py --trials 8 --load a.json          the rest, in another process

Prints the arms and their accuracies as JSON.
"""

import argparse
import json

from armwright import ax

SEED = 7


class CrossValidation(ax.Runner):
    """Evaluates a support vector machine where it stands, and notes the accuracies."""

    def __init__(self, folds):
        self.folds = folds

    def run(self, trial):
        from sklearn.datasets import load_digits
        from sklearn.model_selection import StratifiedKFold, cross_val_score
        from sklearn.svm import SVC

        pixels, digits = load_digits(return_X_y=True)
        split = StratifiedKFold(n_splits=self.folds, shuffle=True, random_state=0)
        model = SVC(**trial.arm.parameters)
        scores = cross_val_score(model, pixels[:600], digits[:600], cv=split)
        return {"name": f"fit-{trial.index}", "scores": [float(score) for score in scores]}


class Accuracy(ax.Metric):
    """The mean of the accuracies that the runner noted."""

    def fetch_trial_data(self, trial, **kwargs):  # noqa: ARG002
        scores = trial.run_metadata["scores"]
        mean = sum(scores) / len(scores)
        variance = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
        sem = (variance / len(scores)) ** 0.5
        return ax.Data.from_evaluations({trial.arm.name: {self.name: (mean, sem)}}, trial.index)


def beginning():
    """The experiment without trials."""
    space = ax.SearchSpace(
        [
            ax.RangeParameter("C", ax.ParameterType.FLOAT, 1e-2, 1e3, log_scale=True),
            ax.RangeParameter("gamma", ax.ParameterType.FLOAT, 1e-6, 1e-1, log_scale=True),
        ]
    )
    return ax.Experiment(
        space,
        name="digits",
        optimization_config=ax.OptimizationConfig(ax.Objective(Accuracy("accuracy"))),
        runner=CrossValidation(folds=3),
    )


def main():
    """Goes on with an experiment until it has so many trials."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--trials", type=int)
    arguments.add_argument("--load")
    arguments.add_argument("--save", action="append", default=[])
    options = arguments.parse_args()

    ax.register_metric(Accuracy)
    ax.register_runner(CrossValidation)
    experiment = ax.load(options.load) if options.load else beginning()
    strategy = ax.choose_generation_strategy(experiment.search_space, random_seed=SEED)
    while experiment.num_trials < options.trials:
        trial = experiment.new_trial(strategy.gen(experiment)).run()
        experiment.attach_data(trial.fetch_data())
        trial.mark_completed()
    for path in options.save:
        ax.save(experiment, path)

    results = [
        [trial.generator_run._model_key, trial.arm.parameters, trial.objective_mean]
        for trial in experiment.trials.values()
    ]
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    main()
