"""GET /log: what a client needs to build a record, and the pins to check one by."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from chain.deploy import anchor_log_address
from chain.devnode.node import DevNode
from chain.proofs.records import Kind
from chain.signer import LocalSigner
from tests.support import instance
from tests.support.answers import nothing_written, refused
from tests.support.wallet import Person
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.log.acceptance import accepting, check_record, judge
from webapp.log.errors import LogReplacedError
from webapp.log.models import Entry, Log
from workers.anchoring import sweep

MakeApp = Callable[..., Flask]


def test_the_log_says_all_that_a_record_and_a_pin_need(visitor: Person, node: DevNode) -> None:
    head = node.request("eth_getBlockByNumber", ["latest", False])
    genesis = node.request("eth_getBlockByNumber", ["0x0", False])
    anchorer = LocalSigner(bytes.fromhex(instance.SECRETS["anchorer_key"][2:]))
    assert visitor.log() == {
        "domain": {
            "chainId": int(node.request("eth_chainId", []), 16),
            "verifyingContract": anchor_log_address(),
        },
        "genesis": genesis["hash"],
        "anchorer": anchorer.address.lower(),
        "depth": 0,
        "notBefore": {"number": int(head["number"], 16), "hash": head["hash"]},
    }


def test_the_offered_block_moves_with_the_chain_that_was_indexed(
    visitor: Person, node: DevNode, anchor: Callable[[], None]
) -> None:
    before = visitor.log()["notBefore"]["number"]
    node.request("evm_mine", [{"blocks": 3}])
    assert visitor.log()["notBefore"]["number"] == before
    anchor()
    assert visitor.log()["notBefore"]["number"] == before + 3


@pytest.mark.usefixtures("node")
def test_before_the_log_is_open_everything_that_needs_it_says_so(make_closed_app: MakeApp) -> None:
    carol = Person(make_closed_app().test_client()).register("carol")
    check_not_open(carol)


@pytest.mark.parametrize("depth", [2, 12])
def test_a_log_is_open_right_after_setup_at_any_depth(
    make_closed_app: MakeApp, node: DevNode, depth: int
) -> None:
    app = make_closed_app(confirmations=depth)
    instance.use_node(app, node)
    person = Person(app.test_client()).sign_in()
    head = int(node.request("eth_blockNumber", []), 16)
    log = person.log()
    assert (log["depth"], log["notBefore"]) == (depth, reference(node, head - depth))
    assert person.publish().status_code == 201
    carol = Person(app.test_client()).register("carol")
    assert carol.call("POST", "/posts", {"text": "open"}).status_code == 201


def test_with_confirmations_the_offered_block_is_that_deep(
    make_app: MakeApp, node: DevNode
) -> None:
    app = make_app(confirmations=3)
    mine_and_index(app, node, 5)
    head = int(node.request("eth_blockNumber", []), 16)
    offered = Person(app.test_client()).log()["notBefore"]
    assert offered == reference(node, head - 3)


def test_a_block_that_is_not_deep_enough_is_refused(make_app: MakeApp, node: DevNode) -> None:
    app = make_app(confirmations=3)
    mine_and_index(app, node, 5)
    person = Person(app.test_client()).sign_in()
    offered = person.log()["notBefore"]["number"]
    with nothing_written(app):
        for number in (offered + 1, offered + 3):
            record = person.post_record(notBefore=reference(node, number))
            refused(person.publish(record), 422, "not_before_not_final")
    assert person.publish().status_code == 201


def check_not_open(person: Person) -> None:
    for answer in (person.call("GET", "/log"), person.call("POST", "/posts", {"text": "early"})):
        refused(answer, 503, "log_not_open")
        assert int(answer.headers["Retry-After"]) > 0


def mine_and_index(app: Flask, node: DevNode, blocks: int) -> None:
    node.request("evm_mine", [{"blocks": blocks}])
    with app.app_context():
        sweep()


def reference(node: DevNode, number: int) -> dict[str, object]:
    found = node.request("eth_getBlockByNumber", [hex(number), False])
    return {"number": number, "hash": found["hash"]}


def test_a_record_for_a_log_that_was_opened_since_is_accepted(app: Flask, alice: Person) -> None:
    assert alice.publish().status_code == 201  # the server has seen the log that was open
    open_another_log(app)
    assert alice.publish().status_code == 201
    assert alice.allow_device().status_code == 201
    with app.app_context():
        newest = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
        assert newest.log_id == db.session.scalar(select(func.max(Log.id)))


def test_a_record_that_was_checked_for_a_log_is_not_accepted_into_another(
    app: Flask, alice: Person
) -> None:
    body = alice.sign(Kind.POST, alice.post_record())
    account, signature = UUID(alice.account), bytes.fromhex(body["signature"][2:])
    with app.app_context():
        record = check_record(db.session(), Kind.POST, body["message"], signature, account)
    open_another_log(app)
    with app.app_context(), pytest.raises(LogReplacedError), accepting() as session:
        judge(session, record, account)


def test_a_record_signed_for_the_log_before_is_refused(app: Flask, alice: Person) -> None:
    record = alice.sign(Kind.POST, alice.post_record())
    open_another_log(app, contract="0x" + "c0" * 20)
    answer = alice.call("POST", "/posts", record)
    assert answer.status_code == 422
    assert answer.json["code"] == "signature_invalid"


def open_another_log(app: Flask, **changes: str) -> None:
    with app.app_context(), writing() as session:
        before = session.scalars(select(Log)).first()
        terms = {"contract": before.contract, "anchorer": "0x" + "ab" * 20} | changes
        session.add(
            Log(
                chain_ref=before.chain_ref,
                next_sequence=0,
                next_position=0,
                created_at=utc_now(),
                **terms,
            )
        )


def test_a_batch_of_a_number_that_no_database_has_is_unknown(visitor: Person) -> None:
    for sequence in (2**63, 10**40):
        refused(visitor.call("GET", f"/log/batches/{sequence}"), 404, "batch_unknown")
