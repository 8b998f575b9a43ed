"""The claim file: what a person discloses of a claim, read strictly and written in one form.

It carries the EIP-712 message whose hash IdentityRegistry holds. Nothing in it is believed: its digest is computed
anew, and what it is worth is what the registry says of that digest, under an issuer whom the reader believes.
"""

import json
from dataclasses import dataclass
from typing import Any

from chain.proofs.domain import Domain
from chain.proofs.errors import MalformedError
from chain.proofs.keccak import keccak256
from chain.proofs.shapes import check_hex, check_object, check_text, check_uint, shown, to_hex
from chain.proofs.strict_json import load_strict_json

CLAIM_MEDIA_TYPE = "application/vnd.troth.claim+json"
CLAIM_VERSION = 1
TYPE_NAME = "Claim"
MAX_CLAIM_BYTES = 1 << 16
MAX_CLAIM_DEPTH = 2
MAX_VALUE = 1_000
_TYPE_HASH = keccak256(b"Claim(address subject,bytes32 schema,string value,bytes32 salt)")
_SCHEMAS = {
    keccak256(f"troth:{name}".encode()): name for name in ("domain", "email", "handle", "person")
}
_KEYS = frozenset({"troth", "type", "domain", "issuer", "message", "digest"})
_MESSAGE_KEYS = frozenset({"subject", "schema", "value", "salt"})
_DOMAIN_KEYS = frozenset({"chainId", "verifyingContract"})


@dataclass(frozen=True, slots=True)
class ClaimMessage:
    """What is claimed of `subject` (lower-case 0x); schema and salt are 32 bytes."""

    subject: str
    schema: bytes
    value: str
    salt: bytes

    def digest(self) -> bytes:
        """Return the hashStruct, 32 bytes (EIP-712)."""
        subject = bytes(12) + bytes.fromhex(self.subject[2:])
        words = (_TYPE_HASH, subject, self.schema, keccak256(self.value.encode()), self.salt)
        return keccak256(b"".join(words))

    @property
    def kind(self) -> str:
        """The name of a schema of this protocol, else the schema itself."""
        return _SCHEMAS.get(self.schema) or to_hex(self.schema)


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A claim with the registry and the issuer that it names; `domain` is that of IdentityRegistry."""

    domain: Domain
    issuer: str
    message: ClaimMessage
    digest: bytes

    def to_json(self) -> dict[str, Any]:
        """Return the file as JSON values, keys in the order of the protocol's page."""
        return {
            "troth": CLAIM_VERSION,
            "type": TYPE_NAME,
            "domain": {
                "chainId": self.domain.chain_id,
                "verifyingContract": self.domain.verifying_contract,
            },
            "issuer": self.issuer,
            "message": {
                "subject": self.message.subject,
                "schema": to_hex(self.message.schema),
                "value": self.message.value,
                "salt": to_hex(self.message.salt),
            },
            "digest": to_hex(self.digest),
        }


def dump_claim_file(claim: ClaimFile) -> bytes:
    """Return the one form in which we write a claim file: UTF-8, fixed key order, no blanks."""
    return json.dumps(claim.to_json(), ensure_ascii=False, separators=(",", ":")).encode()


def parse_claim_file(data: bytes) -> ClaimFile:
    """Return the claim file in these bytes; raises `MalformedError` for whatever is unusable."""
    value = load_strict_json(data, max_bytes=MAX_CLAIM_BYTES, max_depth=MAX_CLAIM_DEPTH)
    return claim_file_from_json(value, "$")


def claim_file_from_json(value: object, path: str) -> ClaimFile:
    """Return the claim file of JSON values that are already loaded strictly; raises `MalformedError`."""
    fields = check_object(value, _KEYS, path)
    if check_uint(fields["troth"], f"{path}.troth") != CLAIM_VERSION:
        problem = (
            f"is version {shown(fields['troth'])}; this verifier knows version {CLAIM_VERSION}"
        )
        raise MalformedError(f"{path}.troth", problem)
    if fields["type"] != TYPE_NAME:
        raise MalformedError(f"{path}.type", f"is {shown(fields['type'])}, not {TYPE_NAME}")
    domain = check_object(fields["domain"], _DOMAIN_KEYS, f"{path}.domain")
    message = check_object(fields["message"], _MESSAGE_KEYS, f"{path}.message")
    value_text = check_text(message["value"], f"{path}.message.value")
    if len(value_text) > MAX_VALUE:
        problem = f"has {len(value_text)} characters; at most {MAX_VALUE} are read"
        raise MalformedError(f"{path}.message.value", problem)
    return ClaimFile(
        domain=Domain(
            check_uint(domain["chainId"], f"{path}.domain.chainId"),
            check_hex(domain["verifyingContract"], 20, f"{path}.domain.verifyingContract"),
        ),
        issuer=check_hex(fields["issuer"], 20, f"{path}.issuer"),
        message=ClaimMessage(
            subject=check_hex(message["subject"], 20, f"{path}.message.subject"),
            schema=_word(message["schema"], f"{path}.message.schema"),
            value=value_text,
            salt=_word(message["salt"], f"{path}.message.salt"),
        ),
        digest=_word(fields["digest"], f"{path}.digest"),
    )


def _word(value: object, path: str) -> bytes:
    return bytes.fromhex(check_hex(value, 32, path)[2:])
