"""Examples of the OpenAPI document: made from the schemas, with one value for each name that a field can have.

So each example has the shape that the code gives, and a field that nobody thought of an example for is found
by the tests. All tell of the same two people.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

ALICE, BOB = "01930000-0000-7000-8000-0000000000a1", "01930000-0000-7000-8000-0000000000b0"
SOMETHING = "01930000-0000-7000-8000-000000000001"
PEOPLE = {"account": ALICE, "owner": ALICE, "members": BOB}
MOMENT, LATER = "2026-03-01T12:00:00.000000Z", "2026-03-01T12:00:04.000000Z"
ADDRESS, DEVICE = "0x" + "a1" * 20, "0x" + "de" * 20
HASH, ZERO_HASH = "0x" + "5a" * 32, "0x" + "00" * 32
SIGNATURE = "0x" + "3c" * 64 + "1b"
NONCE = "8f14e45fceea167a5a36dedd4bea2543"
BLOCK = {"number": 1_204, "hash": HASH}
SIGN_IN = (
    "localhost:8000 wants you to sign in with your Ethereum account:\n"
    "0xA1A1a1a1A1A1A1A1A1a1a1a1a1a1A1A1a1A1a1a1\n\nSign in.\n\nURI: http://localhost:8000\n"
    f"Version: 1\nChain ID: 131277322940537\nNonce: {NONCE}\nIssued At: 2026-03-01T12:00:00.000Z"
)
_RECORD = {"id": "0x" + "01" * 16, "author": ADDRESS, "notBefore": BLOCK}
POST_RECORD = _RECORD | {
    "audience": "public",
    "text": "Good morning, #troth",
    "media": [],
    "replyTo": ZERO_HASH,
    "quotes": ZERO_HASH,
    "replaces": ZERO_HASH,
    "salt": HASH,
}
DELETION_RECORD = _RECORD | {"replaces": HASH}
DELEGATION_RECORD = _RECORD | {"delegate": DEVICE, "scope": "post", "expiresAt": 1_780_000_000}
REVOCATION_RECORD = _RECORD | {"delegate": DEVICE}
STAMP_RECORD = _RECORD | {"about": "thesis.pdf", "digest": HASH, "salt": HASH}
NUMBER = "72887936473110434205218391126211086720174326034170494137894398105838592131072"
CONTRACT = "0x" + "c0" * 20
ASSET = f"eip155:131277322940537/erc721:{CONTRACT}/{NUMBER}"
CID = "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
METADATA = {
    "attributes": [{"trait_type": "year", "value": 1843}],
    "image": f"ipfs://{CID}",
    "name": "Engine",
}
PERMISSION = {
    "types": {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ],
        "Permission": [
            {"name": "creator", "type": "address"},
            {"name": "to", "type": "address"},
            {"name": "digest", "type": "bytes32"},
            {"name": "royalty", "type": "uint16"},
            {"name": "deadline", "type": "uint256"},
        ],
    },
    "primaryType": "Permission",
    "domain": {
        "name": "Troth",
        "version": "1",
        "chainId": 131_277_322_940_537,
        "verifyingContract": CONTRACT,
    },
    "message": {
        "creator": ADDRESS,
        "to": ADDRESS,
        "digest": HASH,
        "royalty": 250,
        "deadline": "1780000000",
    },
}
ANCHORING = {
    "state": "mined",
    "saved_at": MOMENT,
    "sealed_at": LATER,
    "sent_at": LATER,
    "mined_at": LATER,
    "final_at": None,
    "reason": None,
}

BADGE = {
    "kind": "domain",
    "schema": HASH,
    "issuer": {"address": ADDRESS, "name": "Troth"},
    "state": "valid",
    "value": "alice.example.org",
    "basis": "file",
    "issued_at": MOMENT,
    "expires_at": "2026-05-30T12:00:00.000000Z",
    "ended_at": None,
    "reason": None,
    "digest": HASH,
}

# By the field's name on the wire.
VALUES: dict[str, Any] = {
    "about": "thesis.pdf",
    "accept": "following",
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
    "act": "hide",
    "active_at": LATER,
    "address": ADDRESS,
    "alt": "A dog asleep in the sun",
    "anchorer": ADDRESS,
    "anchoring": ANCHORING,
    "asset": ASSET,
    "at": LATER,
    "audience": "public",
    "author": ADDRESS,
    "badges": [BADGE],
    "basis": "file",
    "bio": "Reads more than she writes.",
    "by": "moderator",
    "chainId": 131_277_322_940_537,
    "chain_id": 131_277_322_940_537,
    "client": "Firefox on Linux",
    "client_secret": None,
    "checked_at": LATER,
    "closed_at": None,
    "code": "k7wq-2mzd-x4ta-9hpe",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
    "codes": ["k7wq-2mzd-x4ta-9hpe", "b3nf-8rtc-v6ys-2gja"],
    "content": HASH,
    "contract": CONTRACT,
    "counts": {"likes": 2, "comments": 1, "reposts": 0, "quotes": 0},
    "created_at": MOMENT,
    "creator": ADDRESS,
    "data": "0x42842e0e",
    "deadline": 1_780_000_000,
    "decided_at": None,
    "deleted_at": None,
    "delivered_at": LATER,
    "detail": "text: Missing data for required field.",
    "description": "The first of its kind.",
    "digest": HASH,
    "disabled_at": None,
    "ended_at": None,
    "issuer": ADDRESS,
    "issued_at": MOMENT,
    "disabled_reason": None,
    "document": '{"act":"hide"}',
    "edited_at": None,
    "error": "invalid_grant",
    "error_description": "This was used before, has expired or was taken back.",
    "expires_at": LATER,
    "external_url": "https://alice.example/engine",
    "failing_since": None,
    "field": "text",
    "final_at": None,
    "first_at": MOMENT,
    "from": ADDRESS,
    "genesis": HASH,
    "granted": None,
    "handle": "alice",
    "hash": HASH,
    "hidden_at": None,
    "instance": "/api/v1/posts",
    "kind": "like",
    "kinds": ["like", "comment"],
    "last_at": LATER,
    "last_used_at": LATER,
    "links": ["https://alice.example"],
    "message": POST_RECORD,
    "metadata": METADATA,
    "metadata_cid": "f01551220" + "5a" * 32,
    "mined_at": LATER,
    "mime": "image/webp",
    "minted_at": MOMENT,
    "moved_at": LATER,
    "name": "Alice",
    "new_password": "a newer and longer one",
    "newest": "42",
    "next_attempt_at": None,
    "next_check_at": None,
    "nonce": NONCE,
    "over_at": None,
    "owner": ADDRESS,
    "owed_at": LATER,
    "password": "correct horse battery staple",
    "permission": PERMISSION,
    "previous": HASH,
    "problem": "Missing data for required field.",
    "quotes": None,
    "read_up_to": "41",
    "ready_at": LATER,
    "reason": "spam",
    "reasons": {"spam": 2},
    "record": "0x" + "01" * 16,
    "redirect": "https://app.example/back?code=aVeryLongCode&state=xyz&iss=http://localhost:8000",
    "redirect_uri": "https://app.example/back",
    "redirect_uris": ["https://app.example/back"],
    "refresh_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyaWQiOiIuLi4ifQ.c2lnbmF0dXJl",
    "reply_to": None,
    "reposted_at": LATER,
    "requested_at": MOMENT,
    "request_id": "0f9a4c1c5b8e4f6bb1f3f6a3d0b2c7e1",
    "response_type": "code",
    "revoked_at": None,
    "role": "member",
    "root": HASH,
    "royalty": 250,
    "saved_at": MOMENT,
    "scope": "read posts:write",
    "schema": HASH,
    "scopes": ["read", "posts:write"],
    "sealed_at": LATER,
    "secret": "whsec_c2VjcmV0IG9mIHRoaXJ0eS10d28gYnl0ZXMuLi4=",
    "sent_at": LATER,
    "session": "bearer",
    "signature": SIGNATURE,
    "signed_at": LATER,
    "size": 81_920,
    "state": "xyz",
    "statement": f"Link this wallet to the Troth account {ALICE}.",
    "status": 200,
    "subject": None,
    "suspended_at": None,
    "tag": "troth",
    "token_type": "Bearer",
    "text": "Good morning, #troth",
    "title": "Reading group",
    "to": ADDRESS,
    "token_id": NUMBER,
    "token_uri": "ipfs://f01551220" + "5a" * 32,
    "trait_type": "year",
    "transaction": HASH,
    "type": "post",
    "until": None,
    "up_to": "42",
    "value": "alice.example.org",
    "url": "https://bot.example/hook",
    "verifyingContract": ADDRESS,
    "viewer": {"liked": True, "reposted": False, "following": True, "muted": False},
}
# Where a name means something else in one schema; the key is the schema's name without "Schema".
SPECIAL: dict[tuple[str, str], Any] = {
    ("App", "name"): "A reader",
    ("AskedApp", "name"): "A reader",
    ("AppTokens", "refresh_token"): "anOpaqueText",
    ("Asked", "given"): ["read"],
    ("Asset", "id"): ASSET,
    ("Asset", "reason"): None,
    ("Attribute", "value"): 1843,
    ("Prepared", "value"): "0x0",
    ("Claim", "expires_at"): BADGE["expires_at"],
    ("Claim", "kind"): "domain",
    ("Claim", "reason"): None,
    ("Claim", "evidence"): [],
    ("Claim", "publish"): {
        "line": f"troth={ADDRESS}",
        "file": "https://alice.example.org/.well-known/troth.txt",
        "txt": "_troth.alice.example.org",
    },
    ("Claim", "state"): "mined",
    ("Claim", "subject"): ADDRESS,
    ("ClaimDecision", "reason"): "The passport is hers.",
    ("Code", "code"): "08154711",
    ("Evidence", "mime"): "application/pdf",
    ("ReviewedEvidence", "text"): None,
    ("Issuer", "name"): "Troth",
    ("Issuers", "registry"): ADDRESS,
    ("PersonsClaims", "items"): [BADGE],
    ("ReviewedClaim", "state"): "requested",
    ("ReviewedClaim", "subject"): ADDRESS,
    ("ReviewedClaim", "value"): "Alice Liddell",
    ("Asked", "redirect"): None,
    ("AuditPage", "stamp"): {"id": SOMETHING, "rows": 7, "hash": HASH, "anchoring": ANCHORING},
    ("Consent", "name"): "A reader",
    ("Device", "address"): DEVICE,
    ("Device", "expires_at"): 1_780_000_000,
    ("ListedDevice", "address"): DEVICE,
    ("ListedDevice", "expires_at"): 1_780_000_000,
    ("ListedDevice", "state"): "active",
    ("Entry", "message"): None,
    ("MintProgress", "reason"): None,
    ("NewApp", "name"): "A reader",
    ("NewMint", "name"): "Engine",
    ("NewReport", "text"): "The same advertisement, for the tenth time.",
    ("Notification", "id"): "42",
    ("Page", "newest"): "AAZHXvZM80ABkAAAAABwAIAAAAAAAAAB",
    ("Post", "media"): [],
    ("Post", "parent"): None,
    ("Post", "quoted"): None,
    ("Post", "root"): None,
    ("Badge", "expires_at"): BADGE["expires_at"],
    ("Badge", "kind"): "domain",
    ("Badge", "issuer"): BADGE["issuer"],
    ("Badge", "reason"): None,
    ("Preferences", "kinds"): {"like": "following", "repost": "off"},
    ("Problem", "code"): "malformed",
    ("Problem", "status"): 400,
    ("Problem", "title"): "The request does not have the form that is documented",
    ("Problem", "type"): "urn:troth:problem:malformed",
    ("ReactingPerson", "viewer"): {
        "following": True,
        "followed_by": False,
        "muted": False,
        "blocking": False,
    },
    ("Registration", "client_secret"): "Zm9ydHktdGhyZWUgY2hhcmFjdGVycyBvZiBCYXNlNjQ",
    ("Registration", "name"): "A reader",
    ("ReportedPost", "media"): [],
}
# Bodies of which a client chooses what to send.
WHOLE: dict[str, dict[str, Any]] = {
    "AccountDeletion": {"password": VALUES["password"]},
    "Comment": {"text": "Good morning to you, too"},
    "Deletion": {"message": DELETION_RECORD, "signature": SIGNATURE},
    "DraftMedia": {"id": SOMETHING, "alt": VALUES["alt"]},
    "GroupChange": {"title": "Reading group, Tuesdays"},
    "NewAction": {"act": "hide", "type": "post", "subject": SOMETHING, "reason": "Spam."},
    "NewMint": {
        "name": "Engine",
        "description": "The first of its kind.",
        "image": SOMETHING,
        "royalty": 250,
        "attributes": [{"trait_type": "year", "value": 1843}],
    },
    "NewClaim": {"kind": "domain", "value": "alice.example.org"},
    "NewMessage": {"to": BOB, "text": "Are you coming tonight?"},
    "NewPost": {"text": "Good morning, #troth", "audience": "public"},
    "NewStamp": {"digest": HASH, "about": "thesis.pdf"},
    "NewWallet": {"message": SIGN_IN, "signature": SIGNATURE},
    "Nothing": {},
    "ProfileChange": {"name": "Alice", "bio": VALUES["bio"], "links": VALUES["links"]},
    "SignedRecord": {"message": DELEGATION_RECORD, "signature": SIGNATURE},
    "WalletSignIn": {"message": SIGN_IN, "signature": SIGNATURE},
}

SIGNED_POST = {"message": POST_RECORD, "signature": SIGNATURE}
SIGNED_REVOCATION = {"message": REVOCATION_RECORD, "signature": SIGNATURE}
SIGNED_STAMP = {"message": STAMP_RECORD, "signature": SIGNATURE}
STREAM = (
    f'id: 42\nevent: notification\ndata: {{"id":"42","kind":"like","created_at":"{MOMENT}"}}\n\n'
)


def either(unsigned: str, signed: dict[str, Any]) -> dict[str, Any]:
    """Return the examples of a body that may be signed or not; the unsigned one is of a schema's name."""
    return {
        "unsigned": {"summary": "From an account without a wallet", "value": WHOLE[unsigned]},
        "signed": {"summary": "Signed by a wallet or its device", "value": signed},
    }


