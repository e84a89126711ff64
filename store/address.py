"""From a URL to what opens it and what may be shown of it: credentials are for the one only.

`s3://KEY:SECRET@bucket/runs/lr` opens with that key and secret and is `s3://bucket/runs/lr` in
every file, message and printed line. Better still is not to write them at all: the libraries find
them in the environment and in their own files.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from armwright.store.errors import InvalidNameError

__all__ = ["LOCAL_PROTOCOLS", "OBJECT_PROTOCOLS", "Address", "parse_address", "shown"]

LOCAL_PROTOCOLS = ("file", "local")
OBJECT_PROTOCOLS = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")
_AZURE = ("az", "abfs", "abfss")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.\-:]*)://(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URL, taken apart; what `repr` shows is fit to be seen.

    Attributes:
        protocol: Before the `://`; `file` for a plain path.
        shown: The URL without credentials and query; a plain path as it was.
        rest: After the `://`, without credentials and query.
        options: What the file system is opened with, secrets included.
        has_secret: Whether the URL held credentials, so that `shown` does not open it.
    """

    protocol: str
    shown: str
    rest: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    has_secret: bool = False


def parse_address(url: str) -> Address:
    """Takes a URL apart.

    Raises:
        InvalidNameError: It has credentials where they mean nothing, or a query.
    """
    match = _URL.fullmatch(url)
    if match is None:
        return Address(protocol="file", shown=url, rest=url)
    protocol, rest = match.groups()
    if protocol in (*LOCAL_PROTOCOLS, "memory") or "::" in url:
        return Address(protocol=protocol, shown=url, rest=rest)
    rest, _, query = rest.partition("?")
    authority, slash, path = rest.partition("/")
    user_info, at, host = authority.rpartition("@")
    user, colon, secret = (unquote(part) for part in user_info.partition(":"))
    if protocol in OBJECT_PROTOCOLS and ":" in host:
        raise InvalidNameError(
            f"cannot read the credentials in a {protocol}:// URL",
            hint="write '/', '@' and ':' in them as %2F, %40 and %3A, or put them in the "
            "environment",
        )
    options: dict[str, Any] = {}
    place = host if colon else authority
    if protocol in _AZURE:
        options = _azure(user, secret, host if at else "", query)
        if at and not colon:
            place = authority  # container@account.host: no secret, and needed
            host = user
    elif protocol in OBJECT_PROTOCOLS:
        if at:
            options = _key_and_secret(protocol, user, secret)
            place = host
    elif colon:
        options = {"username": user, "password": secret}
        place = f"{user_info.partition(':')[0]}@{host}" if user else host
    has_secret = bool(options.keys() - {"account_name", "account_host"})
    if query and not has_secret:
        raise InvalidNameError(
            f"{protocol}://{place}{slash}{path}?... has a query, which means nothing here",
            hint="leave out the '?' and what follows",
        )
    inner = host if protocol in OBJECT_PROTOCOLS else place
    return Address(
        protocol=protocol,
        shown=f"{protocol}://{place}{slash}{path}",
        rest=f"{inner}{slash}{path}",
        options=options,
        has_secret=has_secret,
    )


def shown(url: str) -> str:
    """Returns a URL as it may be written down and printed; a plain path as it is."""
    try:
        return parse_address(url).shown
    except InvalidNameError:
        return f"{url.partition('://')[0]}://..."


def _key_and_secret(protocol: str, user: str, secret: str) -> dict[str, Any]:
    if protocol not in ("s3", "s3a") or not user or not secret:
        raise InvalidNameError(
            f"a {protocol}:// URL cannot carry this kind of credentials",
            hint="expected s3://KEY:SECRET@bucket/..., or credentials in the environment",
        )
    return {"key": user, "secret": secret}


def _azure(user: str, secret: str, host: str, query: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if secret:
        options = {"account_name": user, "account_key": secret}
    elif host:
        account, _, domain = host.partition(".")
        options = {"account_name": account}
        if domain and not domain.endswith("core.windows.net"):
            options["account_host"] = host
    if "sig=" in query:
        options["sas_token"] = query
    return options
