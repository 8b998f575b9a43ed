"""Content that goes: unused, given up, left over; and an IPFS node that is away, comes back, or is wrong."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.support.answers import closed_port
from tests.support.fake_ipfs import FakeIpfs, fake_ipfs
from tests.support.wallet import Person
from webapp.accounts.deletion.erasers import erasers
from webapp.assets.content import service
from webapp.assets.content.access import find_content
from webapp.assets.content.cids import parse_cid
from webapp.assets.content.errors import ContentBusyError
from webapp.assets.content.models import (
    Content,
    ContentLeftover,
    ContentOwner,
    ContentPin,
    PinState,
)
from webapp.assets.content.pins import due_pins, pin_status, settle
from webapp.assets.content.reading import read_all
from webapp.assets.content.storage import PARTS, erase_old_parts, path_of
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from workers import content as worker

DATA = b"a picture, say"


def account(person: Person) -> UUID:
    return UUID(person.account)


def store(person: Person, data: bytes = DATA) -> str:
    return service.store_bytes(account(person), data).cid


def there(cid: str) -> bool:
    return path_of(parse_cid(cid)).exists()


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def change(table: type, **values: Any) -> None:
    with writing() as session:
        session.execute(update(table).values(**values))


def test_unused_content_goes_after_a_while_and_used_content_stays(
    context: Flask, alice: Person, carol: Person
) -> None:
    used, unused, shared = (store(carol, data) for data in (b"used", b"unused", b"shared"))
    with writing() as session:
        service.hold(session, account(carol), used)
    change(ContentOwner, touched_at=utc_now() - timedelta(days=2))
    assert store(alice, b"shared") == shared
    worker.work()
    assert [there(cid) for cid in (used, unused, shared)] == [True, False, True]
    assert (count(Content), count(ContentOwner), count(ContentLeftover)) == (2, 2, 0)
    assert read_all(find_content(db.session(), shared)) == b"shared"
    with writing() as session:  # what is no more used is unused from then on
        service.release(session, account(carol), used)
    worker.work()
    assert there(used)


def test_what_a_process_left_when_it_died_is_erased(
    context: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = service.stage_bytes(DATA)
    worker.work()
    assert there(str(staged.cid))  # it may still be on its way
    change(ContentLeftover, due_at=utc_now())
    worker.work()
    assert (there(str(staged.cid)), count(ContentLeftover)) == (False, 0)
    with pytest.raises(ContentBusyError), writing() as session:
        service.keep(session, account(carol), staged)
    parts = path_of(staged.cid).parents[2] / PARTS
    (parts / "old").write_bytes(b"half")
    assert erase_old_parts() == 0
    monkeypatch.setattr("webapp.assets.content.storage.PART_LIFE_SECONDS", -1.0)
    assert erase_old_parts() == 1


def test_a_file_that_cannot_be_erased_is_tried_again(
    context: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    cid = store(carol)
    with writing() as session:
        service.erase_all(session, account(carol))

    def fails(_: object) -> None:
        raise OSError

    monkeypatch.setattr(worker, "erase", fails)
    worker.work()
    monkeypatch.undo()
    assert there(cid)
    worker.work()
    assert not there(cid)


def test_whoever_comes_to_keep_what_is_being_erased_keeps_it_whole(
    context: Flask, alice: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alice stages while the worker erases Carol's file of the same bytes, and keeps when it is gone."""
    cid = store(carol)
    with writing() as session:
        service.erase_all(session, account(carol))
    erasing, results = threading.Event(), list[str]()
    real = worker.erase

    def slowly(one: Any) -> None:
        erasing.set()
        real(one)

    def keep() -> None:
        with context.app_context():
            erasing.wait(10)
            with suppress(ContentBusyError):
                results.append(store(alice))
            if not results:  # the same again, as she is told
                results.append(store(alice))

    monkeypatch.setattr(worker, "erase", slowly)
    thread = threading.Thread(target=keep)
    thread.start()
    worker.work()
    thread.join(30)
    assert results == [cid]
    assert read_all(find_content(db.session(), cid)) == DATA
    worker.work()
    assert there(cid)


def test_an_accounts_deletion_erases_minted_content_too_and_leaves_others_theirs(
    context: Flask, node_of: FakeIpfs, alice: Person, carol: Person
) -> None:
    minted, shared = store(carol, b"minted"), store(carol, b"shared")
    store(alice, b"shared")
    with writing() as session:
        service.hold(session, account(carol), minted)
    worker.work()
    assert set(node_of.pinned) == {minted, shared}
    body = {"password": "a long password"}
    assert carol.call("DELETE", "/me", body).status_code == 204
    worker.work()
    assert [there(cid) for cid in (minted, shared)] == [False, True]
    assert set(node_of.pinned) == {shared}
    assert "content" in [one.name for one in erasers()]
    assert (count(ContentOwner), count(ContentPin), count(ContentLeftover)) == (1, 1, 0)