class NoExampleError(LookupError):
    """A field without an example; carries schema and field."""

    def __init__(self, schema: str, field: str) -> None:
        self.schema, self.field = schema, field
        super().__init__(f"{schema}.{field} has no example; add one to webapp/openapi_examples.py.")


def body_example(schema: Schema) -> Any:
    """Return what a client may send for a schema; raises NoExampleError."""
    return WHOLE.get(name_of(schema)) or _example(schema, schema.load_fields)


def answer_example(schema: Schema) -> Any:
    """Return what an answer of a schema looks like; raises NoExampleError."""
    return _example(schema, schema.dump_fields)


def name_of(schema: Schema) -> str:
    """Return the name of a schema in the document."""
    return type(schema).__name__.removesuffix("Schema")


def _example(schema: Schema, shown: Mapping[str, fields.Field[Any]]) -> Any:
    found = {
        field.data_key or name: value_of(schema, field.data_key or name, field)
        for name, field in shown.items()
    }
    return [found] if schema.many else found


def value_of(schema: Schema | fields.Field[Any] | None, name: str, field: fields.Field[Any]) -> Any:
    """Return the example of one field; raises NoExampleError."""
    special, found = _special(schema, name)
    if special:
        return found
    if isinstance(field, fields.Nested):
        return _example(field.schema, field.schema.dump_fields)
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested | fields.UUID):
        return [value_of(schema, name, field.inner)]
    if isinstance(field, fields.UUID):
        return PEOPLE.get(name, SOMETHING)
    if name in VALUES and _fits(VALUES[name], field):
        return VALUES[name]
    return _plain(schema, name, field)


def _special(schema: object, name: str) -> tuple[bool, Any]:
    for ancestor in type(schema).__mro__:
        key = (ancestor.__name__.removesuffix("Schema"), name)
        if key in SPECIAL:
            return True, SPECIAL[key]
    return False, None


def _fits(value: object, field: fields.Field[Any]) -> bool:
    choice = _choice(field)
    number = not isinstance(field, fields.Integer) or isinstance(value, int)
    return number and (choice is None or value in choice)


def _plain(schema: object, name: str, field: fields.Field[Any]) -> Any:
    """Return the example of a field whose type or choice says enough."""
    if name == "next":
        return None
    if isinstance(field, fields.Boolean | fields.Integer):
        return True if isinstance(field, fields.Boolean) else 1
    if choice := _choice(field):
        return choice[0]
    raise NoExampleError(type(schema).__name__, name)


def _choice(field: fields.Field[Any]) -> list[Any] | None:
    rules = [one for one in field.validators if isinstance(one, validate.OneOf)]
    return list(rules[0].choices) if rules else None
