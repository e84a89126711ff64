"""The next version of the configuration: the one thing in a folder that has an order."""

from collections.abc import Mapping
from typing import Any

from armwright.store.difference import difference, in_words
from armwright.store.errors import ConflictError
from armwright.store.layout import config_path
from armwright.store.ledger import Ledger

__all__ = ["add_config"]


def add_config(ledger: Ledger, url: str, document: Mapping[str, Any], *, base: int) -> int:
    """Adds the version after `base`; see `ExperimentFolder.add_config`."""
    with ledger.lock:
        if base != ledger.reader.newest_config:
            ledger.reader.look_at_configs()
        newest = ledger.reader.newest_config
    if base == newest:
        if ledger.write(config_path(base + 1), document, more={"base": base}) == "won":
            return base + 1
        with ledger.lock:
            ledger.reader.look_at_configs()
            newest = ledger.reader.newest_config
    there = ledger.reader.config(newest)
    by = f", written {there.at} by {there.by}" if there else ""
    raise ConflictError(
        f"the configuration of {url!r} was edited from version {base}, "
        f"the newest is {newest}{by}{_what_differs(ledger, document, base=base, newest=newest)}",
        hint="read it again and repeat the change",
    )


def _what_differs(ledger: Ledger, document: Mapping[str, Any], *, base: int, newest: int) -> str:
    """Says what two edits of one configuration changed, where both can be read."""
    with ledger.lock:
        old, new = ledger.reader.config(base), ledger.reader.config(newest)
    if old is None or new is None:
        return ""
    theirs, ours = difference(old.document, new.document), difference(old.document, document)
    return f"; they changed {in_words(theirs)}, this edit changes {in_words(ours)}"
