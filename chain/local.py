"""A development chain under a test's hands: funded accounts, snapshots, deployments from artifacts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from eth_abi.abi import encode

from chain import artifacts
from chain.client import ChainClient
from chain.deploy import Sender, ensure_deployed
from chain.deployments import Deployment
from chain.devnode import DevNode, DevNodeProvider
from chain.signer import LocalSigner

# The keys of eth-tester's accounts are the numbers from 1 on.
_ACCOUNTS = 10
_TIMEOUT = 30


@dataclass(frozen=True)
class LocalChain:
    """A chain that nobody else uses, over the embedded chain in this process or any development node."""

    client: ChainClient

    @classmethod
    def embedded(cls, node: DevNode | None = None) -> "LocalChain":
        """Start an empty chain in memory, or take the one of `node`, in this process too."""
        own = DevNode(None) if node is None else node
        return cls(ChainClient("memory:", provider=DevNodeProvider(own)))

    @cached_property
    def accounts(self) -> tuple[LocalSigner, ...]:
        """Signers; on the embedded chain each has a million ether."""
        return tuple(LocalSigner(key.to_bytes(32)) for key in range(1, _ACCOUNTS + 1))

    def sender(self, account: int = 0) -> Sender:
        """Return what sends transactions of an account and waits for them."""
        return Sender(self.client, self.accounts[account], _TIMEOUT)

    def deploy(self, name: str, types: tuple[str, ...] = (), *arguments: object) -> str:
        """Deploy the contract called `name` with constructor arguments and return its address.

        Raises ArtifactMissing and what Sender.send raises.
        """
        code = artifacts.load(name).bytecode + encode(types, arguments)
        address = self.sender().send(None, code).contract
        if address is None:
            raise ValueError(f"the receipt of {name}'s creation names no contract")
        return address

    def deploy_contracts(self) -> Deployment:
        """Deploy what is missing of our contracts at their usual addresses; account 0 is the anchorer."""
        return ensure_deployed(self.client, self.accounts[0], timeout=_TIMEOUT)

    def deploy_anchor_log(self) -> Deployment:
        """Do the same, for tests that are about AnchorLog."""
        return self.deploy_contracts()

    def mine(self, blocks: int = 1) -> None:
        """Mine blocks without transactions."""
        for _ in range(blocks):
            self.client.request("evm_mine", [])

    @contextmanager
    def undone(self) -> Iterator["LocalChain"]:
        """Take a snapshot and go back to it at the end."""
        snapshot = self.client.request("evm_snapshot", [])
        try:
            yield self
        finally:
            self.client.request("evm_revert", [snapshot])
