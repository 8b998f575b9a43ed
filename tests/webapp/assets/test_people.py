"""Tokens and people: moderation, what is exported, what deleting an account takes, scopes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import event, select, update

from tests.support.answers import refused
from tests.support.files import picture, upload
from tests.support.minting import begun, move, order, permit, progress
from tests.support.tokens import with_claims
from tests.support.wallet import Person
from webapp.accounts.exports.parts import export_parts
from webapp.accounts.models import Account
from webapp.assets.models import Asset, AssetMetadata, Mint
from webapp.assets.moderating import set_hidden
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import Transaction

Anchor = Callable[[], None]


def minted(person: Person, anchor: Anchor, **changes: Any) -> dict[str, Any]:
    mint = begun(person, **changes)
    assert permit(person, mint).status_code == 202
    anchor()
    return mint


def moderator(app: Flask) -> Person:
    judge = Person(app.test_client()).register("the_judge")
    with app.app_context(), writing() as session:
        chosen = update(Account).where(Account.handle == "the_judge")
        session.execute(chosen.values(role="moderator"))
    return judge


def test_moderators_take_a_token_from_view_and_show_it_again(
    app: Flask, alice: Person, bob: Person, visitor: Person, anchor: Anchor
) -> None:
    mint = minted(alice, anchor)
    path, cid = f"/assets/{mint['token_id']}", mint["metadata_cid"]
    subject = visitor.call("GET", path).json["subject"]
    report = {"type": "asset", "subject": subject, "reason": "hate", "text": "look at it"}
    assert bob.call("POST", "/reports", report).status_code == 201
    refused(bob.call("POST", "/reports", report), 409, "already_reported")
    refused(alice.call("POST", "/reports", report), 422, "cannot_report")
    nobody = report | {"subject": bob.account}
    refused(alice.call("POST", "/reports", nobody), 404, "subject_not_found")
    judge = moderator(app)
    [item] = judge.call("GET", "/moderation/reports?type=asset").json["items"]
    assert (item["account"], item["post"], item["message"]) == (alice.account, None, None)
    assert item["asset"] == {
        "token_id": mint["token_id"],
        "creator": alice.address,
        "owner": alice.address,
        "metadata": mint["metadata"],
        "hidden_at": None,
    }
    act = {"act": "hide", "type": "asset", "subject": subject, "reason": "hateful"}
    refused(bob.call("POST", "/moderation/actions", act), 403, "moderators_only")
    refused(judge.call("POST", "/moderation/actions", act | {"act": "suspend"}), 400, "malformed")
    hidden = judge.call("POST", "/moderation/actions", act)
    assert hidden.status_code == 201, hidden.text
    refused(judge.call("POST", "/moderation/actions", act), 409, "nothing_to_do")
    # Who holds it is on the chain for all to see; what it shows is not shown here any more.
    gone = visitor.call("GET", path).json
    assert (gone["metadata"], gone["metadata_state"]) == (None, "hidden")
    assert gone["owner"]["address"] == alice.address
    assert visitor.call("GET", f"/users/{alice.account}/assets").json["items"] == []
    [own] = alice.call("GET", f"/users/{alice.account}/assets").json["items"]
    assert own["hidden_at"] is not None
    image = mint["metadata"]["image"].removeprefix("ipfs://")
    for one in (cid, image):
        assert visitor.http.get(f"/ipfs/{one}").status_code == 451
    appeal = {"action": hidden.json["id"], "text": "it is a drawing"}
    assert alice.call("POST", "/appeals", appeal).status_code == 201
    shown = judge.call("POST", "/moderation/actions", act | {"act": "show"})
    assert shown.status_code == 201
    assert visitor.call("GET", path).json["metadata"] == mint["metadata"]
    assert visitor.http.get(f"/ipfs/{image}").status_code == 200


def test_hiding_a_token_reads_the_metadata_of_no_other(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    mint = minted(alice, anchor)
    for number in range(3):
        minted(alice, anchor, name=f"other {number}")
    with app.app_context():
        token = select(Asset.id).filter_by(token=int(mint["token_id"]).to_bytes(32))
        asset_id = db.session.scalars(token).one()
        with writing() as session:
            read: list[str] = []

            @event.listens_for(db.engine, "before_cursor_execute")
            def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
                read.append(statement)

            set_hidden(session, asset_id, utc_now())
            event.remove(db.engine, "before_cursor_execute", note)
        documents = [one for one in read if "document" in one]
        assert len(documents) == 1
        assert "assets.id =" in documents[0]
        assert any("metadata_files.cid IN" in one for one in read)


def test_hiding_a_token_withholds_nothing_that_tokens_in_view_name(
    app: Flask, alice: Person, bob: Person, visitor: Person, anchor: Anchor
) -> None:
    shared = picture()
    hers, his = (
        minted(one, anchor, name=one.address, image=upload(one, shared).json["id"])
        for one in (alice, bob)
    )
    image = hers["metadata"]["image"]
    assert his["metadata"]["image"] == image
    judge = moderator(app)
    subjects = {
        one["id"]: visitor.call("GET", f"/assets/{one['token_id']}").json["subject"]
        for one in (hers, his)
    }

    def act(what: str, mint: dict[str, Any]) -> list[int]:
        """Act on a token; return how its metadata, the other's and the picture are answered for."""
        body = {"act": what, "type": "asset", "subject": subjects[mint["id"]], "reason": "bad"}
        assert judge.call("POST", "/moderation/actions", body).status_code == 201
        other = his if mint is hers else hers
        cids = (mint["metadata_cid"], other["metadata_cid"], image.removeprefix("ipfs://"))
        return [visitor.http.get(f"/ipfs/{cid}").status_code for cid in cids]

    assert act("hide", his) == [451, 200, 200]
    assert act("hide", hers) == [451, 451, 451]
    assert act("show", his) == [200, 451, 200]
    assert act("hide", his) == [451, 451, 451]
    assert act("show", hers) == [200, 451, 200]


