"""The application's one client of the chain's nodes, for the few requests that need it."""

from flask import current_app

from chain.client import ChainClient
from webapp.config import Settings


def settings() -> Settings:
    """Return the running application's settings."""
    found: Settings = current_app.config["TROTH"]
    return found


def chain_client() -> ChainClient:
    """Return this application's client of the nodes, made at first use (so: after a fork)."""
    client: ChainClient | None = current_app.extensions.get("troth_chain")
    if client is None:
        here = settings()
        client = ChainClient(here.rpc_url, timeout=here.node_timeout, policy=here.node_policy)
        current_app.extensions["troth_chain"] = client
    return client


def any_chain() -> ChainClient:
    """Return the client for commands that must see whatever chain is there, also a wrong one."""
    client = chain_client()
    client.expect_any()
    return client
