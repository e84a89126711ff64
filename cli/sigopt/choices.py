"""`armwright sigopt config`: what a user chooses once for all."""

from __future__ import annotations

import click

__all__ = ["config"]

_LOGS = "Keep what runs print with them"
_CELLS = "Keep the source of notebook cells with their runs"


@click.command(short_help="Choose what is kept with runs.")
@click.option("--api-token", default=None, help="Accepted; nothing needs it.")
@click.option("--enable-log-collection/--no-enable-log-collection", default=None, help=f"{_LOGS}.")
@click.option("--enable-cell-tracking/--no-enable-cell-tracking", default=None, help=f"{_CELLS}.")
def config(
    *,
    api_token: str | None,
    enable_log_collection: bool | None,
    enable_cell_tracking: bool | None,
) -> None:
    """Choose, once for all, what is kept with runs; asks for what is left out.

    \b
    armwright sigopt config
    armwright sigopt config --enable-log-collection --no-enable-cell-tracking
    """
    from armwright.sigopt.config import config as kept

    if enable_log_collection is None:
        enable_log_collection = click.confirm(_LOGS, default=kept.log_collection_enabled)
    if enable_cell_tracking is None:
        enable_cell_tracking = click.confirm(_CELLS, default=kept.cell_tracking_enabled)
    token = {} if api_token is None else {kept.API_TOKEN_KEY: api_token}
    kept.persist_configuration_options(
        {
            **token,
            kept.LOG_COLLECTION_ENABLED_KEY: enable_log_collection,
            kept.CELL_TRACKING_ENABLED_KEY: enable_cell_tracking,
        }
    )
    click.echo(f"next: your choices are in {kept.config_json_path}", err=True)
