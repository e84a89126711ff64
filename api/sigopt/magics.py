"""The notebook's words: `%load_ext armwright.sigopt`, then `%%run`, `%%experiment`, `%%optimize`.

Loaded with the extension, for it needs IPython.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from armwright.errors import ArmwrightError
from armwright.sigopt.config import config
from armwright.sigopt.exception import ApiException
from armwright.sigopt.factory import SigOptFactory
from armwright.sigopt.global_run import global_run
from armwright.sigopt.printed import Printed
from armwright.sigopt.validate import ValidationError, validate_aiexperiment_input
from armwright.sigopt.yaml_files import experiment_of_yaml

if TYPE_CHECKING:
    from armwright.sigopt.ai_experiment import AIExperimentContext
    from armwright.sigopt.run_context import RunContext

__all__ = ["SigOptMagics"]

_QUESTIONS = {
    config.LOG_COLLECTION_ENABLED_KEY: "Keep what cells print with their runs",
    config.CELL_TRACKING_ENABLED_KEY: "Keep the source of cells with their runs",
}


@magics_class
class SigOptMagics(Magics):
    """The magics; the experiment is that of the last `%%experiment`."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._notebook = shell
        self._experiment: AIExperimentContext | None = None

    @cell_magic
    def experiment(self, line: str, cell: str) -> None:
        """Makes an experiment: the cell evaluates to a dict, or a text in YAML, of its fields."""
        del line
        value = eval(  # noqa: S307 - the user's own cell
            compile(ast.parse(cell.strip(), mode="eval"), "<experiment>", "eval"),
            self._notebook.user_ns,
        )
        try:
            if isinstance(value, str):
                body = experiment_of_yaml(value, source="the cell's text.yml")
            else:
                body = validate_aiexperiment_input(value)
            factory = SigOptFactory.from_default_project()
            self._experiment = factory.create_prevalidated_aiexperiment(body)
        except (ValidationError, ApiException, ArmwrightError) as error:
            self._experiment = None
            raise UsageError(str(error)) from error

    @cell_magic
    def run(self, line: str, cell: str) -> None:
        """Runs the cell as a run of its own, of the name that the line gives."""
        factory = SigOptFactory.from_default_project()
        with factory.create_run(name=line.strip() or None) as run:
            self._execute(run, cell)

    @cell_magic
    def optimize(self, line: str, cell: str) -> None:
        """Runs the cell once for each run of the last experiment, until its budget is used up."""
        if self._experiment is None:
            raise UsageError("which experiment? make one with %%experiment first")
        for run in self._experiment.loop(name=line.strip() or None):
            with run:
                self._execute(run, cell)

    @line_magic
    def sigopt(self, line: str) -> None:
        """Says `%sigopt config`: asks what is to be kept with runs; no token is needed."""
        if line.strip() != "config":
            raise ValueError(f"%sigopt takes the word config, got {line.strip()!r}")
        config.persist_configuration_options(
            {
                key: input(f"{question}? [y/N] ").strip().lower() in ("y", "yes")
                for key, question in _QUESTIONS.items()
            }
        )

    def _execute(self, run: RunContext, cell: str) -> None:
        """Runs a cell while a run is in force."""
        if config.cell_tracking_enabled:
            run.log_source_code(content=cell)
        code = compile(self._notebook.transform_cell(cell), "<run>", "exec")
        printed = Printed()
        global_run.set_run_context(run)
        try:
            with printed:
                exec(code, self._notebook.user_ns)  # noqa: S102 - the user's own cell
        finally:
            global_run.clear_run_context()
            if config.log_collection_enabled:
                run.set_logs(printed.logs())
