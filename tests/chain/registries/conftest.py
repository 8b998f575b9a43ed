from collections.abc import Callable

import pytest

from chain.contracts import AssetRegistry, IdentityRegistry, explain
from chain.errors import ContractReverted
from chain.local import LocalChain

Refusal = Callable[..., tuple[str | None, tuple[object, ...]]]


@pytest.fixture
def identities(local: LocalChain) -> IdentityRegistry:
    place = local.deploy_contracts().identity_registry
    assert place is not None
    return IdentityRegistry(local.client, place.address)


@pytest.fixture
def assets(local: LocalChain) -> AssetRegistry:
    place = local.deploy_contracts().asset_registry
    assert place is not None
    return AssetRegistry(local.client, place.address)


@pytest.fixture
def refusal(local: LocalChain) -> Refusal:
    """Say how a call is refused, after making sure that sending it is refused as well."""

    def refused(
        contract: str, calldata: bytes, account: int = 0, value: int = 0
    ) -> tuple[str | None, tuple[object, ...]]:
        sender = local.sender(account)
        with pytest.raises(ContractReverted) as simulated:
            local.client.call(contract, calldata, sender=sender.signer.address)
        with pytest.raises(ContractReverted):
            sender.send(contract, calldata, value=value)
        error = explain(simulated.value)
        return error.name, error.arguments

    return refused
