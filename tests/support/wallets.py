"""Linking a wallet to an account."""

from typing import Any

from tests.support.wallet import Person


def proof(person: Person, **changes: Any) -> dict[str, str]:
    challenge = person.call("POST", "/wallets/nonce").json
    return person.signed_siwe(person.siwe(**(challenge | changes)))


def link(person: Person, **changes: Any) -> Any:
    return person.call("POST", "/wallets", proof(person, **changes))
