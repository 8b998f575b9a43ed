"""Measures what the contracts cost, on the embedded chain, beside what peers reach.

`python -m chain.gas` prints the table, `--write` also saves the numbers, `--check` fails when the saved
numbers are not those of the code, or a figure is above its aim. Gas is deterministic: numbers are exact.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from eth_hash.auto import keccak

from chain import config as configuration
from chain.client import ChainClient
from chain.compiler import compile_contracts
from chain.contracts import ANCHORED_AT, AnchorLog, Fragment
from chain.errors import ChainError
from chain.local import LocalChain
from chain.proofs.tree import build_tree, split_proof

SNAPSHOT = Path("contracts") / "gas-snapshot.json"

_MEASURE = Fragment("measure(address,bytes)", ("uint256",))


@dataclass(frozen=True)
class Figure:
    """One row: the aim is the most gas it may cost, None for none; peers in words."""

    name: str
    aim: int | None
    peers: str


# The peers' figures were measured on a local EVM with their published contracts.
DEPLOY = Figure("deploy AnchorLog", None, "")
FIRST = Figure("anchor a batch, an anchorer's first", None, "EAS attest 180,132-200,272 each")
STEADY = Figure(
    "anchor a batch, steady state",
    55_000,
    "EAS multiTimestamp 24,603 each at 500; Ceramic 4.1 each at 6,144 (event only, no contract can check it)",
)
CHECK_1000 = Figure("anchoredAt, 1,000 per batch", 8_000, "no figure")
CHECK_10000 = Figure("anchoredAt, 10,000 per batch", 8_000, "no figure")
FIGURES = (DEPLOY, FIRST, STEADY, CHECK_1000, CHECK_10000)


def measure() -> dict[str, int]:
    """Deploy and use the contracts on a chain of their own; gas by the name of the figure.

    Transactions count whole, their base cost and calldata included. `anchoredAt` counts what a contract
    that calls it pays. Raises ChainError when the contracts are not compiled.
    """
    chain = LocalChain.embedded()
    sender = chain.sender()
    deployment = chain.deploy_anchor_log()
    probe = chain.deploy("GasProbe")
    leaves = [keccak(keccak(number.to_bytes(4))) for number in range(10_000)]
    small, large = build_tree(leaves[:1_000]), build_tree(leaves)
    anchor = [
        sender.send(deployment.contract, AnchorLog.anchor(sequence, root, count)).gas_used
        for sequence, (root, count) in enumerate([(small.root, 1_000), (large.root, 10_000)])
    ]
    return {
        DEPLOY.name: _deployment_gas(chain.client, deployment.block),
        FIRST.name: anchor[0],
        STEADY.name: anchor[1],
        **{
            figure.name: _check_gas(chain, probe, deployment.contract, leaves, tree.proofs)
            for figure, tree in ((CHECK_1000, small), (CHECK_10000, large))
        },
    }


def _deployment_gas(client: ChainClient, number: int) -> int:
    block = client.block(number)
    receipt = client.receipt(block.transactions[0]) if block else None
    if receipt is None:
        raise ValueError(f"block {number} does not hold the deployment")
    return receipt.gas_used


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


def table(gas: dict[str, int]) -> str:
    """Lay the figures out beside aims and peers."""
    rows = [("what", "gas", "aim", "peers")]
    rows += [
        (
            figure.name,
            f"{gas[figure.name]:,}",
            f"{figure.aim:,}" if figure.aim else "",
            figure.peers,
        )
        for figure in FIGURES
    ]
    for count in (1_000, 10_000):
        rows.append((f"  per record at {count:,}", f"{gas[STEADY.name] / count:.2f}", "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {used:>{widths[1]}}  {aim:>{widths[2]}}  {peers}".rstrip()
        for name, used, aim, peers in rows
    )


def problems(gas: dict[str, int], snapshot: Path) -> list[str]:
    """Say what is above its aim or differs from the snapshot file."""
    found = [
        f"{figure.name} costs {gas[figure.name]:,} gas, the aim is {figure.aim:,}"
        for figure in FIGURES
        if figure.aim is not None and gas[figure.name] > figure.aim
    ]
    saved = json.loads(snapshot.read_text(encoding="utf-8")) if snapshot.exists() else {}
    stale = [name for name in sorted(saved.keys() | gas.keys()) if saved.get(name) != gas.get(name)]
    return found + [
        f"{name}: {SNAPSHOT} says {saved.get(name)}, measured was {gas.get(name)}; "
        "save it with `python -m chain.gas --write`"
        for name in stale
    ]


def main(arguments: list[str]) -> int:
    """Measure, print, and write or check; the exit code is 1 when something is wrong, 2 on misuse."""
    if arguments not in ([], ["--write"], ["--check"]):
        sys.stderr.write("usage: python -m chain.gas [--write | --check]\n")
        return 2
    try:
        config = configuration.load()
        compile_contracts(config)
        gas = measure()
    except ChainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(table(gas) + "\n")
    snapshot = config.root / SNAPSHOT
    if arguments == ["--write"]:
        snapshot.write_text(json.dumps(gas, indent=2) + "\n", encoding="utf-8")
    found = problems(gas, snapshot) if arguments == ["--check"] else []
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
