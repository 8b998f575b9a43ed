"""What is checked before anything is signed: the record, the chain, and whose signature and key there are."""

from dataclasses import replace

from chain.client import ChainClient
from chain.contracts import is_valid_signature
from chain.deploy import check_code
from chain.errors import OutOfGas, StateUnavailable
from chain.proofs.bundle import Bundle
from chain.proofs.domain import digest
from chain.proofs.readers import Pins
from chain.proofs.records import DELEGABLE
from chain.proofs.signatures import recover
from chain.proofs.verdicts import Verdict
from chain.proofs.verify import verify
from chain.signer import Signer
from webapp.commands.self_anchor.errors import SelfAnchorError


def check_bundle(bundle: Bundle) -> None:
    """Check that a bundle's record is whole and somebody's; raises SelfAnchorError."""
    if bundle.signature is None:
        raise SelfAnchorError(
            "The record is unsigned: nobody holds a key for its author, so nobody can anchor it."
        )
    report = verify(replace(bundle, anchor=None, proof=()), None)
    for name in ("integrity", "author"):
        found = report.by_claim(name)
        if found.verdict is Verdict.FAIL:
            raise SelfAnchorError(f"The file does not hold: {found.reason}.")


def check_chain(client: ChainClient, bundle: Bundle, pins: Pins | None) -> None:
    """Check that the node serves the chain that the record was signed for, with AnchorLog on it.

    Raises SelfAnchorError, and what ChainClient raises.
    """
    domain, actual = bundle.domain, client.chain_id()
    if actual != domain.chain_id:
        raise SelfAnchorError(
            f"The record was signed for chain {domain.chain_id}; the node serves {actual}."
        )
    if pins is not None and pins.chain_id == actual and client.genesis() != pins.genesis:
        raise SelfAnchorError(
            f"The node's chain {actual} begins with another block than the pinned 0x{pins.genesis.hex()}."
        )
    if pins is not None and pins.anchorer == bundle.entry.author:
        raise SelfAnchorError(
            f"{pins.anchorer} is the log's own anchorer; a record put into its namespace would break "
            "the log."
        )
    # The address comes from the file: nothing is sent to it unless the code there is AnchorLog's.
    check_code(client, domain.verifying_contract)


def check_signer(bundle: Bundle, signer: Signer) -> None:
    """Check that the key is the author's; raises SelfAnchorError, which says who can."""
    author = bundle.entry.author
    if signer.address != author:
        raise SelfAnchorError(
            f"The key is that of {signer.address}; only {author}, the record's author, can anchor it. "
            "If that is a contract wallet, let it call anchor(sequence, leaf, 1) of "
            f"{bundle.domain.verifying_contract} itself."
        )


def check_signature(client: ChainClient, bundle: Bundle) -> None:
    """Check that author or device signed a bundle that `check_bundle` let pass; raises SelfAnchorError.

    A signature of no key of theirs must be one that the author's own code accepts (ERC-1271).
    """
    content, signature = bundle.entry.content, bundle.signature or b""
    signer, delegation = recover(digest(bundle.domain, content), signature), bundle.delegation
    if delegation is not None and signer == delegation.message["delegate"]:
        if bundle.entry.kind not in DELEGABLE:
            raise SelfAnchorError(f"A device signed a {bundle.entry.kind.type_name}; it must not.")
        content, signature = delegation.entry.content, delegation.signature or b""
    if not _signed(client, bundle, content, signature):
        raise SelfAnchorError(
            f"Neither {bundle.entry.author} nor a device that it allowed signed this record: "
            "anchoring it would make it look as if. Nothing was sent."
        )


def _signed(client: ChainClient, bundle: Bundle, content: bytes, signature: bytes) -> bool:
    author, signed = bundle.entry.author, digest(bundle.domain, content)
    if recover(signed, signature) == author:
        return True
    try:
        return is_valid_signature(client, author, signed, signature, "latest")
    except (OutOfGas, StateUnavailable):
        return False
