"""Reports, actions and appeals through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.support.answers import refused
from tests.support.wallet import Person
from webapp.database import writing
from webapp.events.models import Event
from webapp.extensions import db
from webapp.moderation.service import due_suspensions
from workers.moderating import tend_moderation

from .conftest import Town

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


def events(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        query = select(Event).where(Event.type.like("%.%")).order_by(Event.id)
        return [
            (one.type, str(one.account_id), one.subject)
            for one in db.session.scalars(query)
            if one.type in {"post.hidden", "post.shown", "account.suspended", "account.restored"}
        ]


def queue(person: Person, query: str = "") -> list[dict[str, Any]]:
    answer = person.call("GET", f"/moderation/reports{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def mine(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = person.call("GET", "/me/moderation").json["items"]
    return items


def test_a_post_is_reported_hidden_appealed_and_shown_again(town: Town) -> None:
    post = town.post()
    made = town.report("post", post["id"], text="it insults me")
    assert (made.status_code, made.json["text"]) == (201, "it insults me")
    refused(town.report("post", post["id"], reason="hate"), 409, "already_reported")
    assert town.report("post", post["id"], by=town.other, reason="hate").status_code == 201
    (item,) = queue(town.mod)
    assert (item["open"], item["total"], item["reasons"]) == (2, 2, {"spam": 1, "hate": 1})
    assert (item["account"], item["profile"]["handle"]) == (town.dora.account, "dora")
    assert item["post"]["text"] == "rude"
    assert [one["text"] for one in item["reports"]] == ["look", "it insults me"]
    assert town.rita.account not in str(item)
    hidden = town.act("hide", "post", post["id"], reason="no insults")
    assert (hidden.status_code, hidden.json["by"]) == (201, "moderator")
    refused(town.rita.call("GET", f"/posts/{post['id']}"), 404, "post_not_found")
    assert town.dora.call("GET", f"/posts/{post['id']}").status_code == 200
    (item,) = queue(town.mod)
    assert (item["open"], item["total"]) == (0, 2)
    refused(town.act("hide", "post", post["id"]), 409, "nothing_to_do")
    (done,) = mine(town.dora)
    assert (done["act"], done["reason"], done["by"], done["appeal"]) == (
        "hide",
        "no insults",
        "moderator",
        None,
    )
    assert town.mod.account not in str(done)
    assert mine(town.rita) == []
    body = {"action": done["id"], "text": "it was a joke"}
    refused(town.rita.call("POST", "/appeals", body), 404, "action_not_found")
    appeal = town.dora.call("POST", "/appeals", body)
    assert appeal.status_code == 201, appeal.text
    refused(town.dora.call("POST", "/appeals", body), 409, "already_appealed")
    (waiting,) = town.mod.call("GET", "/moderation/appeals?state=open").json["items"]
    assert (waiting["own"], waiting["action"]["id"]) == (True, done["id"])
    path = f"/moderation/appeals/{appeal.json['id']}/decision"
    grant = {"decision": "grant", "reason": "it was one"}
    refused(town.mod.call("POST", path, grant), 403, "own_action")
    decided = town.other.call("POST", path, grant)
    assert (decided.status_code, decided.json["granted"]) == (200, True)
    refused(town.boss.call("POST", path, grant), 409, "appeal_decided")
    assert town.rita.call("GET", f"/posts/{post['id']}").status_code == 200
    assert [one["act"] for one in mine(town.dora)] == ["show", "grant", "hide"]
    assert mine(town.dora)[2]["appeal"]["granted"] is True
    assert town.mod.call("GET", "/moderation/appeals?state=open").json["items"] == []
    refused(town.dora.call("POST", "/appeals", body), 409, "cannot_appeal")
    whose = (town.dora.account, post["id"])
    assert events(town.app) == [("post.hidden", *whose), ("post.shown", *whose)]


def test_an_account_is_suspended_for_a_time_which_ends_by_itself(town: Town) -> None:
    post = town.post()
    town.report("account", town.dora.account)
    now = datetime.now(UTC)
    for until in (now - timedelta(minutes=1), now + timedelta(days=4_000)):
        answer = town.act("suspend", "account", town.dora.account, until=until.isoformat())
        refused(answer, 422, "until_refused")
    until = (now + timedelta(hours=1)).isoformat()
    assert town.act("suspend", "account", town.dora.account, until=until).status_code == 201
    refused(town.act("suspend", "account", town.dora.account), 409, "nothing_to_do")
    refused(town.rita.call("GET", f"/posts/{post['id']}"), 404, "post_not_found")
    (done,) = mine(town.dora)
    appeal = town.dora.call("POST", "/appeals", {"action": done["id"], "text": "unfair"})
    assert appeal.status_code == 201
    path = f"/moderation/appeals/{appeal.json['id']}/decision"
    refuse = {"decision": "refuse", "reason": "it was fair"}
    assert town.other.call("POST", path, refuse).json["granted"] is False
    with town.app.app_context():
        tend_moderation()
        assert len(events(town.app)) == 1
        with writing() as session:  # an hour later
            session.execute(
                text("UPDATE moderation_actions SET until = created_at WHERE act = 'suspend'")
            )
        tend_moderation()
        tend_moderation()
    assert town.rita.call("GET", f"/posts/{post['id']}").status_code == 200
    assert [(one["act"], one["by"]) for one in mine(town.dora)] == [
        ("restore", "time"),
        ("refuse", "moderator"),
        ("suspend", "moderator"),
    ]
    whose = (town.dora.account, town.dora.account)
    assert events(town.app) == [("account.suspended", *whose), ("account.restored", *whose)]
    assert town.act("suspend", "account", town.dora.account).status_code == 201
    assert town.act("restore", "account", town.dora.account).status_code == 201
    refused(town.act("restore", "account", town.dora.account), 409, "nothing_to_do")


def test_the_queue_has_open_subjects_first_by_pages_and_filters(town: Town) -> None:
    posts = [town.post(f"post {number}")["id"] for number in range(4)]
    for post in posts:
        town.report("post", post, reason="hate" if post == posts[0] else "spam")
    town.report("account", town.dora.account)
    town.act("dismiss", "post", posts[3])
    town.report("account", town.mod.account)
    wanted = [town.dora.account, posts[2], posts[1], posts[0], posts[3]]
    seen, path = [], "/moderation/reports?limit=2&account=" + town.dora.account
    while path:
        answer = town.mod.call("GET", path)
        seen += [one["subject"] for one in answer.json["items"]]
        link = answer.headers.get("Link", "")
        path = link[link.find("<") + 1 : link.find(">")].removeprefix("/api/v1") if link else ""
    assert seen == wanted
    assert [one["subject"] for one in queue(town.mod)] == wanted  # nothing about oneself
    assert queue(town.other)[0]["subject"] == town.mod.account
    assert [one["subject"] for one in queue(town.mod, "?state=closed")] == [posts[3]]
    assert [one["subject"] for one in queue(town.mod, "?reason=hate")] == [posts[0]]
    assert [one["type"] for one in queue(town.mod, "?type=account")] == ["account"]
    refused(town.act("dismiss", "post", posts[3]), 409, "nothing_to_do")
    assert mine(town.dora) == []  # that somebody reported is nobody's to know
    town.report("post", posts[3])
    (item, *_) = queue(town.mod, "?type=post&state=open&limit=1")
    assert (item["subject"], item["open"], item["total"]) == (posts[3], 1, 2)


def test_nobody_moderates_themselves_and_no_moderator_an_operator(town: Town) -> None:
    own = town.mod.call("POST", "/posts", {"text": "my own"}).json["id"]
    bosses = town.boss.call("POST", "/posts", {"text": "the operator's"}).json["id"]
    town.report("post", own)
    town.report("post", bosses)
    for act in ("hide", "dismiss"):
        refused(town.act(act, "post", own), 403, "cannot_moderate_yourself")
        refused(town.act(act, "post", bosses), 403, "operator_protected")
    refused(town.act("suspend", "account", town.mod.account), 403, "cannot_moderate_yourself")
    refused(town.act("suspend", "account", town.boss.account), 403, "operator_protected")
    boss = town.boss
    refused(town.act("hide", "post", bosses, by=boss), 403, "cannot_moderate_yourself")
    hidden = town.act("hide", "post", own, by=town.other).json
    body = {"action": hidden["id"], "text": "please"}
    appeal = town.mod.call("POST", "/appeals", body).json
    path = f"/moderation/appeals/{appeal['id']}/decision"
    grant = {"decision": "grant", "reason": "of course"}
    refused(town.mod.call("POST", path, grant), 403, "cannot_moderate_yourself")
    assert town.mod.call("GET", "/moderation/appeals").json["items"] == []
    assert town.boss.call("POST", path, grant).status_code == 200


def test_an_operator_who_is_alone_decides_about_what_they_did(town: Town) -> None:
    post = town.post()["id"]
    hidden = town.act("hide", "post", post, by=town.boss).json
    appeal = town.dora.call("POST", "/appeals", {"action": hidden["id"], "text": "no"}).json
    path = f"/moderation/appeals/{appeal['id']}/decision"
    grant = {"decision": "grant", "reason": "you are right"}
    refused(town.boss.call("POST", path, grant), 403, "own_action")
    town.grant(town.mod, "member")
    town.act("suspend", "account", town.other.account, by=town.boss)
    assert town.boss.call("POST", path, grant).status_code == 200
    assert town.rita.call("GET", f"/posts/{post}").status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_suspension_that_was_lifted_otherwise_is_not_waited_for(town: Town) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    town.act("suspend", "account", town.dora.account, until=until)
    with town.app.app_context():
        with writing() as session:
            session.execute(text("UPDATE accounts SET suspended_at = NULL"))
            session.execute(text("UPDATE moderation_actions SET until = created_at"))
        assert len(due_suspensions(db.session(), 10)) == 1
        tend_moderation()
        assert due_suspensions(db.session(), 10) == []
    assert [one["act"] for one in mine(town.dora)] == ["suspend"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_reported_or_done_says_why(town: Town) -> None:
    post, gone = town.post()["id"], town.post()["id"]
    town.dora.call("DELETE", f"/posts/{gone}")
    refused(town.report("post", post, by=town.dora), 422, "cannot_report")
    refused(town.report("account", town.dora.account, by=town.dora), 422, "cannot_report")
    refused(town.report("post", gone), 422, "cannot_report")
    refused(town.report("post", NOBODY), 404, "post_not_found")
    refused(town.report("account", NOBODY), 404, "subject_not_found")
    changes: list[dict[str, Any]] = [
        {"reason": "because"},
        {"type": "thought"},
        {"text": "x" * 1_001},
        {"text": "\0"},
        {"reporter": NOBODY},
    ]
    for change in changes:
        refused(town.report("post", post, **change), 400, "malformed")
    refused(town.report("post", "x"), 400, "malformed")
    refused(town.act("hide", "post", NOBODY), 404, "subject_not_found")
    refused(town.act("hide", "post", gone), 404, "subject_not_found")
    refused(town.act("suspend", "account", NOBODY), 404, "subject_not_found")
    for body in (
        {"act": "hide", "kind": "account"},
        {"act": "suspend", "kind": "post"},
        {"act": "ban", "kind": "account"},
    ):
        refused(town.act(body["act"], body["kind"], post), 400, "malformed")
    for more in ({"reason": ""}, {"reason": "\0"}, {"until": "2999-01-01T00:00:00Z"}, {"x": 1}):
        refused(town.act("hide", "post", post, **more), 400, "malformed")
    naive = {"until": "2027-01-01T00:00:00"}
    refused(town.act("suspend", "account", town.dora.account, **naive), 400, "malformed")
    refused(town.mod.call("GET", "/moderation/reports?cursor=abc"), 400, "malformed")
    refused(town.mod.call("GET", "/moderation/reports?limit=101"), 400, "malformed")
    path = f"/moderation/appeals/{NOBODY}/decision"
    grant = {"decision": "grant", "reason": "x"}
    refused(town.mod.call("POST", path, grant), 404, "appeal_not_found")
    refused(town.mod.call("POST", path, grant | {"decision": "?"}), 400, "malformed")
    town.report("post", post)
    dismissed = town.act("dismiss", "post", post).json
    body = {"action": dismissed["id"], "text": "x"}
    refused(town.dora.call("POST", "/appeals", body), 409, "cannot_appeal")
