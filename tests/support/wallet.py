"""Wallets and records as a client makes them: eth-account signs, the server checks."""

import secrets
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from flask.testing import FlaskClient
from uuid6 import uuid7
from werkzeug.test import TestResponse

from chain.proofs.domain import Domain, digest
from chain.proofs.records import ZERO_HASH, Kind, content

V1 = "/api/v1"
PASSWORD = "a long password"


@dataclass
class Person:
    """Somebody with a wallet and a device, and the server's test client."""

    http: FlaskClient
    wallet: LocalAccount = field(default_factory=Account.create)
    device: LocalAccount = field(default_factory=Account.create)
    token: str = ""
    refresh_token: str = ""
    account: str = ""
    domain: dict[str, Any] = field(
        default_factory=dict
    )  # that of the log when it was last looked at

    @property
    def address(self) -> str:
        return str(self.wallet.address).lower()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        sent = self.headers | (headers or {})
        return self.http.open(V1 + path, method=method, json=body, headers=sent)

    def again(self, http: FlaskClient) -> "Person":
        """Return the same person at another client, as threads need it."""
        return replace(self, http=http)

    def log(self) -> dict[str, Any]:
        answer = self.http.get(f"{V1}/log")
        assert answer.status_code == 200, answer.text
        facts: dict[str, Any] = answer.json
        self.domain = facts["domain"]
        return facts

    def siwe(self, **changes: Any) -> str:
        """Return an EIP-4361 message; keywords change its parts."""
        parts = {
            "domain": "localhost:8000",
            "address": self.wallet.address,
            "uri": "http://localhost:8000",
            "chain": self.log()["domain"]["chainId"],
            "issued": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "statement": "Sign in.",
            "more": "",
        }
        if "nonce" not in changes:
            parts["nonce"] = self.call("POST", "/auth/siwe/nonce").json["nonce"]
        parts |= changes
        return (
            "{domain} wants you to sign in with your Ethereum account:\n{address}\n\n"
            "{statement}\n\nURI: {uri}\nVersion: 1\nChain ID: {chain}\nNonce: {nonce}\n"
            "Issued At: {issued}{more}".format(**parts)
        )

    def signed_siwe(
        self, message: str | None = None, key: LocalAccount | None = None
    ) -> dict[str, str]:
        text = self.siwe() if message is None else message
        signed = (key or self.wallet).sign_message(encode_defunct(text=text))
        return {"message": text, "signature": "0x" + signed.signature.hex()}

    def take(self, answer: TestResponse) -> "Person":
        assert answer.status_code in (200, 201), answer.text
        self.token, self.refresh_token = answer.json["access_token"], answer.json["refresh_token"]
        self.account = answer.json["account"]
        return self

    def sign_in(self) -> "Person":
        return self.take(self.call("POST", "/auth/siwe", self.signed_siwe()))

    def register(self, handle: str, password: str = PASSWORD) -> "Person":
        return self.take(self.call("POST", "/users", {"handle": handle, "password": password}))

    def record(self, **fields: Any) -> dict[str, Any]:
        head = {"id": "0x" + uuid7().bytes.hex(), "author": self.address}
        return head | {"notBefore": self.log()["notBefore"]} | fields

    def post_record(self, text: str = "hello", **changes: Any) -> dict[str, Any]:
        fields = {
            "audience": "public",
            "text": text,
            "media": [],
            "replyTo": ZERO_HASH,
            "quotes": ZERO_HASH,
            "replaces": ZERO_HASH,
            "salt": "0x" + secrets.token_hex(32),
        }
        return self.record(**fields) | changes

    def edit_record(
        self, post: dict[str, Any], text: str = "edited", **changes: Any
    ) -> dict[str, Any]:
        return self.post_record(text, id=hex_id(post), replaces=post["content"]) | changes

    def deletion_record(self, post: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return self.record(id=hex_id(post), replaces=post["content"]) | changes

    def delegation_record(self, **changes: Any) -> dict[str, Any]:
        fields = {
            "delegate": str(self.device.address).lower(),
            "scope": "post",
            "expiresAt": int(time.time()) + 86_400,
        }
        return self.record(**fields) | changes

    def revocation_record(self, **changes: Any) -> dict[str, Any]:
        return self.record(delegate=str(self.device.address).lower()) | changes

    def stamp_record(self, digest: str, about: str = "a file", **changes: Any) -> dict[str, Any]:
        salt = "0x" + secrets.token_hex(32)
        return self.record(about=about, digest=digest, salt=salt) | changes

    def stamp(self, message: dict[str, Any], key: LocalAccount | None = None) -> TestResponse:
        return self.call("POST", "/stamps", self.sign(Kind.STAMP, message, key))

    def sign(
        self, kind: Kind, message: dict[str, Any], key: LocalAccount | None = None, **domain: Any
    ) -> dict[str, Any]:
        where = (self.domain or self.log()["domain"]) | domain
        target = Domain(where["chainId"], where["verifyingContract"])
        signed = (key or self.wallet).unsafe_sign_hash(digest(target, content(kind, message)))
        return {"message": message, "signature": "0x" + signed.signature.hex()}

    @staticmethod
    def content_of(kind: Kind, message: dict[str, Any]) -> str:
        return "0x" + content(kind, message).hex()

    def publish(
        self, message: dict[str, Any] | None = None, key: LocalAccount | None = None
    ) -> TestResponse:
        record = self.post_record() if message is None else message
        return self.call("POST", "/posts", self.sign(Kind.POST, record, key))

    def delete(self, post: dict[str, Any], key: LocalAccount | None = None) -> TestResponse:
        body = self.sign(Kind.DELETION, self.deletion_record(post), key)
        return self.call("DELETE", f"/posts/{post['id']}", body)

    def allow_device(self, **changes: Any) -> TestResponse:
        body = self.sign(Kind.DELEGATION, self.delegation_record(**changes))
        return self.call("POST", "/devices", body)

    def revoke_device(self) -> TestResponse:
        body = self.sign(Kind.REVOCATION, self.revocation_record())
        return self.call("DELETE", f"/devices/{str(self.device.address).lower()}", body)


def hex_id(post: dict[str, Any]) -> str:
    return "0x" + post["id"].replace("-", "")
