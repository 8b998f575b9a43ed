"""A small world in which every route has something to act on, and six kinds of people who try."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from eth_account import Account as EthAccount
from flask import Flask
from sqlalchemy import update

from chain.devnode.node import DevNode
from chain.proofs.records import Kind
from chain.tokens import token_id
from tests.support import instance
from tests.support.files import picture, upload
from tests.support.minting import store_transfer
from tests.support.oauth import register_app
from tests.support.wallet import Person
from tests.support.wallets import proof
from webapp.accounts.models import Account
from webapp.assets.models import Mint, MintBy
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db

# In the order in which they act: who is refused leaves everything as it was for those who come after.
PERSONAS = ("anonymous", "blocked", "suspended", "other", "moderator", "owner")


@dataclass
class World:
    """The people by persona, the ids that stand in the routes' placeholders, and signed bodies."""

    app: Flask
    people: dict[str, Person]
    names: dict[str, str]
    bodies: dict[str, Any]

    def person(self, persona: str) -> Person:
        """Return somebody at a client of their own: no cookies of others."""
        return self.people[persona].again(self.app.test_client())


def build(folder: Path, template: Path, node: DevNode, prepared: instance.Prepared) -> World:
    """Make the world once; ``reopened`` gives copies of it."""
    app = instance.make_app(folder, instance.copied_sqlite(template, folder))
    instance.open_prepared(app, node, prepared)
    people = {"anonymous": Person(app.test_client())}
    for persona in PERSONAS[1:]:
        people[persona] = Person(app.test_client()).register(f"the_{persona}")
    owner = people["owner"]
    post = owner.call("POST", "/posts", {"text": "hello #troth"}).json
    wallet = Person(app.test_client()).sign_in()
    linking = replace(owner, wallet=EthAccount.create())
    device = wallet.sign(Kind.DELEGATION, wallet.delegation_record())
    assert wallet.call("POST", "/devices", device).status_code == 201
    world = World(
        app,
        people,
        {
            "user_id": owner.account,
            "post_id": post["id"],
            "content": post["content"],
            "address": str(wallet.device.address).lower(),
            "wallet": linking.address,
            "handle": "the_owner",
            "tag": "troth",
            "cid": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
            "name": "start.js",
            "sequence": "0",
        },
        {
            "delegation": device,
            "revocation": wallet.sign(Kind.REVOCATION, wallet.revocation_record()),
            "picture": picture(),
            # For whose account the nonce is: nobody else can link this wallet by it.
            "link": proof(linking),
        },
    )
    world.names |= _owned(world) | _tokens(world)
    _set_apart(world)
    world.names |= _judged(world)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return world


def _owned(world: World) -> dict[str, str]:
    """Let the owner have one of everything, and return the ids; the other is in their group."""
    owner, other = world.people["owner"], world.people["other"]
    group = _made(owner, "/conversations", {"members": [other.account], "title": "us"})
    message = _made(owner, "/messages", {"conversation": group["id"], "text": "psst"})
    export = _made(owner, "/me/exports", None)
    app = {"name": "An app", "redirect_uris": ["http://127.0.0.1/back"], "confidential": False}
    oauth = _made(owner, "/oauth/apps", app)
    asked = register_app(owner).request()
    assert owner.call("POST", "/oauth/authorize", asked | {"decision": "allow"}).status_code == 200
    (consent,) = owner.call("GET", "/oauth/consents").json["items"]
    file = upload(owner, picture())
    assert file.status_code == 201, file.text
    sessions = owner.call("GET", "/me/sessions").json["items"]
    claim = {"kind": "person", "value": "The Owner", "evidence": "Ask my neighbours."}
    claim = _made(owner, "/claims", claim)
    return {
        "claim_id": claim["id"],
        "evidence_id": claim["evidence"][0]["id"],
        "conversation": group["id"],
        "person": other.account,
        "message": message["id"],
        "export_id": export["id"],
        "app_id": oauth["client_id"],
        "webhook_id": _made(owner, "/webhooks", {"url": "https://example.org/hook"})["id"],
        "stamp_id": _made(owner, "/stamps", {"digest": "0x" + "ab" * 32})["id"],
        "asked_app": asked["client_id"],
        "challenge": asked["code_challenge"],
        "media_id": file.json["id"],
        "consent_id": consent["id"],
        "session_id": sessions[0]["id"],
        "other": other.account,
    }


def _tokens(world: World) -> dict[str, str]:
    """Let there be a token of nobody here, and one that the owner's wallet is to mint."""
    creator, digest = "0x" + "a5" * 20, b"\x5a" * 32
    with world.app.app_context(), writing() as session:
        number = store_transfer(session, 0, creator)
        mint = Mint(
            id=uuid4(),
            account_id=UUID(world.people["owner"].account),
            token=token_id(creator, digest, 1).to_bytes(32),
            by=MintBy.WALLET,
            creator=creator,
            receiver=creator,
            royalty=1,
            digest=digest,
            chain_ref=1,
            created_at=utc_now(),
        )
        session.add(mint)
        return {"token_id": str(number), "mint_id": str(mint.id)}


def _judged(world: World) -> dict[str, str]:
    """Let a moderator who is no persona hide two posts of the owner, who appeals against one hiding."""
    owner, judge = world.people["owner"], Person(world.app.test_client()).register("the_judge")
    with world.app.app_context(), writing() as session:
        chosen = update(Account).where(Account.handle == "the_judge")
        session.execute(chosen.values(role="moderator"))
    actions = []
    for _ in range(2):
        post = _made(owner, "/posts", {"text": "bad"})
        act = {"act": "hide", "type": "post", "subject": post["id"], "reason": "no"}
        actions.append(_made(judge, "/moderation/actions", act)["id"])
    appeal = _made(owner, "/appeals", {"action": actions[0], "text": "why"})
    return {"appeal_id": appeal["id"], "action": actions[1]}


def _made(person: Person, path: str, body: Any) -> dict[str, Any]:
    answer = person.call("POST", path, body)
    assert answer.status_code in (200, 201, 202), answer.text
    found: dict[str, Any] = answer.json
    return found


def _set_apart(world: World) -> None:
    """Suspend and promote those whose persona says so, and let the owner block one."""
    with world.app.app_context(), writing() as session:
        for persona, change in (
            ("suspended", {"suspended_at": utc_now()}),
            ("moderator", {"role": "moderator"}),
        ):
            handle = Account.handle == f"the_{persona}"
            session.execute(update(Account).where(handle).values(change))
    path = f"/users/{world.people['blocked'].account}/block"
    answer = world.people["owner"].call("POST", path)
    assert answer.status_code in (200, 201, 204), answer.text


def reopened(world: World, source: Path, folder: Path, node: DevNode) -> World:
    """Return a copy of the world in a folder of its own."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    app = instance.make_app(folder, f"sqlite:///{folder / 'test.sqlite'}")
    instance.connect(app, node)
    return replace(world, app=app)


def fill(value: Any, world: World, persona: str) -> Any:
    """Put the world's names into a body: every ``{name}`` in its texts; ``@name`` is a signed body."""
    if isinstance(value, str) and value.startswith("@"):
        return world.bodies[value.removeprefix("@")]
    if isinstance(value, dict):
        return {key: fill(one, world, persona) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, world, persona) for one in value]
    return value.format(**world.names) if isinstance(value, str) else value
