"""The API as `troth stamp` uses it: sign in with a key or bring a token, stamp, look, download."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import requests
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from uuid6 import uuid7

from chain.proofs.domain import Domain, digest
from chain.proofs.errors import MalformedError
from chain.proofs.records import Kind, check_message, content
from webapp.commands.demo.client import sign_in_message

TIMEOUT_SECONDS = 15
MAX_SHOWN = 500


class StampError(Exception):
    """Why a file could not be stamped; the text is one sentence for people."""


@dataclass
class StampClient:
    """Somebody at one server, by a wallet's key or by an access token."""

    base: str
    wallet: LocalAccount | None = None
    http: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def with_key(cls, base: str, key: bytes) -> "StampClient":
        """Sign in with a wallet's key of 32 bytes; raises StampError."""
        client = cls(base, Account.from_key(key))
        client._sign_in(client.wallet)
        return client

    @classmethod
    def with_token(cls, base: str, token: str) -> "StampClient":
        """Use an access token, as an account without a wallet does."""
        client = cls(base)
        client._bear(token)
        return client

    def stamp(self, file_digest: bytes, about: str) -> dict[str, Any]:
        """Stamp a SHA-256 digest; raises StampError."""
        named = "0x" + file_digest.hex()
        if self.wallet is None:
            return self._object("POST", "/stamps", {"digest": named, "about": about})
        log = self._object("GET", "/log")
        message = {
            "id": "0x" + uuid7().bytes.hex(),
            "author": str(self.wallet.address).lower(),
            "about": about,
            "digest": named,
            "notBefore": log.get("notBefore"),
            "salt": "0x" + secrets.token_hex(32),
        }
        try:
            where = Domain(log["domain"]["chainId"], log["domain"]["verifyingContract"])
            hashed = digest(where, content(Kind.STAMP, check_message(Kind.STAMP, message)))
        except (KeyError, TypeError, ValueError, MalformedError) as error:
            raise StampError(f"{self.base} does not say which log it keeps ({error}).") from error
        signature = "0x" + self.wallet.unsafe_sign_hash(Hash32(hashed)).signature.hex()
        return self._object("POST", "/stamps", {"message": message, "signature": signature})

    def look(self, stamp_id: str) -> dict[str, Any]:
        """Return a stamp as it stands now; raises StampError."""
        return self._object("GET", f"/stamps/{stamp_id}")

    def bundle(self, stamp_id: str) -> bytes:
        """Return a stamp's bundle; raises StampError."""
        body: bytes = self._call("GET", f"/stamps/{stamp_id}/bundle").content
        return body

    def _sign_in(self, wallet: LocalAccount | None) -> None:
        if wallet is None:
            raise StampError("A wallet's key is needed to sign in.")
        nonce = self._object("POST", "/auth/siwe/nonce").get("nonce")
        chain_id: int = self._object("GET", "/log").get("domain", {}).get("chainId", 0)
        text = sign_in_message(self.base, str(wallet.address), chain_id, str(nonce))
        signature = "0x" + wallet.sign_message(encode_defunct(text=text)).signature.hex()
        tokens = self._object("POST", "/auth/siwe", {"message": text, "signature": signature})
        self._bear(str(tokens.get("access_token")))

    def _bear(self, token: str) -> None:
        self.http.trust_env = False  # a .netrc would put its own password in the token's place
        self.http.headers["Authorization"] = f"Bearer {token}"

    def _object(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._call(method, path, body)
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise StampError(f"{self.base} answers {path} with something that is no Troth API's.")
        return found

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self.base}/api/v1{path}"
        try:
            answer = self.http.request(
                method, url, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise StampError(f"{url} does not answer ({type(error).__name__}).") from error
        if not answer.ok or answer.is_redirect:
            raise StampError(f"{self.base} refused it ({answer.status_code}): {_problem(answer)}")
        return answer


def _problem(answer: requests.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        found = None
    detail = found.get("detail") if isinstance(found, dict) else None
    return str(detail or answer.reason)[:MAX_SHOWN]