def test_a_deleted_account_leaves_the_token_and_takes_what_it_wrote(
    app: Flask, alice: Person, bob: Person, visitor: Person, anchor: Anchor
) -> None:
    given, waiting = minted(alice, anchor), begun(alice, royalty=7)
    move(app, alice, given["token_id"], bob.address)
    anchor()
    late = begun(alice, royalty=8)
    assert permit(alice, late).status_code == 202
    files = exported(app, alice)
    assert [one["id"] for one in files["mints.json"]] == [
        late["id"],
        waiting["id"],
        given["id"],
    ]
    assert files["assets.json"] == []
    [held] = exported(app, bob)["assets.json"]
    assert (held["token_id"], held["metadata"]) == (given["token_id"], given["metadata"])
    challenge = alice.call("POST", "/me/deletion/nonce").json
    proof = alice.signed_siwe(alice.siwe(**challenge))
    assert alice.call("DELETE", "/me", proof).status_code == 204
    anchor()
    left = visitor.call("GET", f"/assets/{given['token_id']}").json
    assert (left["metadata"], left["metadata_state"]) == (None, "unknown")
    assert left["creator"] == {"address": alice.address, "profile": None}
    assert left["owner"]["profile"]["id"] == bob.account
    with app.app_context():
        assert db.session.scalars(select(Mint.id)).all() == []
        assert db.session.scalars(select(AssetMetadata.digest)).all() == []
        assert len(db.session.scalars(select(Asset.token)).all()) == 1
        states = db.session.scalars(select(Transaction.state).order_by(Transaction.id)).all()
        assert states[-1] == "dead"  # what was not sent yet is not sent


