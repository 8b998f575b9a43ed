"""Keeping content: one file however many keep it, bounds, and nothing half kept."""

import hashlib
import io
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.answers import at_once
from tests.support.files import picture
from tests.support.wallet import Person
from tests.webapp.assets.content.conftest import Store
from webapp.assets.content import service
from webapp.assets.content.access import find_content
from webapp.assets.content.cids import CHUNK, raw_cid
from webapp.assets.content.errors import (
    ContentBusyError,
    ContentNotFoundError,
    ContentQuotaError,
    ContentTooLargeError,
    MetadataTooLargeError,
)
from webapp.assets.content.models import Content, ContentLeftover, ContentOwner
from webapp.assets.content.reading import read_all
from webapp.assets.content.staging import MOST_METADATA
from webapp.database import writing
from webapp.extensions import db

once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def on_disk(app: Flask) -> list[Path]:
    folder: Path = app.config["TROTH"].data_dir / "content"
    return [path for path in folder.rglob("*") if path.is_file()]


def count(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_what_two_people_keep_is_one_file_and_two_owners(
    app: Flask, store: Store, alice: Person, carol: Person
) -> None:
    data = picture()
    first, second = store(alice, data), store(carol, data)
    assert first == second == store(alice, data)
    assert (first.mime, first.size) == ("image/png", len(data))
    assert first.cid == str(raw_cid(hashlib.sha256(data).digest()))
    assert (count(app, Content), count(app, ContentOwner), count(app, ContentLeftover)) == (1, 2, 0)
    (path,) = on_disk(app)
    assert (path.name, path.read_bytes()) == (first.cid, data)


def test_kept_by_two_at_once_it_is_one_file_too(
    app: Flask, store: Store, alice: Person, carol: Person
) -> None:
    data = picture(size=(600, 600))
    both = (alice, carol, alice, carol)
    found = at_once(*(lambda one=one: store(one, data) for one in both))  # type: ignore[misc]
    assert len(set(found)) == 1
    assert (count(app, Content), count(app, ContentOwner), count(app, ContentLeftover)) == (1, 2, 0)
    assert len(on_disk(app)) == 1


@once
@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"", "application/octet-stream"),
        (b'{"name": "a token"}', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"12", "text/plain"),
        ("süß\n".encode(), "text/plain"),
        (b"<script>alert(1)</script>", "text/plain"),
        (b"a\0b", "application/octet-stream"),
        (b"\xff\xfe", "application/octet-stream"),
        (b"[" * 100_000, "text/plain"),
        (picture("AVIF"), "image/avif"),
    ],
)
def test_its_type_is_what_its_bytes_are(
    store: Store, carol: Person, data: bytes, mime: str
) -> None:
    assert store(carol, data).mime == mime


@once
def test_a_file_is_as_large_as_it_may_be_and_no_larger(
    app: Flask, store: Store, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = CHUNK + 3
    with app.app_context():
        object.__setattr__(app.config["TROTH"], "content_file_bytes", most)
        assert store(carol, bytes(most)).size == most
        with pytest.raises(ContentTooLargeError) as refusal:
            service.store_file(UUID(carol.account), io.BytesIO(bytes(most + 9)))
        assert (refusal.value.size, refusal.value.most) == (most + 9, most)
        with pytest.raises(MetadataTooLargeError):
            service.store_metadata(UUID(carol.account), bytes(MOST_METADATA + 1))
        whole = service.store_metadata(UUID(carol.account), bytes(MOST_METADATA))
        assert whole.cid == str(raw_cid(whole.sha256))
    assert count(app, Content) == 2


def test_an_account_keeps_no_more_than_its_quota(
    app: Flask, store: Store, alice: Person, carol: Person
) -> None:
    here = app.config["TROTH"]
    object.__setattr__(here, "content_quota_bytes", 10)
    store(carol, b"123456")
    for _ in range(2):
        with pytest.raises(ContentQuotaError) as refusal:
            store(carol, b"12345")
        assert (refusal.value.most, refusal.value.unit) == (10, "bytes")
    store(carol, b"123456")  # again, which costs nothing
    store(alice, b"12345")  # somebody else's quota is their own
    object.__setattr__(here, "content_quota_files", 1)
    with pytest.raises(ContentQuotaError):
        store(carol, b"1")
    assert count(app, ContentOwner) == 2


def test_uses_are_counted_and_what_an_account_does_not_keep_is_not_used(
    app: Flask, store: Store, alice: Person, carol: Person
) -> None:
    content = store(carol, b"used")
    account = UUID(carol.account)
    with app.app_context():
        with writing() as session:
            service.hold(session, account, content.cid)
            service.hold(session, account, content.cid)
            service.release(session, account, content.cid)
        with pytest.raises(ContentBusyError), writing() as session:
            service.hold(session, UUID(alice.account), content.cid)
        with writing() as session:
            service.release(session, UUID(alice.account), content.cid)
        assert db.session.scalars(select(ContentOwner.uses)).all() == [1]


def test_given_up_by_the_last_who_kept_it_it_is_gone_and_by_another_it_is_not(
    app: Flask, store: Store, alice: Person, carol: Person
) -> None:
    content = store(alice, b"both keep this")
    store(carol, b"both keep this")
    with app.app_context():
        with writing() as session:
            assert service.erase_all(session, UUID(alice.account)) == 1
        assert read_all(find_content(db.session(), content.cid)) == b"both keep this"
        assert db.session.scalar(select(func.count()).select_from(ContentLeftover)) == 0
        with writing() as session:
            assert service.erase_all(session, UUID(carol.account)) == 1
        with pytest.raises(ContentNotFoundError):
            find_content(db.session(), content.cid)
        assert db.session.scalars(select(ContentLeftover.cid)).all() == [content.cid]


def test_what_is_erased_between_staging_and_keeping_is_not_kept_without_its_bytes(
    app: Flask, carol: Person
) -> None:
    account = UUID(carol.account)
    with app.app_context():
        staged = service.stage_bytes(b"slow")
        (path,) = on_disk(app)
        path.unlink()
        with pytest.raises(ContentBusyError) as refusal, writing() as session:
            service.keep(session, account, staged)
        assert refusal.value.retry_after == 1
        assert service.store_bytes(account, b"slow").cid == str(staged.cid)
    assert (count(app, Content), count(app, ContentOwner)) == (1, 1)
