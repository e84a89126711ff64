"""`armwright sigopt create`: an experiment or a project."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, print_json
from armwright.cli.sigopt.words import (
    chosen_project,
    experiment_file_option,
    of_file,
    project_option,
)

__all__ = ["create", "experiment", "project"]


@click.group(short_help="Make an experiment or a project.")
def create() -> None:
    """Make an experiment from a YAML file, or a project.

    \b
    armwright sigopt create experiment -e experiment.yml
    armwright sigopt create project -p vision
    """


@create.command(short_help="Make an experiment from a YAML file.")
@experiment_file_option
@project_option
@json_option
def experiment(experiment_file: str, project: str | None, *, as_json: bool) -> None:
    """Make an experiment from a YAML file with the fields of create_experiment.

    \b
    armwright sigopt create experiment
    armwright sigopt create experiment -e lr.yml -p vision --json
    """
    from armwright.sigopt.factory import SigOptFactory
    from armwright.sigopt.yaml_files import read_experiment_yaml

    body = read_experiment_yaml(experiment_file)
    with of_file(experiment_file):
        made = SigOptFactory(chosen_project(project)).create_prevalidated_aiexperiment(body)
    if as_json:
        print_json({"experiment": made.id, "project": made.project, "budget": made.budget})
    else:
        click.echo(f"created experiment {made.id}")
    click.echo(f"next: armwright sigopt start-worker {made.id} COMMAND", err=True)


@create.command(short_help="Make a project.")
@project_option
@click.option("--project-name", help="For people; the id if left out.")
def project(project: str | None, project_name: str | None) -> None:
    """Make a project; runs and experiments make the one they are in by themselves.

    \b
    armwright sigopt create project -p vision
    armwright sigopt create project -p vision --project-name "Vision, 2nd year"
    """
    from armwright.sigopt.factory import SigOptFactory

    made = SigOptFactory(chosen_project(project)).create_project(name=project_name)
    click.echo(f"created project {made.id}")
    click.echo(f"next: export SIGOPT_PROJECT={made.id}", err=True)
