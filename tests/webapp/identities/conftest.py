"""Claims as people make them, with domains, mail and a chain that are real."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from chain.client import ChainClient
from tests.support.domains import Domains, Mailbox, domains_served, mail_served
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.database import writing
from webapp.extensions import db
from webapp.identities.models import IdentityClaim
from workers.anchoring import sweep
from workers.identities import tend_claims

NAMES = ["ada.example.org", "www.ada.example.org", "example.org", "xn--bcher-kva.example.org"]
Claim = dict[str, Any]
Tend = Callable[[], None]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Domains, Path]]:
    folder = tmp_path_factory.mktemp("domains")
    with domains_served(folder, NAMES) as found:
        yield found, folder / "ca.pem"


@pytest.fixture(scope="module")
def mail() -> Iterator[tuple[Mailbox, str]]:
    with mail_served() as found:
        yield found


@pytest.fixture
def domains(
    app: Flask, served: tuple[Domains, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Domains]:
    found, authority = served
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    app.extensions["troth_ask_domain"] = found.ask
    configure(app, dns_servers=f"127.0.0.1:{found.dns_port}")
    yield found
    found.clear()


@pytest.fixture
def mailbox(app: Flask, mail: tuple[Mailbox, str]) -> Mailbox:
    box, url = mail
    box.messages.clear()
    box.refuse, box.answer, box.polite = False, "451 not now", True
    configure(app, smtp_url=url, smtp_from="troth@example.org")
    return box


def configure(app: Flask, **settings: Any) -> None:
    app.config["TROTH"] = replace(app.config["TROTH"], **settings)


@pytest.fixture
def tend(app: Flask) -> Tend:
    """Give a function that lets the worker see to claims until they are final."""

    def run() -> None:
        with app.app_context():
            tend_claims()
            sweep()
            sweep()

    return run


@pytest.fixture
def client(app: Flask) -> ChainClient:
    found: ChainClient = app.extensions["troth_chain"]
    return found


def ask(person: Person, kind: str, value: str | None = None, status: int = 201, **more: Any) -> Any:
    body = {"kind": kind, **({} if value is None else {"value": value}), **more}
    answer = person.call("POST", "/claims", body)
    assert answer.status_code == status, answer.text
    return answer.json


def one(person: Person, claim: Claim) -> Claim:
    answer = person.call("GET", f"/claims/{claim['id']}")
    assert answer.status_code == 200, answer.text
    found: Claim = answer.json
    return found


def due(app: Flask, claim: Claim, **values: Any) -> None:
    """Change a claim's row, as time would."""
    with app.app_context():
        with writing() as session:
            mine = update(IdentityClaim).where(IdentityClaim.id == UUID(claim["id"]))
            session.execute(mine.values(values))
        db.session.remove()


def grant(app: Flask, person: Person, role: str) -> None:
    with app.app_context():
        with writing() as session:
            mine = update(Account).where(Account.id == UUID(person.account))
            session.execute(mine.values(role=role))
        db.session.remove()
