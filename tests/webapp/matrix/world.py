"""A small world in which every route has something to act on, and six kinds of people who try."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import update

from chain.deployments import Deployment
from chain.devnode.node import DevNode
from chain.proofs.records import Kind
from tests.support import instance
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db

# In the order in which they act: who is refused leaves everything as it was for those who come after.
PERSONAS = ("anonymous", "blocked", "suspended", "other", "moderator", "owner")


@dataclass
class World:
    """The people by persona, and the ids that stand in the routes' placeholders."""

    app: Flask
    people: dict[str, Person]
    names: dict[str, str]

    def person(self, persona: str) -> Person:
        """Return somebody at a client of their own: no cookies of others."""
        return self.people[persona].again(self.app.test_client())


def build(folder: Path, template: Path, node: DevNode, deployment: Deployment) -> World:
    """Make the world once; ``reopened`` gives copies of it."""
    app = instance.make_app(folder, instance.copied_sqlite(template, folder))
    instance.open_prepared(app, node, deployment)
    people = {"anonymous": Person(app.test_client())}
    for persona in PERSONAS[1:]:
        people[persona] = Person(app.test_client()).register(f"the_{persona}")
    owner = people["owner"]
    post = owner.call("POST", "/posts", {"text": "hello #troth"}).json
    wallet = Person(app.test_client()).sign_in()
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
            "handle": "the_owner",
            "tag": "troth",
            "name": "start.js",
            "sequence": "0",
        },
    )
    world.names |= _owned(world)
    _set_apart(world)
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
    sessions = owner.call("GET", "/me/sessions").json["items"]
    return {
        "conversation": group["id"],
        "person": other.account,
        "message": message["id"],
        "export_id": export["id"],
        "app_id": oauth["client_id"],
        "webhook_id": _made(owner, "/webhooks", {"url": "https://example.org/hook"})["id"],
        "stamp_id": _made(owner, "/stamps", {"digest": "0x" + "ab" * 32})["id"],
        "appeal_id": "01930000-0000-7000-8000-000000000002",
        "media_id": "01930000-0000-7000-8000-000000000001",
        "consent_id": "01930000-0000-7000-8000-000000000000",
        "session_id": sessions[0]["id"],
        "other": other.account,
    }


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


def reopened(
    world: World, source: Path, folder: Path, node: DevNode, deployment: Deployment
) -> World:
    """Return a copy of the world in a folder of its own."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    app = instance.make_app(folder, f"sqlite:///{folder / 'test.sqlite'}")
    instance.open_prepared(app, node, deployment)
    return replace(world, app=app)


def fill(value: Any, world: World, persona: str) -> Any:
    """Put the world's names into a body: every ``{name}`` in its texts."""
    if isinstance(value, dict):
        return {key: fill(one, world, persona) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, world, persona) for one in value]
    return value.format(**world.names) if isinstance(value, str) else value
