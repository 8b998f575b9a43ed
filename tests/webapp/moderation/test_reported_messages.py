"""Reports of private messages: of what one received, read one at a time, and never unseen."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text

from tests.support.answers import refused
from tests.support.exports import export, listed
from tests.support.wallet import Person
from tests.webapp.messages.conftest import group_of, texts, write
from webapp.database import one_snapshot, writing
from webapp.extensions import db
from webapp.messages.models import Message
from webapp.moderation.verifying import verify_trail

from .conftest import Town
from .test_moderation import mine, queue

NASTY, HARMLESS = "a nasty threat", "and a harmless word"


def read(town: Town, message: str, by: Person | None = None) -> Any:
    return (by or town.mod).call("GET", f"/moderation/messages/{message}")


def test_a_moderator_reads_the_reported_message_alone_and_the_trail_says_so(town: Town) -> None:
    nasty = write(town.dora, NASTY, to=town.rita)
    other = write(town.dora, HARMLESS, to=town.rita)
    answer = write(town.rita, "leave me alone", to=town.dora)
    refused(town.report("message", nasty["id"], by=town.other), 404, "message_not_found")
    refused(town.report("message", answer["id"]), 422, "cannot_report")
    refused(town.act("read", "message", nasty["id"]), 404, "subject_not_found")
    made = town.report("message", nasty["id"], reason="harassment")
    assert (made.status_code, NASTY in made.text) == (201, False)
    refused(town.report("message", nasty["id"]), 409, "already_reported")

    waiting = town.mod.call("GET", "/moderation/reports?type=message")
    (item,) = waiting.json["items"]
    assert (item["account"], item["post"], item["open"]) == (town.dora.account, None, 1)
    assert item["message"] == {"created_at": nasty["created_at"], "deleted_at": None}
    for hidden in (NASTY, town.rita.account, nasty["conversation"]):
        assert hidden not in waiting.text
    refused(read(town, nasty["id"]), 403, "reading_not_recorded")

    done = town.act("read", "message", nasty["id"], reason="to judge it")
    assert (done.status_code, NASTY in done.text) == (201, False)
    opened = read(town, nasty["id"])
    assert opened.json == {
        "id": nasty["id"],
        "account": town.dora.account,
        "text": NASTY,
        "created_at": nasty["created_at"],
        "deleted_at": None,
    }
    refused(read(town, nasty["id"], by=town.other), 403, "reading_not_recorded")
    refused(read(town, nasty["id"], by=town.rita), 403, "moderators_only")
    for unreported in (other["id"], answer["id"]):
        refused(town.act("read", "message", unreported), 404, "subject_not_found")
        refused(read(town, unreported), 403, "reading_not_recorded")
    refused(
        town.mod.call("GET", f"/messages/{nasty['conversation']}"), 404, "conversation_not_found"
    )

    told, row = town.mod.call("GET", "/moderation/audit").json["items"]
    reported, said = json.loads(told["document"]), json.loads(row["document"])
    assert (reported["act"], reported["moderator"]) == ("report", None)
    assert town.rita.account not in told["document"]
    assert (said["act"], said["type"], said["subject"], said["moderator"], said["account"]) == (
        *("read", "message", nasty["id"], town.mod.account, town.dora.account),
    )
    assert nasty["conversation"] not in row["document"]
    assert mine(town.dora) == []  # or the sender would know who reported
    assert listed(export(town.app, town.dora), "moderation.json") == []
    with town.app.app_context(), one_snapshot() as connection:
        assert verify_trail(connection).broken is None


def test_who_has_left_or_blocks_the_sender_may_still_report_what_they_received(town: Town) -> None:
    group = group_of(town.dora, town.rita, town.other)
    before = write(town.dora, NASTY, conversation=group)
    blocked = town.rita.call("POST", f"/users/{town.dora.account}/block")
    assert blocked.status_code == 201
    left = town.rita.call("DELETE", f"/conversations/{group}/members/{town.rita.account}")
    assert left.status_code == 204
    after = write(town.dora, HARMLESS, conversation=group)
    assert town.report("message", before["id"]).status_code == 201
    refused(town.report("message", after["id"]), 404, "message_not_found")


def test_what_was_written_before_somebody_came_is_not_theirs_to_report(town: Town) -> None:
    group = group_of(town.dora, town.other)
    before = write(town.dora, NASTY, conversation=group)
    body = {"account": town.rita.account}
    assert town.dora.call("POST", f"/conversations/{group}/members", body).status_code == 200
    refused(town.report("message", before["id"]), 404, "message_not_found")


def test_a_deleted_message_is_gone_for_moderators_too_and_its_report_can_be_closed(
    town: Town,
) -> None:
    """Deleting erases; whoever reports may say in words what it was."""
    kept, gone = (write(town.dora, NASTY, to=town.rita) for _ in range(2))
    for one in (kept, gone):
        assert town.report("message", one["id"]).status_code == 201
        assert town.act("read", "message", one["id"]).status_code == 201
    path = f"/messages/{kept['conversation']}/{kept['id']}"
    assert town.dora.call("DELETE", path).status_code == 200
    shown = read(town, kept["id"]).json
    assert (shown["text"], shown["deleted_at"] is None) == (None, False)
    refused(town.act("read", "message", kept["id"], by=town.other), 404, "subject_not_found")
    refused(town.report("message", kept["id"]), 422, "cannot_report")
    with town.app.app_context(), writing() as session:  # as when everybody leaves
        session.execute(delete(Message).where(Message.id == UUID(gone["id"])))
    refused(read(town, gone["id"]), 404, "message_not_found")
    assert [item["message"] is None for item in queue(town.mod)] == [True, False]
    for one in (kept, gone):
        assert town.act("dismiss", "message", one["id"]).status_code == 201
    assert queue(town.mod, "?state=open") == []


def test_a_suspension_closes_the_reports_about_the_senders_messages(town: Town) -> None:
    message = write(town.dora, NASTY, to=town.rita)
    assert town.report("message", message["id"]).status_code == 201
    assert town.act("suspend", "account", town.dora.account).status_code == 201
    assert queue(town.mod, "?state=open") == []
    refused(town.act("hide", "message", message["id"]), 400, "malformed")
    refused(town.act("read", "post", message["id"]), 400, "malformed")


def test_nobody_reads_a_message_of_their_own_or_as_a_moderator_an_operators(town: Town) -> None:
    own = write(town.mod, NASTY, to=town.rita)
    above = write(town.boss, NASTY, to=town.rita)
    for one in (own, above):
        assert town.report("message", one["id"]).status_code == 201
    refused(town.act("read", "message", own["id"]), 404, "subject_not_found")
    refused(town.act("read", "message", above["id"]), 403, "operator_protected")


def test_a_message_that_was_read_is_nowhere_in_the_open(
    town: Town, caplog: Any, capsys: Any
) -> None:
    """Neither the answer that a key repeats, nor the trail, nor a log keeps what it says."""
    message = write(town.dora, NASTY, to=town.rita)
    body = {"type": "message", "subject": message["id"], "reason": "spam", "text": "look"}
    act = {"act": "read", "type": "message", "subject": message["id"], "reason": "to judge"}
    assert town.rita.call("POST", "/reports", body, {"Idempotency-Key": "r"}).status_code == 201
    done = town.mod.call("POST", "/moderation/actions", act, {"Idempotency-Key": "a"})
    assert done.status_code == 201
    assert read(town, message["id"]).json["text"] == NASTY
    assert texts(town.rita, message["conversation"]) == [NASTY]
    with town.app.app_context():
        for table in db.metadata.tables.values():
            rows = db.session.execute(text(f'SELECT * FROM "{table.name}"')).all()  # noqa: S608
            assert NASTY not in str(rows), table.name
    printed = capsys.readouterr()
    assert NASTY not in caplog.text + printed.out + printed.err


def test_a_moderator_learns_from_the_trail_nothing_about_themselves(town: Town) -> None:
    rude = write(town.mod, NASTY, to=town.rita)
    assert town.report("message", rude["id"]).status_code == 201
    assert town.act("read", "message", rude["id"], by=town.other).status_code == 201
    assert town.act("dismiss", "message", rude["id"], by=town.other).status_code == 201
    assert town.act("hide", "post", town.post()["id"], by=town.other).status_code == 201
    own, others = (one.call("GET", "/moderation/audit") for one in (town.mod, town.other))
    assert rude["id"] not in own.text
    acts = [json.loads(row["document"])["act"] for row in others.json["items"]]
    assert acts == ["report", "read", "dismiss", "hide"]
    withheld = [row | {"document": None} for row in others.json["items"][:3]]
    assert own.json["items"] == [*withheld, others.json["items"][3]]


def test_a_moderator_cannot_find_out_which_of_their_messages_were_reported(town: Town) -> None:
    reported, other = (write(town.mod, words, to=town.rita)["id"] for words in (NASTY, HARMLESS))
    assert town.report("message", reported).status_code == 201
    for act in ("read", "dismiss"):
        answers = [town.act(act, "message", one).json for one in (reported, other)]
        told = [answer["detail"].replace(reported, "it").replace(other, "it") for answer in answers]
        assert [answer["code"] for answer in answers] == ["subject_not_found"] * 2
        assert told[0] == told[1]
