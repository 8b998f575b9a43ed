"""The application's one connection to the chain's node, for the few requests that need it."""

from flask import current_app

from chain.client import ChainClient
from webapp.config import Settings


def settings() -> Settings:
    """Return the running application's settings."""
    found: Settings = current_app.config["TROTH"]
    return found


def chain_client() -> ChainClient:
    """Return this application's client of the node, made at first use (so: after a fork)."""
    client: ChainClient | None = current_app.extensions.get("troth_chain")
    if client is None:
        here = settings()
        client = ChainClient(here.rpc_url, timeout=here.node_timeout)
        current_app.extensions["troth_chain"] = client
    return client
