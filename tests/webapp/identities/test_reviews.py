"""People are vouched for by moderators: by somebody else, with reasons that the trail keeps."""

import base64

from flask import Flask
from sqlalchemy import select

from tests.support.wallet import Person
from tests.webapp.identities.conftest import Tend, ask, grant, one
from webapp.extensions import db
from webapp.identities.models import ClaimEvidence


def test_a_person_is_reviewed_by_somebody_else_with_reasons_in_the_trail(
    app: Flask, alice: Person, bob: Person, tend: Tend
) -> None:
    grant(app, bob, "moderator")
    pdf = base64.b64encode(b"%PDF-1.4 passport").decode()
    files = [{"mime": "application/pdf", "data": pdf}]
    body = {"evidence": "See my passport.", "files": files}
    assert alice.call("POST", "/claims", {"kind": "person", "value": "Ada"}).status_code == 422
    claim = ask(alice, "person", "Ada  Lovelace", **body)
    own = ask(bob, "person", "Bob", evidence="It is me.")
    queue = bob.call("GET", "/moderation/claims").json["items"]
    assert [one["id"] for one in queue] == [claim["id"]]
    assert alice.call("GET", "/moderation/claims").status_code == 403
    path = f"/moderation/claims/{claim['id']}"
    seen = bob.call("GET", path).json
    assert (seen["value"], seen["evidence"][0]["text"]) == ("Ada Lovelace", "See my passport.")
    file = bob.call("GET", f"{path}/evidence/{seen['evidence'][1]['id']}")
    assert (file.data, file.headers["Content-Disposition"]) == (b"%PDF-1.4 passport", "attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    with app.app_context():
        rows = db.session.scalars(select(ClaimEvidence)).all()
        assert all(b"passport" not in one.sealed for one in rows)
        db.session.remove()
    decision = {"decision": "grant", "reason": "The passport is hers."}
    mine = bob.call("POST", f"/moderation/claims/{own['id']}/decision", decision)
    assert (mine.status_code, mine.json["code"]) == (403, "cannot_moderate_yourself")
    assert bob.call("GET", f"/moderation/claims/{own['id']}").status_code == 403
    assert bob.call("POST", f"{path}/decision", decision).json["act"] == "vouch"
    assert bob.call("POST", f"{path}/decision", decision).json["code"] == "claim_state"
    tend()
    assert (one(alice, claim)["state"], one(alice, claim)["basis"]) == ("final", "review")
    rows = bob.call("GET", "/moderation/audit").json["items"]
    assert '"act":"vouch"' in rows[-1]["document"]
    assert claim["id"] in rows[-1]["document"]
    back = {"decision": "take_back", "reason": "It was forged."}
    assert bob.call("POST", f"{path}/decision", back).status_code == 200
    tend()
    ended = one(alice, claim)
    assert (ended["state"], ended["reason"]) == ("revoked", "It was forged.")
    assert [one["act"] for one in alice.call("GET", "/me/moderation").json["items"]] == [
        "take_back",
        "vouch",
    ]


def test_moderators_take_back_every_kind_and_read_one(
    app: Flask, carol: Person, bob: Person, tend: Tend
) -> None:
    grant(app, bob, "moderator")
    claim = ask(carol, "handle")
    tend()
    path = f"/moderation/claims/{claim['id']}"
    assert bob.call("GET", path).status_code == 404  # its value is none of theirs
    refuse = {"decision": "refuse", "reason": "It imitates."}
    assert bob.call("POST", f"{path}/decision", refuse).status_code == 404
    back = {"decision": "take_back", "reason": "It imitates."}
    assert bob.call("POST", f"{path}/decision", back).json["act"] == "take_back"
    tend()
    assert one(carol, claim)["state"] == "revoked"


def test_a_review_may_refuse(app: Flask, alice: Person, bob: Person, tend: Tend) -> None:
    grant(app, bob, "moderator")
    claim = ask(alice, "person", "Ada", evidence="Trust me.")
    body = {"decision": "refuse", "reason": "That shows nothing."}
    assert bob.call("POST", f"/moderation/claims/{claim['id']}/decision", body).status_code == 200
    refused = one(alice, claim)
    assert (refused["state"], refused["reason"]) == ("refused", "That shows nothing.")
    assert refused["evidence"] == []  # it was given for one decision alone
    tend()
    assert one(alice, claim)["state"] == "refused"
    ask(alice, "person", "Ada", evidence="See https://ada.example.org/me")
