"""What AnchorLog costs."""

from eth_hash.auto import keccak

from chain.contracts import ANCHORED_AT, AnchorLog, Fragment
from chain.deployments import Deployment
from chain.gas.figures import CHECK_1000, CHECK_10000, DEPLOY, FIRST, STEADY
from chain.gas.running import creation_gas
from chain.local import LocalChain
from chain.proofs.tree import build_tree, split_proof

_MEASURE = Fragment("measure(address,bytes)", ("uint256",))


def measure_anchoring(chain: LocalChain, deployment: Deployment) -> dict[str, int]:
    """Measure on a chain that nobody anchored on; `anchoredAt` is what a contract that calls it pays."""
    probe = chain.deploy("GasProbe")
    leaves = [keccak(keccak(number.to_bytes(4))) for number in range(10_000)]
    small, large = build_tree(leaves[:1_000]), build_tree(leaves)
    sender = chain.sender()
    anchor = [
        sender.send(deployment.contract, AnchorLog.anchor(sequence, root, count)).gas_used
        for sequence, (root, count) in enumerate([(small.root, 1_000), (large.root, 10_000)])
    ]
    return {
        DEPLOY.name: creation_gas(chain.client, deployment.block),
        FIRST.name: anchor[0],
        STEADY.name: anchor[1],
        **{
            figure.name: _check_gas(chain, probe, deployment.contract, leaves, tree.proofs)
            for figure, tree in ((CHECK_1000, small), (CHECK_10000, large))
        },
    }


def _check_gas(
    chain: LocalChain, probe: str, contract: str, leaves: list[bytes], proofs: list[bytes]
) -> int:
    """Gas of the longest proof, since others cost less."""
    index = max(range(len(proofs)), key=lambda position: len(proofs[position]))
    anchorer = chain.accounts[0].address
    call = ANCHORED_AT.encode(anchorer, leaves[index], split_proof(proofs[index]))
    if not AnchorLog(chain.client, contract).anchored_at(
        anchorer, leaves[index], split_proof(proofs[index])
    ):
        raise ValueError(f"the proof of leaf {index} does not hold")
    return int(_MEASURE.decode(chain.client.call(probe, _MEASURE.encode(contract, call)))[0])
