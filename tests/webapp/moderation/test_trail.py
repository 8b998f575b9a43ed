"""The audit trail: it holds, and whatever is changed or dropped behind the application's back is named."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text

from chain.proofs.keccak import keccak256
from tests.support.answers import at_once, refused
from tests.support.wallet import PASSWORD, V1, Person
from tests.webapp.commands.conftest import Run, troth
from webapp.commands.audit import audit_database
from webapp.database import one_snapshot, writing
from webapp.extensions import db
from webapp.moderation.models import Action, Appeal, AuditRow, Report
from webapp.moderation.verifying import TrailReport, verify_trail
from workers.moderating import tend_moderation

from .conftest import Town

__all__ = ["troth"]
HOLDS, BROKEN = 0, 1
SECRET = "what nobody else may ever read"


def verified(app: Flask) -> TrailReport:
    with app.app_context(), one_snapshot() as connection:
        return verify_trail(connection)


def spoil(app: Flask, *statements: str) -> None:
    with app.app_context():
        for statement in statements:
            db.session.execute(text(statement))
        db.session.commit()


def tend(app: Flask) -> None:
    with app.app_context():
        tend_moderation()


def fill(town: Town) -> list[str]:
    """Make a trail of four rows; return the posts."""
    posts = [town.post()["id"] for _ in range(3)]
    for post in posts:
        assert town.act("hide", "post", post, reason=SECRET).status_code == 201
    assert town.act("show", "post", posts[0], by=town.other).status_code == 201
    return posts


def test_each_act_is_a_row_that_anybody_can_recompute(
    town: Town, anchor: Callable[[], None], visitor: Person
) -> None:
    assert verified(town.app) == TrailReport(0, None, ())
    fill(town)
    answer = town.mod.call("GET", "/moderation/audit?limit=3")
    page, link = answer.json, answer.headers["Link"]
    assert link == f'<{V1}/moderation/audit?first={page["next"]}&limit=3>; rel="next"'
    last = town.mod.call("GET", f"/moderation/audit?first={page['next']}&limit=3")
    rest = last.json
    assert "Link" not in last.headers
    rows = page["items"] + rest["items"]
    previous = bytes(32)
    for position, row in enumerate(rows):
        document = json.loads(row["document"])
        assert (row["position"], document["position"]) == (position, position)
        assert bytes.fromhex(row["previous"][2:]) == previous
        previous = keccak256(previous + row["document"].encode())
        assert row["hash"] == "0x" + previous.hex()
    assert [json.loads(row["document"])["act"] for row in rows] == ["hide"] * 3 + ["show"]
    assert SECRET not in json.dumps(rows)
    assert (rest["next"], rest["stamp"]) == (None, None)
    report = verified(town.app)
    assert (report.rows, report.broken, report.proved) == (4, None, None)
    tend(town.app)
    tend(town.app)  # once a day
    anchor()
    stamp = town.mod.call("GET", "/moderation/audit").json["stamp"]
    assert (stamp["rows"], stamp["hash"]) == (4, "0x" + previous.hex())
    assert stamp["anchoring"]["state"] == "final"
    report = verified(town.app)
    proved = report.proved
    assert proved is not None
    assert (len(report.stamped), proved.head.rows) == (1, 4)
    bundle = json.loads(visitor.call("GET", f"/stamps/{stamp['id']}/bundle").data)
    said = f"troth:moderation-audit rows=4 head=0x{previous.hex()}"
    assert bundle["message"]["about"] == said
    assert bundle["message"]["digest"] == "0x" + hashlib.sha256(said.encode()).hexdigest()
    with town.app.app_context():
        assert audit_database().counts == {}


def test_a_day_later_the_head_is_stamped_again_if_it_has_grown(town: Town) -> None:
    posts = fill(town)
    tend(town.app)
    yesterday = "UPDATE stamps SET created_at = '2020-01-01 00:00:00.000000'"
    if town.app.config["TROTH"].sqlalchemy_url.startswith("postgres"):
        yesterday += "+00"
    yesterday = yesterday.replace("000000'+00", "000000+00'")
    spoil(town.app, yesterday)
    tend(town.app)
    assert len(verified(town.app).stamped) == 1
    town.act("hide", "post", posts[0])
    tend(town.app)
    assert [one.head.rows for one in verified(town.app).stamped] == [4, 5]


HEAD_BACK = (
    "UPDATE moderation_audit_head SET count = 3, "
    "hash = (SELECT hash FROM moderation_audit WHERE position = 2)"
)
TAIL = (
    "DELETE FROM moderation_audit WHERE position = 3",
    HEAD_BACK,
    "DELETE FROM moderation_actions WHERE act = 'show'",
)
TAMPERED: list[tuple[str, tuple[str, ...], str]] = [
    (
        "a row",
        (
            (
                "UPDATE moderation_audit SET "
                "document = replace(document, 'moderator', 'operator') WHERE position = 1"
            ),
        ),
        "Row 1 was changed",
    ),
    ("no document", ("UPDATE moderation_audit SET document = '[' WHERE position = 1",), "Row 1"),
    (
        "a hash",
        ("UPDATE moderation_audit SET hash = previous WHERE position = 1",),
        "Row 1 was changed",
    ),
    (
        "a link",
        ("UPDATE moderation_audit SET previous = hash WHERE position = 2",),
        "Row 2 does not follow",
    ),
    ("a middle", ("DELETE FROM moderation_audit WHERE position = 1",), "Row 1 is missing"),
    ("the first", ("DELETE FROM moderation_audit WHERE position = 0",), "Row 0 is missing"),
    ("an end", TAIL[:1], "Row 3 is missing"),
    (
        "an action",
        ("UPDATE moderation_actions SET role = 'operator' WHERE act = 'show'",),
        "Row 3 and action",
    ),
    (
        "a reason",
        ("UPDATE moderation_actions SET reason = 'nicer' WHERE act = 'show'",),
        "The reason of action",
    ),
    ("an end, well", TAIL, ""),
]


@pytest.mark.parametrize("stamped", [False, True], ids=["not stamped", "stamped"])
def test_whatever_is_tampered_with_is_named(town: Town, stamped: bool) -> None:
    fill(town)
    if stamped:
        tend(town.app)
    tables = ("moderation_actions", "moderation_audit", "moderation_audit_head")
    with town.app.app_context():
        kept = {
            name: db.session.execute(text(f"SELECT * FROM {name}")).mappings().all()  # noqa: S608
            for name in tables
        }
        db.session.remove()
    for name, statements, sentence in TAMPERED:
        spoil(town.app, *statements)
        broken = verified(town.app).broken
        if sentence:
            assert broken is not None, name
            assert broken.startswith(sentence), (name, broken)
        elif stamped:  # a tail that goes without a trace here is still in the log
            assert broken is not None
            assert "Row 3 is missing: there are 3 rows, and stamp 0x" in broken
        else:
            assert broken is None
        with town.app.app_context(), writing() as session:
            for table in tables:
                for row in kept[table]:
                    _restore(session, table, dict(row))
        assert verified(town.app).broken is None, name


def _restore(session: Any, table: str, row: dict[str, Any]) -> None:
    key = "position" if table == "moderation_audit" else "id"
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    changed = ", ".join(f"{name} = excluded.{name}" for name in row if name != key)
    statement = f"INSERT INTO {table} ({names}) VALUES ({values}) "  # noqa: S608
    session.execute(text(statement + f"ON CONFLICT ({key}) DO UPDATE SET {changed}"), row)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_trail_written_anew_contradicts_its_stamp(town: Town) -> None:
    fill(town)
    tend(town.app)
    with town.app.app_context(), writing() as session:
        last, position = bytes(32), 0
        rows = session.execute(
            text("SELECT position, document FROM moderation_audit ORDER BY position")
        ).all()
        session.execute(text("UPDATE moderation_actions SET role = 'operator'"))
        for position, document in rows:
            changed = document.replace('"role":"moderator"', '"role":"operator"')
            values = {"position": position, "document": changed, "previous": last}
            last = values["hash"] = keccak256(last + changed.encode())
            session.execute(
                text(
                    "UPDATE moderation_audit SET document = :document, previous = :previous, "
                    "hash = :hash WHERE position = :position"
                ),
                values,
            )
        session.execute(text("UPDATE moderation_audit_head SET hash = :hash"), {"hash": last})
    broken = verified(town.app).broken
    assert broken is not None
    assert broken.startswith("Row 3, or one before it, was changed")
    changed_stamp = (
        "UPDATE entries SET message = replace(message, 'rows=4', 'rows=3') WHERE kind = 5"
    )
    spoil(town.app, changed_stamp)
    assert "of the trail was changed" in str(verified(town.app).broken)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_says_what_is_proved_and_since_when(
    town: Town, troth: Run, anchor: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"data_dir": town.app.config["TROTH"].data_dir}
    monkeypatch.setattr("webapp.create_app", lambda: town.app)
    fill(town)
    done = troth("moderation", "verify", **settings)
    assert (done.code, "nothing proves" in done.out) == (HOLDS, True), done.err
    tend(town.app)
    anchor()
    hidden = town.act("hide", "post", town.post()["id"], reason=SECRET).json
    done = troth("moderation", "verify", **settings)
    assert "All 5 rows hold, and agree with 1 stamped heads." in done.out
    assert "The first 4 are proved since 20" in done.out
    assert "The last 1 wait" in done.out
    assert troth("moderation", "erase", hidden["id"], **settings).code == HOLDS
    assert town.dora.call("GET", "/me/moderation").json["items"][0]["reason"] is None
    proved = json.loads(troth("moderation", "verify", "--json", **settings).out)
    assert (proved["rows"], proved["proved"]["rows"], proved["exit_code"]) == (5, 4, HOLDS)
    spoil(town.app, TAIL[0], "DELETE FROM moderation_audit WHERE position = 4")
    done = troth("moderation", "verify", **settings)
    assert (done.code, "Row 3 is missing" in done.out) == (BROKEN, True)
    assert troth("moderation", "erase", hidden["subject"], **settings).code == 1


def test_acts_at_once_make_one_chain(town: Town) -> None:
    posts = [town.post()["id"] for _ in range(6)]
    again = [town.mod.again(town.app.test_client()) for _ in posts]
    calls = [
        lambda person=person, post=post: town.act("hide", "post", post, by=person)
        for person, post in zip(again, posts, strict=True)
    ]
    same = [
        lambda by=by: town.act("suspend", "account", town.dora.account, by=by)
        for by in (again[0].again(town.app.test_client()), town.other)
    ]
    answers = at_once(*calls, *same)
    assert sorted(answer.status_code for answer in answers) == [201] * 7 + [409]
    report = verified(town.app)
    assert (report.rows, report.broken) == (7, None)


def test_reports_and_appeals_are_rows_too_and_name_nobody_who_made_them(town: Town) -> None:
    post = town.post()["id"]
    assert town.report("post", post, text=SECRET).status_code == 201
    refused(town.report("post", post), 409, "already_reported")
    hidden = town.act("hide", "post", post).json
    appeal = {"action": hidden["id"], "text": SECRET}
    made = town.dora.call("POST", "/appeals", appeal).json
    refused(town.dora.call("POST", "/appeals", appeal), 409, "already_appealed")
    rows = town.mod.call("GET", "/moderation/audit").json["items"]
    said = [json.loads(row["document"]) for row in rows]
    assert [(one["act"], one["role"], one["subject"]) for one in said] == [
        ("report", "reporter", post),
        ("hide", "moderator", post),
        ("appeal", "appellant", made["id"]),
    ]
    assert [one["moderator"] for one in said] == [None, town.mod.account, None]
    assert {one["account"] for one in said} == {town.dora.account}
    assert town.rita.account not in json.dumps(rows)
    assert SECRET not in json.dumps(rows)
    listed = town.dora.call("GET", "/me/moderation").json["items"]
    assert [one["act"] for one in listed] == ["hide"]
    assert verified(town.app).broken is None
    for table, row in ((Report, 0), (Appeal, 2)):
        with town.app.app_context(), writing() as session:
            session.execute(delete(table))
            broken = verify_trail(session.connection()).broken or ""
            assert broken.startswith(f"Row {row} is of {said[row]['act']} ")
            session.rollback()
    assert verified(town.app).broken is None


def test_a_deleted_account_takes_the_words_about_it_along_and_the_trail_still_holds(
    town: Town,
) -> None:
    """Reasons and reports quote people; that something was done, to whom and when, stays provable."""
    post = town.post()["id"]
    assert town.report("post", post, text=SECRET).status_code == 201
    action = town.act("hide", "post", post, reason=SECRET).json["id"]
    body = {"action": action, "text": SECRET}
    appeal = town.dora.call("POST", "/appeals", body).json["id"]
    decision = {"decision": "refuse", "reason": SECRET}
    path = f"/moderation/appeals/{appeal}/decision"
    assert town.other.call("POST", path, decision).status_code == 200
    assert town.report("account", town.rita.account, by=town.dora, text=SECRET).status_code == 201
    kept = town.act("suspend", "account", town.rita.account, reason="kept").json["id"]
    assert SECRET in everything(town.app)
    assert town.dora.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    assert SECRET not in everything(town.app)
    report = verified(town.app)
    assert (report.rows, report.broken) == (6, None)
    with town.app.app_context():
        salts = select(Action.id).where(Action.reason_salt.is_not(None))
        assert [str(one) for one in db.session.scalars(salts)] == [kept]
        assert db.session.scalar(select(func.count()).select_from(Appeal)) == 1
        assert db.session.scalar(select(func.count()).select_from(Report)) == 2


def everything(app: Flask) -> str:
    """Return all rows of moderation as text."""
    with app.app_context():
        return "".join(
            str([vars(row) for row in db.session.scalars(select(table))])
            for table in (Report, Action, Appeal, AuditRow)
        )
