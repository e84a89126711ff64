"""The metric for `LocalProcessRunner`: reads what the command printed last."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from armwright.experiment import Data, Metric
from armwright.running import process_group
from armwright.running.outcome import data_of, outcome_of
from armwright.running.trial_failed import TrialFailedError

if TYPE_CHECKING:
    from armwright.experiment import BaseTrial

__all__ = ["LocalProcessMetric"]


@final
class LocalProcessMetric(Metric):
    """Takes its value from the last line of standard output that is a JSON value holding it.

    The line is an object such as `{"accuracy": 0.93, "seconds": [12.0, 0.1]}`, whose values are
    means or pairs of mean and sem, or just a number or a pair. Lines that are not JSON may stand
    before and after it. There are no data before the process has ended with exit code 0.

    Args:
        name: Of the metric, and its key in the object unless `key` is given.
        lower_is_better: Whether smaller values are better; None if nobody said.
        key: Its key in the object.
    """

    def __init__(
        self,
        name: str,
        lower_is_better: bool | None = None,  # noqa: FBT001 - as in every Metric
        key: str | None = None,
    ) -> None:
        super().__init__(name, lower_is_better)
        self.key = key

    def fetch_trial_data(self, trial: "BaseTrial", **kwargs: Any) -> Data:  # noqa: ARG002 - for others
        """A row for each arm whose process has ended well.

        Raises:
            TrialFailedError: All of them have ended well, and none printed a value.
        """
        outcomes, silent = {}, []
        records = trial.run_metadata.get("processes", {})
        for arm, record in records.items():
            if process_group.exit_code(record) != 0:
                continue
            path = Path(record["folder"]) / "stdout"
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found = (outcome_of(_json(line), self.key or self.name) for line in reversed(lines))
            pair = next((pair for pair in found if pair is not None), None)
            if pair is None:
                silent.append((arm, path, len(lines)))
            else:
                outcomes[arm] = pair
        if silent and len(silent) == len(records):
            arm, path, count = silent[0]
            raise TrialFailedError(
                f"arm {arm}: no value for {self.key or self.name!r} in the {count} lines of "
                f"{str(path)!r}",
                hint=f'print one line such as {{"{self.key or self.name}": 0.93}} at the end',
            )
        return data_of(trial, self.name, outcomes)


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
