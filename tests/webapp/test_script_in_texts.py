"""A script in any text that people write comes back as that text, in JSON, and never as a page."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.support.answers import refused
from tests.support.databases import only_sqlite
from tests.support.files import picture, upload
from tests.support.minting import order
from tests.support.oauth import HERE, register_app
from tests.support.wallet import V1, Person
from tests.support.wallets import link
from webapp.accounts.models import Account
from webapp.database import writing
from workers import media
from workers.delivery import deliver

SCRIPT = "\"'><script>alert(1)</script>"
SOMEBODY = "00000000-0000-7000-8000-000000000000"
JSON_TYPES = ("application/json", "application/problem+json")


class Stage:
    """Dora, who writes; Rita, who reads and reports; two moderators."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        names = ("dora", "rita", "mod", "other")
        self.dora, self.rita, self.mod, self.other = (
            Person(app.test_client()).register(f"{name}s") for name in names
        )
        with app.app_context(), writing() as session:
            chosen = update(Account).where(Account.handle.in_(["mods", "others"]))
            session.execute(chosen.values(role="moderator"))

    def post(self, text: str = "hello", **more: Any) -> TestResponse:
        return self.dora.call("POST", "/posts", {"text": text} | more)

    def report(self, post: str, text: str = "look") -> TestResponse:
        body = {"type": "post", "subject": post, "reason": "spam", "text": text}
        return self.rita.call("POST", "/reports", body)

    def hide(self, post: str, reason: str = "the rules") -> TestResponse:
        body = {"act": "hide", "type": "post", "subject": post, "reason": reason}
        return self.mod.call("POST", "/moderation/actions", body)

    def hidden(self) -> str:
        """Return the action that hid a post of Dora."""
        return str(self.hide(self.post().json["id"]).json["id"])


Answers = Iterator[TestResponse]


def name(stage: Stage) -> Answers:
    yield stage.dora.call("PATCH", "/me", {"name": SCRIPT})
    yield stage.rita.call("GET", f"/users/{stage.dora.account}")
    yield stage.rita.call("GET", "/search/people?q=doras")


def bio(stage: Stage) -> Answers:
    yield stage.dora.call("PATCH", "/me", {"bio": SCRIPT})
    yield stage.rita.call("GET", "/users/by-handle/doras")


def text_of_a_post(stage: Stage) -> Answers:
    # PostgreSQL passes over what stands in a <script>; the word beside it is found.
    made = stage.post(f"hello {SCRIPT}")
    yield made
    yield stage.rita.call("GET", f"/posts/{made.json['id']}")
    yield stage.rita.call("GET", f"/users/{stage.dora.account}/posts")
    yield stage.rita.call("GET", "/search/posts?q=hello")


def alt_of_a_picture(stage: Stage) -> Answers:
    file = upload(stage.dora, picture(), alt=SCRIPT)
    yield file
    with stage.app.app_context():
        media.work()
    made = stage.post(media=[{"id": file.json["id"], "alt": SCRIPT}])
    yield made
    yield stage.rita.call("GET", f"/posts/{made.json['id']}")


def message(stage: Stage) -> Answers:
    sent = stage.dora.call("POST", "/messages", {"to": stage.rita.account, "text": SCRIPT})
    yield sent
    yield stage.rita.call("GET", f"/messages/{sent.json['conversation']}")
    yield stage.rita.call("GET", "/conversations")


def title_of_a_group(stage: Stage) -> Answers:
    group = {"members": [stage.rita.account], "title": SCRIPT}
    made = stage.dora.call("POST", "/conversations", group)
    yield made
    yield stage.rita.call("GET", f"/conversations/{made.json['id']}")
    yield stage.dora.call("PATCH", f"/conversations/{made.json['id']}", {"title": SCRIPT})


def report(stage: Stage) -> Answers:
    yield stage.report(stage.post().json["id"], SCRIPT)
    yield stage.mod.call("GET", "/moderation/reports")


def reported_post(stage: Stage) -> Answers:
    post = stage.post(SCRIPT)
    stage.report(post.json["id"])
    yield stage.mod.call("GET", "/moderation/reports")


def reason_of_an_action(stage: Stage) -> Answers:
    yield stage.hide(stage.post().json["id"], SCRIPT)
    yield stage.dora.call("GET", "/me/moderation")


def appeal(stage: Stage) -> Answers:
    yield stage.dora.call("POST", "/appeals", {"action": stage.hidden(), "text": SCRIPT})
    yield stage.other.call("GET", "/moderation/appeals")
    yield stage.dora.call("GET", "/me/moderation")


def app_name(stage: Stage) -> Answers:
    yield stage.dora.call("POST", "/oauth/apps", {"name": SCRIPT, "redirect_uris": [HERE]})
    yield stage.dora.call("GET", "/oauth/apps")
    client = register_app(stage.dora, name=SCRIPT)
    yield stage.rita.http.get(
        f"{V1}/oauth/authorize", query_string=client.request(), headers=stage.rita.headers
    )
    client.tokens(stage.rita)
    yield stage.rita.call("GET", "/oauth/consents")


def what_a_stamp_is_about(stage: Stage) -> Answers:
    made = stage.dora.call("POST", "/stamps", {"digest": "0x" + "1" * 64, "about": SCRIPT})
    yield made
    yield stage.dora.call("GET", f"/stamps/{made.json['id']}")
    yield stage.dora.call("GET", "/stamps")