@pytest.fixture
def node_of(context: Flask) -> Iterator[FakeIpfs]:
    """Give an IPFS node that the application is set to."""
    with fake_ipfs() as fake:
        use(context, fake.url)
        yield fake


def use(app: Flask, url: str) -> None:
    here = app.config["TROTH"]
    # A breaker that lets every round try: its own behaviour has tests beside the chain's nodes.
    for name, value in {"ipfs_url": url, "ipfs_timeout": 0.3, "node_failures": 0}.items():
        object.__setattr__(here, name, value)


def pins() -> dict[str, tuple[bool, str, int]]:
    db.session.rollback()
    rows = db.session.scalars(select(ContentPin))
    return {row.cid: (row.wanted, row.state, row.attempts) for row in rows}


def at_once() -> None:
    """Let what was put off be due now."""
    with writing() as session:
        waiting = update(ContentPin).where(ContentPin.next_attempt_at.is_not(None))
        session.execute(waiting.values(next_attempt_at=utc_now()))


def test_a_node_that_is_down_queues_pins_and_catches_up(
    context: Flask, node_of: FakeIpfs, carol: Person
) -> None:
    up = node_of.url
    use(context, f"http://127.0.0.1:{closed_port()}")
    kept = [store(carol, data) for data in (b"one", b"two", b"three")]
    worker.work()
    with writing() as session:  # and one of them is given up meanwhile
        service.give_up(session, kept[:1], ContentOwner.account_id == account(carol))
    worker.work()
    assert pins()[kept[1]] == (True, PinState.WAITING, 1)
    status = pin_status(db.session.connection())
    assert (status.waiting, status.failed) == (3, 0)
    assert "does not answer" in str(status.problem)
    assert [there(cid) for cid in kept] == [False, True, True]  # the store needs no node
    use(context, up)
    worker.work()
    assert node_of.pinned == {}  # not at once: those were put off
    at_once()
    worker.work()
    assert set(node_of.pinned) == set(kept[1:])
    assert pins() == dict.fromkeys(kept[1:], (True, PinState.PINNED, 0))
    calls = len(node_of.calls)
    worker.work()
    assert len(node_of.calls) == calls  # nothing is asked twice


def test_what_was_kept_before_there_was_a_node_is_pinned_too(context: Flask, carol: Person) -> None:
    cid = store(carol)
    worker.work()
    assert pins() == {}
    with fake_ipfs() as fake:
        use(context, fake.url)
        worker.work()
        assert set(fake.pinned) == {cid}


def test_a_node_that_gives_another_name_is_shown(
    context: Flask, node_of: FakeIpfs, carol: Person
) -> None:
    node_of.fault = "wrong"
    cid = store(carol)
    worker.work()
    assert pins() == {cid: (True, PinState.FAILED, 1)}
    assert node_of.pinned == {}  # nor is left pinned what it took the file for
    status = pin_status(db.session.connection())
    assert (status.waiting, status.failed) == (0, 1)
    assert cid in str(status.problem)
    node_of.fault = "refuses"
    at_once()
    worker.work()
    assert pins() == {cid: (True, PinState.FAILED, 2)}
    assert "the disk is full" in str(pin_status(db.session.connection()).problem)
    node_of.fault = ""
    at_once()
    worker.work()
    assert pins() == {cid: (True, PinState.PINNED, 0)}


def test_a_slow_node_is_left_and_the_breaker_spares_it(
    context: Flask, node_of: FakeIpfs, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    node_of.fault = "slow"
    for name, value in {"node_failures": 1, "node_retry": 600.0}.items():
        object.__setattr__(context.config["TROTH"], name, value)
    monkeypatch.setattr(worker, "_breakers", {})
    for data in (b"one", b"two"):
        store(carol, data)
    worker.work()
    at_once()
    worker.work()
    assert node_of.calls == ["add"]  # the second one, and the next round, were spared


def test_who_changes_their_mind_while_the_node_is_asked_has_the_last_word(
    context: Flask, node_of: FakeIpfs, carol: Person
) -> None:
    cid = store(carol)
    (asked,) = due_pins(db.session(), 9)
    with writing() as session:
        service.erase_all(session, account(carol))
    with writing() as session:
        settle(session, asked)  # the node has pinned it meanwhile
    assert pins()[cid][:2] == (False, PinState.WAITING)
    (asked,) = due_pins(db.session(), 9)
    store(carol)
    with writing() as session:
        settle(session, asked)
    assert pins()[cid][:2] == (True, PinState.WAITING)
