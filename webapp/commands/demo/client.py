"""A small API client with a wallet and a device key of its own, as any client would be."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from uuid6 import uuid7

from chain.proofs.domain import Domain, digest
from chain.proofs.records import ZERO_HASH, Kind, content

TIMEOUT_SECONDS = 15
DEVICE_SECONDS = 30 * 86_400


class DemoError(Exception):
    """The demo could not go on; says why."""


def sign_in_message(base: str, address: str, chain_id: int, nonce: str) -> str:
    """Return an EIP-4361 message for the server at ``base``, to be signed by a wallet."""
    issued = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f"{urlsplit(base).netloc} wants you to sign in with your Ethereum account:\n"
        f"{address}\n\nSign in to Troth.\n\n"
        f"URI: {base}\nVersion: 1\nChain ID: {chain_id}\n"
        f"Nonce: {nonce}\nIssued At: {issued}"
    )


@dataclass
class Person:
    """Somebody with a wallet, and a device that may sign for it."""

    name: str
    base: str
    wallet: LocalAccount = field(default_factory=Account.create)
    device: LocalAccount = field(default_factory=Account.create)
    http: requests.Session = field(default_factory=requests.Session)

    @property
    def address(self) -> str:
        """The wallet's address, lower case."""
        return str(self.wallet.address).lower()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the API and return its JSON; raises DemoError with the problem's own words."""
        url = f"{self.base}/api/v1{path}"
        try:
            answer = self.http.request(method, url, json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            raise DemoError(f"{url} does not answer ({type(error).__name__}).") from error
        if not answer.ok:
            raise DemoError(f"{method} {path} was refused ({answer.status_code}): {answer.text}")
        return answer.json() if answer.content else None

    def sign_in(self) -> None:
        """Sign in with Ethereum (EIP-4361)."""
        log, nonce = self.call("GET", "/log"), self.call("POST", "/auth/siwe/nonce")["nonce"]
        chain_id = log["domain"]["chainId"]
        message = sign_in_message(self.base, str(self.wallet.address), chain_id, nonce)
        signature = "0x" + self.wallet.sign_message(encode_defunct(text=message)).signature.hex()
        body = {"message": message, "signature": signature}
        tokens = self.call("POST", "/auth/siwe", body)
        self.http.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    def allow_device(self) -> None:
        """Let the device key sign posts, by one signature of the wallet."""
        message = self._record(
            delegate=str(self.device.address).lower(),
            scope="post",
            expiresAt=int(time.time()) + DEVICE_SECONDS,
        )
        self.call("POST", "/devices", self._signed(Kind.DELEGATION, message, self.wallet))

    def publish(self, text: str, **changes: str) -> dict[str, Any]:
        """Publish a post signed by the device; ``changes`` are fields of the record."""
        message = self._record(
            audience="public",
            text=text,
            media=[],
            replyTo=ZERO_HASH,
            quotes=ZERO_HASH,
            replaces=ZERO_HASH,
            salt="0x" + secrets.token_hex(32),
        )
        message |= changes
        post: dict[str, Any] = self.call(
            "POST", "/posts", self._signed(Kind.POST, message, self.device)
        )
        return post

    def delete(self, post: dict[str, Any]) -> dict[str, Any]:
        """Delete a post by a Deletion signed by the device."""
        message = self._record(replaces=post["content"]) | {"id": record_id(post)}
        body = self._signed(Kind.DELETION, message, self.device)
        tombstone: dict[str, Any] = self.call("DELETE", f"/posts/{post['id']}", body)
        return tombstone

    def _record(self, **fields: Any) -> dict[str, Any]:
        log = self.call("GET", "/log")
        head = {"id": "0x" + uuid7().bytes.hex(), "author": self.address}
        return {**head, **fields, "notBefore": log["notBefore"]}

    def _signed(self, kind: Kind, message: dict[str, Any], key: LocalAccount) -> dict[str, Any]:
        domain = self.call("GET", "/log")["domain"]
        where = Domain(domain["chainId"], domain["verifyingContract"])
        signed = key.unsafe_sign_hash(Hash32(digest(where, content(kind, message))))
        return {"message": message, "signature": "0x" + signed.signature.hex()}


def record_id(post: dict[str, Any]) -> str:
    """Return a post's id as the record's 16 bytes in hex."""
    return "0x" + str(post["id"]).replace("-", "")
