"""What the measurements share."""

from chain.client import ChainClient


def creation_gas(client: ChainClient, number: int) -> int:
    """Return the gas of the only transaction of a block, which creates a contract."""
    block = client.block(number)
    receipt = client.receipt(block.transactions[0]) if block else None
    if receipt is None:
        raise ValueError(f"block {number} does not hold the deployment")
    return receipt.gas_used


def each(gas: int, count: int) -> int:
    """Return the share of one of `count`, rounded up."""
    return -(-gas // count)
