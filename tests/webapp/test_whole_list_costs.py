"""Lists that come whole, without pages, cost as many statements when they are long."""

import json
from typing import Any

from eth_account import Account
from flask import Flask
from sqlalchemy import update

from tests.support.oauth import register_app
from tests.support.statements import cost
from tests.support.wallet import V1, Person
from webapp.database import writing
from webapp.notifications.webhooks.models import WebhookDelivery

FEW, MANY = 2, 5
# Of these every item adds one to the list that is named here.
WHOLE = {
    "/conversations/{conversation}": "members",
    "/me": "profile.authors",
    "/oauth/apps": "items",
    "/users/by-handle/{handle}": "authors",
    "/users/{user_id}": "authors",
    "/wallets": "items",
    "/webhooks": "items",
    "/webhooks/{webhook_id}/deliveries": "items",
}
# Media of one post, and the scopes that there are: a handful, whoever asks.
SHORT = {
    "/oauth/authorize",
    "/posts/{post_id}",
    # At most eight badges of an address, what a claim may hold as evidence, and the issuers of the settings.
    "/claims/{claim_id}",
    "/issuers",
    "/moderation/claims/{claim_id}",
    "/users/{user_id}/claims",
}


class Owner:
    """Olga, whose lists grow by one item at a time."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.olga = Person(app.test_client()).register("olga")
        self.made = 0
        first = Person(app.test_client()).register("other0")
        group = self.do("/conversations", {"members": [first.account], "title": "all of us"})
        self.names = {"user_id": self.olga.account, "handle": "olga", "conversation": group["id"]}

    def do(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.olga.call("POST", path, body)
        assert answer.status_code in (200, 201, 202), (path, answer.text)
        found: dict[str, Any] = answer.json
        return found

    def grow(self, length: int) -> None:
        """Add to each list until it was added to so many times."""
        while self.made < length:
            self.made += 1
            other = Person(self.app.test_client()).register(f"other{self.made}")
            self.do(
                f"/conversations/{self.names['conversation']}/members", {"account": other.account}
            )
            self._links_a_wallet()
            register_app(self.olga)
            hook = self.do("/webhooks", {"url": f"https://example.org/{self.made}"})
            self.names.setdefault("webhook_id", hook["id"])
            self._tries_out(self.names["webhook_id"])

    def _links_a_wallet(self) -> None:
        holder = self.olga.again(self.olga.http)
        holder.wallet = Account.create()
        said = holder.siwe(**self.do("/wallets/nonce"))
        self.do("/wallets", holder.signed_siwe(said))

    def _tries_out(self, webhook_id: str) -> None:
        self.do(f"/webhooks/{webhook_id}/test")
        with self.app.app_context(), writing() as session:
            # While one test waits, another is the same one.
            session.execute(update(WebhookDelivery).values(next_attempt_at=None))

    def length(self, path: str, name: str) -> int:
        found = self.olga.call("GET", path).json
        for part in name.split("."):
            found = found[part]
        return len(found)


def arrays(schemas: dict[str, Any], schema: dict[str, Any], inside: tuple[str, ...] = ()) -> bool:
    """Tell whether a schema holds a list anywhere."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        return name not in inside and arrays(schemas, schemas[name], (*inside, name))
    parts = [*schema.get("properties", {}).values(), *schema.get("allOf", ())]
    return schema.get("type") == "array" or any(arrays(schemas, one, inside) for one in parts)


def whole_lists(app: Flask) -> set[str]:
    """Return the routes that answer a list and take no ``limit``."""
    described = json.loads(app.test_client().get(f"{V1}/openapi.json").data)
    found = set()
    for path, methods in described["paths"].items():
        get = methods.get("get", {})
        names = {one.get("name") for one in get.get("parameters", ())}
        content = get.get("responses", {}).get("200", {}).get("content", {})
        schemas = [one.get("schema", {}) for one in content.values()]
        if "limit" not in names and any(
            arrays(described["components"]["schemas"], one) for one in schemas
        ):
            found.add(path.removeprefix(V1))
    return found


def test_every_list_that_comes_whole_is_counted_here(app: Flask) -> None:
    assert whole_lists(app) == WHOLE.keys() | SHORT


def test_no_list_that_comes_whole_costs_more_statements_when_it_is_long(app: Flask) -> None:
    owner = Owner(app)
    seen: dict[str, list[tuple[int, int]]] = {path: [] for path in WHOLE}
    for length in (FEW, MANY):
        owner.grow(length)
        for path, name in WHOLE.items():
            url = path.format(**owner.names)
            # Once before it is counted: what is kept between requests is there then.
            items = owner.length(url, name)
            seen[path].append((items, cost(app, owner.olga, url)))
    for path, ((few, short), (many, long)) in seen.items():
        assert many - few == MANY - FEW, path
        assert 0 < short == long, path
