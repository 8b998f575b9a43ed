"""Whatever a person may not see is said by no route at all, however it was woven into what they may see."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.support.databases import cases
from tests.support.wallet import V1, Person
from tests.webapp.feed.conftest import Town, ids
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.feed.cache import FeedCache
from webapp.notifications import reading
from webapp.notifications.live.stream import wire

WORD, OLD_WORD, TAG, HANDLE = "zyzzyva", "quagga", "xylem", "unmentionable"
# Streams do not end; the rest is tested where it is: none of it is of posts.
LEFT_OUT = {"GET /events", "GET /docs/<name>", "GET /me/exports/<uuid:export_id>/download"}


class Web:
    """Sam, whose post everybody made something of, and Vic, from whom it is to be kept."""

    def __init__(self, town: Town, anchor: Callable[[], None]) -> None:
        self.town, self.app = town, town.app
        self.sam, self.vic = town.person(HANDLE), town.person("vic")
        self.friend = town.person("friend")
        for one, other in (("vic", "sam"), ("vic", "friend"), ("friend", "sam"), ("sam", "vic")):
            self.do(getattr(self, one), "POST", f"/users/{getattr(self, other).account}/follow")
        vics = self.do(self.vic, "POST", "/posts", {"text": "mine"})
        first = {"text": f"{OLD_WORD} #{TAG} @vic @friend", "reply_to": vics["content"]}
        old = self.do(self.sam, "POST", "/posts", first | {"quotes": vics["content"]})
        edit = {"id": old["id"], "replaces": old["content"], "text": f"{WORD} #{TAG} @vic"}
        self.post = self.do(self.sam, "POST", "/posts", first | edit | {"quotes": vics["content"]})
        about = {"reply_to": self.post["content"], "quotes": self.post["content"]}
        self.friends = self.do(self.friend, "POST", "/posts", {"text": "hear", **about})
        self.vics = self.do(self.vic, "POST", "/posts", {"text": "hm", **about})
        for who in (self.friend, self.vic, self.sam):
            self.do(who, "POST", f"/posts/{self.post['id']}/like")
            self.do(who, "POST", f"/posts/{self.post['id']}/repost")
        for what in ("like", "repost"):
            self.do(self.sam, "POST", f"/posts/{vics['id']}/{what}")
        self.names = {"tag": TAG, "handle": HANDLE, "content": self.post["content"]}
        self.posts = [self.post["id"], vics["id"], self.friends["id"], self.vics["id"]]
        town.deliver()
        anchor()
        town.deliver()
        ids(self.vic)  # so that it is kept, and cached

    @staticmethod
    def do(who: Person, method: str, path: str, body: Any = None) -> Any:
        answer = who.call(method, path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json

    def paths(self) -> Iterator[str]:
        """Give every GET of the API, with the ids of all posts and people."""
        people = [one.account for one in (self.sam, self.vic, self.friend)]
        for rule in self.app.url_map.iter_rules():
            path = rule.rule.removeprefix(V1)
            if "GET" not in (rule.methods or ()) or f"GET {path}" in LEFT_OUT:
                continue
            kinds = {"post_id": self.posts, "user_id": people}
            name = next(iter(re.findall(r"<(?:\w+:)?(\w+)>", path)), None)
            for one in kinds.get(str(name), [self.names.get(str(name), str(UUID(int=0)))]):
                filled = re.sub(r"<[^>]+>", one, path)
                if path.startswith("/search"):
                    yield from (f"{filled}?q={word}" for word in (WORD, OLD_WORD, TAG, HANDLE))
                elif path.endswith("/bundle") and name == "post_id":
                    yield filled
                    yield f"{filled}?content={self.post['content']}"
                elif path.endswith("/posts") and name == "user_id":
                    yield f"{filled}?reposts=true"
                else:
                    yield filled

    def told(self, viewer: Person, *words: str) -> list[str]:
        """Return where a viewer is told one of the words: by which route, or by the stream."""
        found = []
        for path in self.paths():
            answer = viewer.http.get(V1 + path, headers=viewer.headers)
            assert answer.status_code < 500, (path, answer.text)
            # What the answer says of its own path is what the viewer said.
            said = answer.text.replace(path.split("?", maxsplit=1)[0], "")
            if answer.status_code < 400 and any(word in said for word in words):
                found.append(path)
        if viewer.account:
            events = reading.after(db.session(), UUID(viewer.account), 0, 100)
            said = str([wire(one) for one in events])
            found += ["stream"] * any(word in said for word in words)
            db.session.rollback()
        return found


@pytest.fixture
def web(town: Town, cache: FeedCache, anchor: Callable[[], None]) -> Web:
    return Web(town, anchor)


def set_account(app: Flask, person: Person, **values: Any) -> None:
    with writing() as session:
        for name, value in values.items():
            setattr(session.get_one(Account, UUID(person.account)), name, value)


def blocks(web: Web) -> None:
    web.do(web.sam, "POST", f"/users/{web.vic.account}/block")


def is_blocked(web: Web) -> None:
    web.do(web.vic, "POST", f"/users/{web.sam.account}/block")


def is_suspended(web: Web) -> None:
    set_account(web.app, web.sam, suspended_at=utc_now())


def is_gone(web: Web) -> None:
    answer = web.sam.call("DELETE", "/me", {"password": "a long password"})
    assert answer.status_code == 204, answer.text


@cases("deed", sqlite=[blocks, is_blocked, is_gone], postgres=[is_suspended])
def test_of_whom_one_may_not_see_nothing_is_said(web: Web, deed: Callable[[Web], None]) -> None:
    words, nobody = (WORD, OLD_WORD, HANDLE), Person(web.app.test_client())
    assert {f"/feed/{web.vic.account}", "stream", "/notifications"} <= set(
        web.told(web.vic, *words)
    )
    deed(web)
    profile = {f"/users/{web.sam.account}", f"/users/by-handle/{HANDLE}"}
    # Who blocks may see whom, to think better of it; of the suspended all see who it was.
    known = {is_blocked: profile | {"/me/blocks"}, is_suspended: profile}.get(deed, set())
    for _ in range(2):
        assert set(web.told(web.vic, *words)) == known
        if deed in (is_suspended, is_gone):
            assert set(web.told(nobody, *words)) == known
        if deed is not is_gone:
            # The log is public: it names the account of an unsigned entry, and nothing of what it says.
            where = set(web.told(web.vic, web.sam.account))
            assert where == {"/log/entries", *known}
        web.town.deliver()


def hides(web: Web) -> None:
    web.town.change(web.post["id"], hidden_at=utc_now())


def deletes(web: Web) -> None:
    assert web.sam.call("DELETE", f"/posts/{web.post['id']}").status_code == 200


def narrows(web: Web) -> None:
    """Edit the post to be for followers, and have none of those who are asked among them."""
    fields = {name: web.post[name] for name in ("id", "reply_to", "quotes")}
    edit = {"replaces": web.post["content"], "text": f"{WORD} {OLD_WORD}", "audience": "followers"}
    web.do(web.sam, "POST", "/posts", fields | edit)
    answer = web.vic.call("DELETE", f"/users/{web.sam.account}/follow")
    assert answer.status_code == 204


@cases("deed", sqlite=[hides, deletes], postgres=[narrows])
def test_of_what_one_may_not_see_nothing_is_said(web: Web, deed: Callable[[Web], None]) -> None:
    deed(web)
    for _ in range(2):
        for viewer in (web.vic, Person(web.app.test_client())):
            assert web.told(viewer, WORD, OLD_WORD) == []
        web.town.deliver()