def texts_of_a_mint(stage: Stage) -> Answers:
    assert link(stage.dora).status_code == 201
    texts = {"name": SCRIPT, "description": SCRIPT}
    attributes = [{"trait_type": SCRIPT, "value": SCRIPT}]
    yield stage.dora.call("POST", "/mints", order(stage.dora, **texts, attributes=attributes))
    yield stage.dora.call("GET", "/mints")


TEXTS: dict[str, Callable[[Stage], Answers]] = {
    one.__name__: one
    for one in (
        name,
        bio,
        text_of_a_post,
        alt_of_a_picture,
        message,
        title_of_a_group,
        report,
        reported_post,
        reason_of_an_action,
        appeal,
        app_name,
        what_a_stamp_is_about,
        texts_of_a_mint,
    )
}


def texts(value: Any) -> Iterator[str]:
    """Return every text in a JSON document."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    if isinstance(value, str):
        yield value


def is_data(answer: TestResponse) -> None:
    """Check that no browser takes an answer for a page."""
    assert answer.mimetype in JSON_TYPES, answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("what", TEXTS)
@only_sqlite
def test_a_script_comes_back_as_the_text_that_it_is(app: Flask, what: str) -> None:
    for answer in TEXTS[what](Stage(app)):
        assert answer.status_code in (200, 201), answer.text
        is_data(answer)
        assert any(SCRIPT in text for text in texts(json.loads(answer.data))), answer.text


@only_sqlite
def test_the_reason_of_a_decision_is_data(app: Flask) -> None:
    stage = Stage(app)
    made = stage.dora.call("POST", "/appeals", {"action": stage.hidden(), "text": "why"}).json
    body = {"decision": "refuse", "reason": SCRIPT}
    answer = stage.other.call("POST", f"/moderation/appeals/{made['id']}/decision", body)
    for one in (answer, stage.dora.call("GET", "/me/moderation")):
        assert one.status_code == 200, one.text
        is_data(one)
    trail = stage.other.call("GET", "/moderation/audit")
    assert trail.status_code == 200
    is_data(trail)


@only_sqlite
def test_what_a_notification_tells_of_a_post_is_data(app: Flask) -> None:
    stage = Stage(app)
    stage.post(f"@ritas {SCRIPT}")
    with app.app_context():
        deliver()
    answer = stage.rita.call("GET", "/notifications")
    assert len(answer.json["items"]) == 1
    is_data(answer)


@only_sqlite
def test_no_handle_link_or_address_of_an_app_is_a_script(app: Flask) -> None:
    stage = Stage(app)
    link = "javascript:alert(1)"
    handle = {"handle": SCRIPT}
    for answer in (
        stage.dora.call("PATCH", "/me", handle),
        stage.dora.call("PATCH", "/me", {"links": [link]}),
        stage.dora.call("PATCH", "/me", {"links": [f"https://x.example/{SCRIPT}"]}),
        stage.dora.call("POST", "/oauth/apps", {"name": "An app", "redirect_uris": [link]}),
        stage.dora.call("POST", "/webhooks", {"url": link}),
        stage.rita.call("POST", "/users", handle | {"password": "a long password"}),
    ):
        assert answer.status_code in (400, 422), answer.text
        is_data(answer)


@only_sqlite
def test_what_a_refusal_repeats_of_a_request_is_data(app: Flask, visitor: Person) -> None:
    asked = {"Accept": "text/html", "X-Request-Id": SCRIPT}
    for path in (
        f"/users/by-handle/{SCRIPT}",
        f"/tags/{SCRIPT}/posts",
        f"/nowhere/{SCRIPT}",
        f"/posts/{SCRIPT}",
        f"/search/posts?q={SCRIPT}",
        f"/log/entries?first={SCRIPT}",
        f"/log/entries?{SCRIPT}=1",
        f"/users/{SOMEBODY}/posts?cursor={SCRIPT}",
    ):
        is_data(visitor.call("GET", path, headers=asked))
    is_data(visitor.call("POST", "/users", {SCRIPT: SCRIPT}, headers=asked))
    is_data(visitor.http.open(f"/{SCRIPT}"))
    with visitor.http.open(f"/{SCRIPT}", headers=asked) as page:
        # A browser gets the web UI's one file there, in which nothing of the address stands.
        assert page.status_code == 404
        assert SCRIPT not in page.text
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert SCRIPT not in visitor.http.get(f"{V1}/log", headers=asked).headers["X-Request-Id"]


def test_a_signed_script_comes_back_as_it_was_signed(alice: Person, anchor: Any) -> None:
    post = alice.publish(alice.post_record(SCRIPT)).json
    anchor()
    for what in ("bundle", "history"):
        answer = alice.call("GET", f"/posts/{post['id']}/{what}")
        assert answer.status_code == 200
        assert answer.mimetype in (*JSON_TYPES, "application/vnd.troth.bundle+json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert SCRIPT in set(texts(json.loads(answer.data)))
    missing = alice.call("GET", f"/posts/{post['id']}/bundle?content={SCRIPT}")
    is_data(missing)
    refused(missing, 400, "malformed")
