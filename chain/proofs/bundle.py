"""The bundle: the file that proves one entry, read strictly and written in one form.

`Bundle` and its parts are plain values: a server builds them from rows, a verifier parses them from
bytes, and `dump_bundle` writes either. Nothing in them is believed before `verify` has judged it.
"""

import json
from dataclasses import dataclass
from typing import Any

from chain.proofs.claim_file import ClaimFile, claim_file_from_json
from chain.proofs.domain import Domain
from chain.proofs.entries import Entry
from chain.proofs.errors import MalformedError
from chain.proofs.records import TYPES, Kind, Message, check_message
from chain.proofs.shapes import (
    check_bytes,
    check_hex,
    check_list,
    check_object,
    check_uint,
    check_uuid,
    shown,
    to_hex,
)
from chain.proofs.signatures import MAX_SIGNATURE_BYTES
from chain.proofs.strict_json import load_strict_json

__all__ = [
    "MAX_BUNDLE_BYTES",
    "MEDIA_TYPE",
    "VERSION",
    "Anchor",
    "AnchorBlock",
    "Bundle",
    "DelegationProof",
    "bundle_from_json",
    "dump_bundle",
    "load_strict_json",
    "parse_bundle",
]

MEDIA_TYPE = "application/vnd.troth.bundle+json"
VERSION = 1
MAX_BUNDLE_BYTES = 1 << 20
MAX_SIBLINGS = 64
# The file, its message, the list of media, one medium; delegation, message, notBefore is as deep, and so are
# claims, one claim, its message.
MAX_BUNDLE_DEPTH = 4
MAX_CLAIMS = 16


@dataclass(frozen=True, slots=True)
class AnchorBlock:
    """The block in which a root was anchored; `time` in seconds since 1970."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a root was anchored: AnchorLog's fields, transaction hash and block."""

    anchorer: str
    sequence: int
    root: bytes
    first: int
    count: int
    transaction: bytes
    block: AnchorBlock


