"""Measures what the contracts cost, on the embedded chain, beside what peers reach.

Gas is deterministic: numbers are exact, and saved in contracts/gas-snapshot.json.
"""

from chain.config import ChainConfig
from chain.gas.anchoring import measure_anchoring
from chain.gas.figures import (
    CHECK_1000,
    CHECK_10000,
    FIGURES,
    FIRST,
    PEERS,
    STEADY,
    TRANSFER,
    Figure,
)
from chain.gas.peers import measure_peers
from chain.gas.registries import measure_claims, measure_tokens
from chain.gas.report import SNAPSHOT, problems, table
from chain.local import LocalChain

__all__ = [
    "CHECK_1000",
    "CHECK_10000",
    "FIGURES",
    "FIRST",
    "PEERS",
    "SNAPSHOT",
    "STEADY",
    "TRANSFER",
    "Figure",
    "measure",
    "measure_all",
    "measure_peers",
    "problems",
    "table",
]


def measure() -> dict[str, int]:
    """Deploy and use the contracts on a chain of their own; gas by the name of the figure.

    Transactions count whole, their base cost and calldata included. Raises ChainError when the contracts
    are not compiled.
    """
    chain = LocalChain.embedded()
    deployment = chain.deploy_contracts()
    if deployment.identity_registry is None or deployment.asset_registry is None:
        raise ValueError("the deployment lacks a registry")
    return (
        measure_anchoring(chain, deployment)
        | measure_claims(chain, deployment.identity_registry)
        | measure_tokens(chain, deployment.asset_registry)
    )


def measure_all(config: ChainConfig) -> dict[str, int]:
    """Measure ours and the peers'; raises ChainError."""
    return measure() | measure_peers(config)
