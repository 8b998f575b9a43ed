"""Claims about people: the EIP-712 message whose hash IdentityRegistry holds, never the message itself."""

import secrets
from dataclasses import dataclass

from chain.proofs.keccak import keccak256
from chain.typed_data import hash_struct, type_hash

FIELDS = (("subject", "address"), ("schema", "bytes32"), ("value", "string"), ("salt", "bytes32"))
_TYPE_HASH = type_hash("Claim", FIELDS)


def schema_of(name: str) -> bytes:
    """Return the schema that a name such as "troth:domain" stands for: its keccak256, 32 bytes."""
    return keccak256(name.encode())


DOMAIN = schema_of("troth:domain")
EMAIL = schema_of("troth:email")
HANDLE = schema_of("troth:handle")
PERSON = schema_of("troth:person")


@dataclass(frozen=True)
class Claim:
    """What an issuer says of a subject (lower-case 0x); schema and salt are 32 bytes each.

    The value is hashed as given, never normalised; it must be whole Unicode characters. Keep the salt
    with it: without the salt nobody can show what the digest stands for.
    """

    subject: str
    schema: bytes
    value: str
    salt: bytes

    def digest(self) -> bytes:
        """Return the hashStruct, 32 bytes: all that goes on chain (EIP-712).

        Raises UnicodeEncodeError for half of a surrogate pair and ValueError for fields of another length.
        """
        subject = bytes.fromhex(self.subject.removeprefix("0x"))
        for name, value, length in (
            ("subject", subject, 20),
            ("schema", self.schema, 32),
            ("salt", self.salt, 32),
        ):
            if len(value) != length:
                raise ValueError(f"{name} needs {length} bytes, and has {len(value)}")
        words = (bytes(12) + subject, self.schema, keccak256(self.value.encode()), self.salt)
        return hash_struct(_TYPE_HASH, words)


def new_claim(subject: str, schema: bytes, value: str) -> Claim:
    """Make a claim with a fresh random salt."""
    return Claim(subject, schema, value, secrets.token_bytes(32))