@dataclass(frozen=True, slots=True)
class DelegationProof:
    """The logged Delegation under which a delegate signed; siblings of `proof` from leaf to root."""

    message: Message
    signature: bytes
    entry: Entry
    proof: tuple[bytes, ...]
    anchor: Anchor | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """One entry with all that proves it.

    `message` is None once erased, `signature` None if there is none, `account` a UUID for unsigned
    records only, `anchor` None until the batch is final. `entry` carries its own kind; `kind` is the
    file's `type`. `claims` are about the author, and prove nothing about the record.
    """

    domain: Domain
    kind: Kind
    message: Message | None
    signature: bytes | None
    account: str | None
    delegation: DelegationProof | None
    entry: Entry
    proof: tuple[bytes, ...]
    anchor: Anchor | None
    claims: tuple[ClaimFile, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the bundle as JSON values, keys in the order of the protocol's page."""
        message = None if self.message is None else _message_json(self.kind, self.message)
        return {
            "troth": VERSION,
            "domain": {
                "chainId": self.domain.chain_id,
                "verifyingContract": self.domain.verifying_contract,
            },
            "type": self.kind.type_name,
            "message": message,
            "signature": None if self.signature is None else to_hex(self.signature),
            "account": self.account,
            "delegation": None if self.delegation is None else _delegation_json(self.delegation),
            "entry": self.entry.to_json(),
            "proof": [to_hex(sibling) for sibling in self.proof],
            "anchor": None if self.anchor is None else _anchor_json(self.anchor),
            "claims": [one.to_json() for one in self.claims],
        }


def dump_bundle(bundle: Bundle) -> bytes:
    """Return the one form in which we write a bundle: UTF-8, fixed key order, no blanks."""
    return json.dumps(bundle.to_json(), ensure_ascii=False, separators=(",", ":")).encode()


def parse_bundle(data: bytes) -> Bundle:
    """Return the bundle in these bytes; raises `MalformedError` for whatever is unusable.

    At most 1 MiB, 64 siblings, 16 claim files and the nesting of the format; exact keys, types and hex
    throughout. A claim file that is malformed makes the whole file unusable.
    """
    return bundle_from_json(
        load_strict_json(data, max_bytes=MAX_BUNDLE_BYTES, max_depth=MAX_BUNDLE_DEPTH)
    )


def bundle_from_json(value: object) -> Bundle:
    """Return the bundle of JSON values that are already loaded strictly; raises `MalformedError`."""
    fields = check_object(value, _BUNDLE_KEYS, "$")
    if check_uint(fields["troth"], "$.troth") != VERSION:
        problem = f"is version {shown(fields['troth'])}; this verifier knows version {VERSION}"
        raise MalformedError("$.troth", problem)
    claims = check_list(fields["claims"], "$.claims", MAX_CLAIMS)
    kind = Kind.from_type_name(fields["type"])
    message, signature = fields["message"], fields["signature"]
    account, delegation, anchor = fields["account"], fields["delegation"], fields["anchor"]
    return Bundle(
        domain=_domain(fields["domain"], "$.domain"),
        kind=kind,
        message=None if message is None else check_message(kind, message, "$.message"),
        signature=None if signature is None else _signature(signature, "$.signature"),
        account=None if account is None else check_uuid(account, "$.account"),
        delegation=None if delegation is None else _delegation(delegation, "$.delegation"),
        entry=Entry.from_json(fields["entry"], "$.entry"),
        proof=_proof(fields["proof"], "$.proof"),
        anchor=None if anchor is None else _anchor(anchor, "$.anchor"),
        claims=tuple(
            claim_file_from_json(one, f"$.claims[{index}]") for index, one in enumerate(claims)
        ),
    )


_BUNDLE_KEYS = frozenset(
    "troth domain type message signature account delegation entry proof anchor claims".split()  # noqa: SIM905 - eleven quoted words read worse
)
_DELEGATION_KEYS = frozenset({"message", "signature", "entry", "proof", "anchor"})
_ANCHOR_KEYS = frozenset({"anchorer", "sequence", "root", "first", "count", "transaction", "block"})
_BLOCK_KEYS = frozenset({"number", "hash", "time"})
_DOMAIN_KEYS = frozenset({"chainId", "verifyingContract"})


def _word(value: object, path: str) -> bytes:
    return bytes.fromhex(check_hex(value, 32, path)[2:])


def _signature(value: object, path: str) -> bytes:
    return check_bytes(value, MAX_SIGNATURE_BYTES, path)


def _domain(value: object, path: str) -> Domain:
    fields = check_object(value, _DOMAIN_KEYS, path)
    return Domain(
        check_uint(fields["chainId"], f"{path}.chainId"),
        check_hex(fields["verifyingContract"], 20, f"{path}.verifyingContract"),
    )


def _proof(value: object, path: str) -> tuple[bytes, ...]:
    siblings = check_list(value, path, MAX_SIBLINGS)
    return tuple(_word(item, f"{path}[{index}]") for index, item in enumerate(siblings))


def _anchor(value: object, path: str) -> Anchor:
    fields = check_object(value, _ANCHOR_KEYS, path)
    block = check_object(fields["block"], _BLOCK_KEYS, f"{path}.block")
    return Anchor(
        anchorer=check_hex(fields["anchorer"], 20, f"{path}.anchorer"),
        sequence=check_uint(fields["sequence"], f"{path}.sequence"),
        root=_word(fields["root"], f"{path}.root"),
        first=check_uint(fields["first"], f"{path}.first"),
        count=check_uint(fields["count"], f"{path}.count"),
        transaction=_word(fields["transaction"], f"{path}.transaction"),
        block=AnchorBlock(
            check_uint(block["number"], f"{path}.block.number"),
            _word(block["hash"], f"{path}.block.hash"),
            check_uint(block["time"], f"{path}.block.time"),
        ),
    )


def _delegation(value: object, path: str) -> DelegationProof:
    fields = check_object(value, _DELEGATION_KEYS, path)
    anchor = fields["anchor"]
    return DelegationProof(
        message=check_message(Kind.DELEGATION, fields["message"], f"{path}.message"),
        signature=_signature(fields["signature"], f"{path}.signature"),
        entry=Entry.from_json(fields["entry"], f"{path}.entry"),
        proof=_proof(fields["proof"], f"{path}.proof"),
        anchor=None if anchor is None else _anchor(anchor, f"{path}.anchor"),
    )


def _message_json(kind: Kind, message: Message) -> Message:
    return _in_order(kind.type_name, message)


def _in_order(name: str, value: Message) -> Message:
    ordered: Message = {}
    for key, inner in TYPES[name]:
        item = value[key]
        if inner in TYPES:
            item = _in_order(inner, item)
        elif inner.endswith("[]"):
            item = [_in_order(inner[:-2], each) for each in item]
        ordered[key] = item
    return ordered


def _anchor_json(anchor: Anchor) -> dict[str, Any]:
    return {
        "anchorer": anchor.anchorer,
        "sequence": anchor.sequence,
        "root": to_hex(anchor.root),
        "first": anchor.first,
        "count": anchor.count,
        "transaction": to_hex(anchor.transaction),
        "block": {
            "number": anchor.block.number,
            "hash": to_hex(anchor.block.hash),
            "time": anchor.block.time,
        },
    }


def _delegation_json(delegation: DelegationProof) -> dict[str, Any]:
    return {
        "message": _message_json(Kind.DELEGATION, delegation.message),
        "signature": to_hex(delegation.signature),
        "entry": delegation.entry.to_json(),
        "proof": [to_hex(sibling) for sibling in delegation.proof],
        "anchor": None if delegation.anchor is None else _anchor_json(delegation.anchor),
    }
