"""`armwright sigopt config`: what a user chooses once for all."""

from __future__ import annotations

import click

from armwright.sigopt.config import config as _config

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
    asks = enable_log_collection is None or enable_cell_tracking is None
    if enable_log_collection is None:
        enable_log_collection = click.confirm(_LOGS, default=_config.log_collection_enabled)
    if enable_cell_tracking is None:
        enable_cell_tracking = click.confirm(_CELLS, default=_config.cell_tracking_enabled)
    token = {} if api_token is None else {_config.API_TOKEN_KEY: api_token}
    _config.persist_configuration_options(
        {
            **token,
            _config.LOG_COLLECTION_ENABLED_KEY: enable_log_collection,
            _config.CELL_TRACKING_ENABLED_KEY: enable_cell_tracking,
        }
    )
    if asks:
        click.echo(f"next: your choices are in {_config.config_json_path}", err=True)
