"""Devices of the relay. Pure."""

import hashlib
from typing import Annotated

from msgspec import Meta, Struct

from shared.payloads.time import Time


class DeviceConfig(Struct, frozen=True, kw_only=True):
    """Who a device of the relay is, and what it may do."""

    token_hash: Annotated[
        str, Meta(description="SHA-256 of its token, in hex; empty: its token was revoked")
    ] = ""
    read: Annotated[list[str], Meta(description="Topic filters that it may read, no root")] = []
    write: Annotated[list[str], Meta(description="Topic filters that it may write, no root")] = []


def hash_token(token: str) -> str:
    """Return what is kept of a token.

    A quick hash is enough: a token has 192 random bits, which nobody guesses, unlike a password.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class DeviceState(Struct, frozen=True, kw_only=True):
    """Whether a device of the relay is there."""

    connected: Annotated[bool, Meta(description="It has a connection")]
    since_at: Annotated[Time, Meta(description="Since when")]
    bridge: Annotated[str, Meta(description="The copy of the bridge that says so, node/service")]
    connection: Annotated[str, Meta(description="Which connection, for the copies of the bridge")]
    dropped: Annotated[
        int, Meta(description="Events that this connection did not get, for it was too slow")
    ] = 0
    ended: Annotated[
        str | None, Meta(description="Why the last connection ended, where the bridge ended it")
    ] = None
