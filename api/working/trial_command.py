"""A worker's command with a trial's arm in it: by placeholder, by environment, by JSON file."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError
from armwright.persistence.environment import parameter_variables
from armwright.running.placeholders import filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.persistence import AskedTrial
    from armwright.working.work_folder import TrialFolder

__all__ = ["TrialCommand"]

_FACTS = (
    *("trial", "attempt", "arm", "slot", "folder", "checkpoint"),
    *("parameters_file", "result_file"),
)


@final
class TrialCommand:
    """The program to be run for each trial, and its arguments.

        placeholders    {lr} in a word is the value of parameter lr; also {trial}, {attempt}, {arm},
                        {slot}, {folder}, {checkpoint}, {parameters_file}, {result_file}; {{ and }}
                        are braces
        environment     ARMWRIGHT_PARAM_lr, and ARMWRIGHT_TRIAL and so on for the others;
                        ARMWRIGHT_PARAMETERS holds the arm as JSON, ARMWRIGHT_EXPERIMENT the URL
        JSON            the file {parameters_file}

    Of a parameter that a condition of the experiment switches off, a placeholder is its default
    value; environment and JSON do not have it.

    Args:
        words: Each a word; no shell splits them.
        url: Of the experiment.
        parameters: The names that arms have.
        environment: What the command finds beside its arm.

    Raises:
        UsageError: There is no word, a placeholder is unknown, or there is no such program.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        url: str,
        parameters: Sequence[str],
        environment: Mapping[str, str],
    ) -> None:
        if not words:
            raise UsageError(
                "which command? expected words after --, got none",
                hint="for example: -- ./train.sh --lr {lr}",
            )
        self.words = list(words)
        self._url, self._environment = url, environment
        # Shows what is unknown before a trial is taken.
        known = dict.fromkeys((*_FACTS, *parameters), "0")
        program, *_ = (filled(word, known) for word in self.words)
        if program == self.words[0] and shutil.which(program, path=environment.get("PATH")) is None:
            raise UsageError(
                f"cannot find the program {program!r}",
                hint="give its path, and make it executable",
            )

    def plan(
        self, trial: AskedTrial, folder: TrialFolder, slot: int
    ) -> tuple[list[str], dict[str, str]]:
        """Writes the trial's parameters file; returns the words to run and their environment."""
        parameters = dict(trial.parameters)
        text = json.dumps(parameters)
        folder.parameters.write_text(text + "\n", encoding="utf-8")
        values = (
            *(trial.number, trial.attempt, trial.arm.name, slot, folder.path, folder.checkpoint),
            *(folder.parameters, folder.result),
        )
        facts = dict(zip(_FACTS, values, strict=True))
        environment = {
            **self._environment,
            **{f"ARMWRIGHT_{name.upper()}": str(value) for name, value in facts.items()},
            "ARMWRIGHT_EXPERIMENT": self._url,
            "ARMWRIGHT_PARAMETERS": text,
            **parameter_variables(parameters),
        }
        # A word needs a value; of what a condition switches off it has the one that stands for it.
        values_of = {**trial.arm.parameters, **parameters}
        return [filled(word, {**facts, **values_of}) for word in self.words], environment