def test_over_a_block_no_token_is_given(
    app: Flask, alice: Person, bob: Person, anchor: Anchor
) -> None:
    held = minted(alice, anchor)
    signed, unsigned = begun(alice, to=bob.address, royalty=1), begun(alice, by="wallet", royalty=2)
    theirs = begun(alice, by="wallet", to=bob.address, royalty=3)
    path = f"/assets/{held['token_id']}/transfer?to={bob.address}"
    batch = {"mints": [theirs["id"]]}
    told = set()
    for blocker, other in ((bob, alice), (alice, bob)):
        block = f"/users/{other.account}/block"
        assert blocker.call("POST", block).status_code == 201
        for answer in (
            alice.call("POST", "/mints", order(alice, to=bob.wallet.address)),
            permit(alice, signed),
            alice.call("POST", "/mints/transaction", batch),
            alice.call("GET", path),
        ):
            refused(answer, 422, "receiver_refused")
            told.add(answer.json["detail"])
        assert blocker.call("DELETE", block).status_code == 204
    # The same words whoever blocked whom, with no name in them.
    assert told == {
        "You cannot give a token to this address; name another address, or another person."
    }
    own = alice.call("POST", "/mints/transaction", {"mints": [unsigned["id"]]})
    assert own.status_code == 200
    for answer, status in ((alice.call("GET", path), 200), (permit(alice, signed), 202)):
        assert answer.status_code == status
    with app.app_context():
        assert len(db.session.scalars(select(Transaction.id)).all()) == 2


def exported(app: Flask, person: Person) -> dict[str, Any]:
    """Return the JSON files that the export's parts of assets hold."""
    with app.app_context():
        parts = [one for one in export_parts() if one.name in ("mints", "assets")]
        return {
            name: app.json.loads(b"".join(chunks))
            for part in parts
            for name, chunks in part.files(db.session(), UUID(person.account))
        }


def test_an_app_needs_the_scope(app: Flask, alice: Person) -> None:
    mint = begun(alice)
    reader = with_claims(app, alice, scope="read", client_id="x")
    for method, path, body in (
        ("POST", "/mints", {"name": "x"}),
        ("POST", f"/mints/{mint['id']}/permission", {"signature": "0x00"}),
        ("DELETE", f"/mints/{mint['id']}", None),
    ):
        refused(reader.call(method, path, body), 403, "insufficient_scope")
    assert reader.call("GET", f"/mints/{mint['id']}").status_code == 200
    writer = with_claims(app, alice, scope="assets:write", client_id="x")
    assert writer.call("DELETE", f"/mints/{mint['id']}").status_code == 204


def test_a_block_between_signature_and_sending_stops_the_mint(
    app: Flask, alice: Person, bob: Person, anchor: Anchor
) -> None:
    gift = begun(alice, to=bob.address)
    own = begun(alice, name="her own")
    for mint in (gift, own):
        assert permit(alice, mint).status_code == 202
    assert bob.call("POST", f"/users/{alice.account}/block").status_code < 300
    anchor()
    stopped = progress(alice, gift)
    assert (stopped["state"], stopped["sent_at"]) == ("halted", None)
    assert "cannot give a token to this address" in stopped["reason"]
    assert bob.account not in stopped["reason"]
    assert progress(alice, own)["state"] == "final"
    assert bob.call("DELETE", f"/users/{alice.account}/block").status_code < 300
    again = begun(alice, to=bob.address)
    assert again["id"] != gift["id"]
    assert permit(alice, again).status_code == 202
    anchor()
    assert progress(alice, again)["state"] == "final"


def test_a_suspension_between_signature_and_sending_stops_the_mint(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    mint = begun(alice)
    assert permit(alice, mint).status_code == 202
    judge = moderator(app)
    act = {"act": "suspend", "type": "account", "subject": alice.account, "reason": "spam"}
    assert judge.call("POST", "/moderation/actions", act).status_code == 201
    anchor()
    with app.app_context():
        [owed] = db.session.scalars(select(Transaction).filter(Transaction.key.startswith("mint:")))
        assert (owed.state, owed.nonce, owed.sent_at) == ("dead", None, None)
        assert "suspended before the mint was sent" in (owed.reason or "")
        assert db.session.scalars(select(Asset.token)).all() == []
