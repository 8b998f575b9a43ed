"""All that a person with a password can write, for tests of what happens to them meanwhile."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.files import picture, upload
from tests.support.oauth import register_app
from tests.support.wallet import PASSWORD, Person


def writes(other: Person, post: dict[str, Any]) -> Iterator[tuple[str, Callable[[Person], Any]]]:
    """Give all that a person with a password can write, by name."""
    application = register_app(other)

    def call(method: str, path: str, body: Any = None) -> tuple[str, Callable[[Person], Any]]:
        return f"{method} {path}", lambda person: person.call(method, path, body)

    there = f"/posts/{post['id']}"
    yield call("POST", "/posts", {"text": "late"})
    yield call("POST", f"{there}/like")
    yield call("POST", f"{there}/repost")
    yield call("POST", f"{there}/comment", {"text": "late"})
    for deed in ("follow", "block", "mute"):
        yield call("POST", f"/users/{other.account}/{deed}")
    yield call("POST", "/messages", {"to": other.account, "text": "late"})
    yield call("POST", "/conversations", {"members": [other.account], "title": "late"})
    yield call("PUT", "/messages/preferences", {"accept": "following"})
    yield call("PUT", "/notifications/preferences", {"kinds": {"like": "off"}})
    yield call("POST", "/webhooks", {"url": "https://late.example/"})
    report = {"type": "post", "subject": post["id"], "reason": "spam", "text": "late"}
    yield call("POST", "/reports", report)
    yield call("POST", "/stamps", {"digest": "0x" + "ab" * 32, "about": "late"})
    app = {"name": "late", "redirect_uris": ["https://late.example/"]}
    yield call("POST", "/oauth/apps", app)
    yield call("POST", "/oauth/authorize", application.request() | {"decision": "allow"})
    yield call("POST", "/me/exports")
    yield call("POST", "/me/recovery-codes", {"password": PASSWORD})
    new = {"password": PASSWORD, "new_password": "another long password"}
    yield call("POST", "/me/password", new)
    yield call("PATCH", "/me", {"bio": "late"})
    yield "POST /media", lambda person: upload(person, picture(), alt="late")
