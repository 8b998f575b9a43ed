"""No route runs more statements for a longer page; a list that is not tried here is noticed."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

from eth_account import Account as EthAccount
from flask import Flask
from sqlalchemy import update

from tests.support.minting import begun, store_transfer
from tests.support.oauth import register_app
from tests.support.statements import cost
from tests.support.wallet import PASSWORD, V1, Person
from tests.support.wallets import link
from webapp.accounts.models import Account
from webapp.database import writing
from webapp.pagination import BEGINNING
from workers.chores import do_chores
from workers.delivery import deliver

FEW, MANY = 2, 7


class Crowd:
    """Olga, of whose everything there are as many as there are others."""

    def __init__(self, app: Flask, anchor: Callable[[], None]) -> None:
        self.app = app
        self.olga = Person(app.test_client()).register("olga")
        self.others = [Person(app.test_client()).register(f"olgas{n}") for n in range(MANY)]
        self.blocked = [Person(app.test_client()).register(f"other{n}") for n in range(MANY)]
        self.names: dict[str, str] = {"user_id": self.olga.account, "tag": "many"}
        self._exports()
        post = self.do(self.olga, "/posts", {"text": "hello #many"})
        self.names["post_id"] = post["id"]
        about = {"reply_to": post["content"], "quotes": post["content"]}
        for number, one in enumerate(self.others):
            self._reacts(one, post, about, number)
        for one in self.blocked:
            for what in ("block", "mute"):
                self.do(self.olga, f"/users/{one.account}/{what}")
        self._writes()
        with app.app_context():
            deliver()
            for _ in range(MANY):
                self.do(self.olga, "/posts", {"text": "#many1 olga"})
                anchor()
            deliver()
        self._has_apps_and_devices()
        self._has_tokens()
        self._has_claims()
        self._moderates()

    @staticmethod
    def do(who: Person, path: str, body: Any = None) -> dict[str, Any]:
        answer = who.call("POST", path, body)
        assert answer.status_code in (200, 201, 202), (path, answer.text)
        found: dict[str, Any] = answer.json
        return found

    def _exports(self) -> None:
        """Let Olga have exports, each written before the next is asked for: as long as there is little in them."""
        for _ in range(MANY):
            self.do(self.olga, "/me/exports")
            with self.app.app_context():
                do_chores()

    def _reacts(self, one: Person, post: dict[str, Any], about: Any, number: int) -> None:
        self.do(one, f"/users/{self.olga.account}/follow")
        self.do(self.olga, f"/users/{one.account}/follow")
        own = self.do(one, "/posts", {"text": f"olga #many #many{number}", **about})
        self.do(self.olga, f"/posts/{own['id']}/like")
        for what in ("like", "repost"):
            self.do(one, f"/posts/{post['id']}/{what}")
        self.do(one, "/posts", {"text": "@olga"})

    def _writes(self) -> None:
        for one in self.others:
            said = self.do(one, "/messages", {"to": self.olga.account, "text": "psst"})
            conversation = said["conversation"]
        self.names["conversation"] = conversation
        for number in range(MANY):
            self.do(self.olga, "/messages", {"conversation": conversation, "text": f"{number}"})
            self.do(self.olga, "/stamps", {"digest": f"0x{number:064x}"})
            claim = {"kind": "person", "value": f"Olga {number}", "evidence": "Ask around."}
            self.do(self.olga, "/claims", claim)
            self.do(self.blocked[number], "/claims", claim)
        hook = self.do(self.olga, "/webhooks", {"url": "https://example.org/hook"})
        self.names["webhook_id"] = hook["id"]
        for _ in range(MANY):
            self.do(self.olga, f"/webhooks/{hook['id']}/test")

    def _moderates(self) -> None:
        with self.app.app_context(), writing() as session:
            chosen = update(Account).where(Account.handle.in_(["olga", "olgas0"]))
            session.execute(chosen.values(role="moderator"))
        for one in self.blocked:
            post = self.do(one, "/posts", {"text": "bad"})
            report = {"type": "post", "subject": post["id"], "reason": "spam"}
            self.do(self.others[1], "/reports", report)
            act = {"act": "hide", "type": "post", "subject": post["id"], "reason": "no"}
            action = self.do(self.olga, "/moderation/actions", act)
            self.do(one, "/appeals", {"action": action["id"], "text": "why"})
        page = self.olga.call("GET", f"/users/{self.olga.account}/posts?limit={MANY}").json
        for post in page["items"]:
            act = {"act": "hide", "type": "post", "subject": post["id"], "reason": "no"}
            self.do(self.others[0], "/moderation/actions", act)

    def _has_apps_and_devices(self) -> None:
        for one in self.others:
            tokens = register_app(one).tokens(self.olga)
            assert tokens["access_token"]
            body = {"handle": "olga", "password": PASSWORD}
            assert self.olga.call("POST", "/auth/password", body).status_code == 200
        assert link(self.olga).status_code == 201
        for _ in range(MANY):
            self.olga.device = EthAccount.create()
            assert self.olga.allow_device().status_code == 201
            assert self.olga.publish(key=self.olga.device).status_code == 201

    def _has_tokens(self) -> None:
        """Let Olga begin mints and hold tokens, the last of which has been in many hands."""
        for number in range(MANY):
            begun(self.olga, royalty=number)
        with self.app.app_context(), writing() as session:
            tokens = [store_transfer(session, number, self.olga.address) for number in range(MANY)]
            for number in range(1, MANY):
                store_transfer(session, MANY - 1, self.olga.address, moved=number)
        self.names["token_id"] = str(tokens[-1])

    def _has_claims(self) -> None:
        """Let Olga ask for claims, and others for reviews that she may make."""
        for number in range(MANY):
            self.do(self.olga, "/claims", {"kind": "domain", "value": f"many{number}.example.org"})
        for one in self.others:
            asked = {"kind": "person", "value": "Olga Many", "evidence": "My passport."}
            self.do(one, "/claims", asked)


def lists(app: Flask, parameter: str = "limit") -> dict[str, str]:
    """Return the routes that take a parameter of pages, each with a query that finds enough."""
    described = json.loads(app.test_client().get(f"{V1}/openapi.json").data)["paths"]
    found = {}
    for path, methods in described.items():
        names = {one.get("name") for one in methods.get("get", {}).get("parameters", ())}
        if parameter in names:
            searched = "q=many" if path.endswith("/tags") else "q=olga"
            found[path.removeprefix(V1)] = f"?{searched}&" if "q" in names else "?"
    return found


def walked(person: Person, url: str) -> tuple[list[Any], list[str]]:
    """Return what a list holds, two at a time, and the cursors that led through it."""
    seen: list[Any] = []
    cursors: list[str] = []
    while len(cursors) < MANY * MANY:
        after = f"&cursor={cursors[-1]}" if cursors else ""
        page = person.call("GET", f"{url}limit={FEW}{after}").json
        seen += page["items"]
        if page.get("next") is None:
            break
        cursors.append(str(page["next"]))
    return seen, cursors


def test_no_list_costs_more_for_a_longer_page_and_all_are_walked_by_their_cursors(
    app: Flask, anchor: Callable[[], None]
) -> None:
    crowd = Crowd(app, anchor)
    check_costs(crowd)
    check_walks(crowd)


def check_walks(crowd: Crowd) -> None:
    """Assert that every list is walked by its cursors, and takes those of no other amiss."""
    # These go by position or have no next page.
    others = {"/log/entries", "/log/batches", "/moderation/audit", "/search/tags"}
    urls = [
        path.format(**crowd.names) + q for path, q in lists(crowd.app).items() if path not in others
    ]
    cursors, without_since = set(), {"/moderation/reports?", "/moderation/appeals?"}
    for url in urls:
        whole = crowd.olga.call("GET", f"{url}limit=100").json
        found, along = walked(crowd.olga, url)
        assert (found, whole["next"]) == (whole["items"], None), url
        cursors |= set(along[:1])
        if url in without_since:
            continue
        nothing = crowd.olga.call("GET", f"{url}limit=100&since={whole['newest']}").json
        assert (nothing["items"], nothing["newest"]) == ([], whole["newest"]), url
        everything = crowd.olga.call("GET", f"{url}limit=100&since={BEGINNING}").json
        assert sorted(map(str, everything["items"])) == sorted(map(str, whole["items"])), url
    assert len(cursors) > 10
    for url in urls:
        for name, cursor in product(("cursor", "since"), sorted(cursors)[::5]):
            answer = crowd.olga.call("GET", f"{url}limit={FEW}&{name}={cursor}")
            assert answer.status_code in (200, 400), (url, answer.text)


def check_costs(crowd: Crowd) -> None:
    """Assert that no list runs more statements for a longer page."""
    found = lists(crowd.app)
    assert len(found) > 25
    for path, query in found.items():
        url = path.format(**crowd.names) + query
        page = crowd.olga.call("GET", f"{url}limit={MANY}").json
        assert len(page["items"]) == MANY, path
        short, long = (cost(crowd.app, crowd.olga, f"{url}limit={limit}") for limit in (FEW, MANY))
        assert 0 < short == long, path
