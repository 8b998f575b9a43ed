"""Thumbnails, unused uploads and files that are given up."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, update

from tests.support.answers import refused
from tests.support.files import animation, loaded, mp4, picture, saved, upload
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.media.errors import MediaProcessingError, MediaUnknownError, MediaUnusableError
from webapp.media.models import MediaFile, MediaLeftover
from webapp.media.service import check_avatar, files_of
from webapp.posts.media import erase_media_of
from workers import media


def files_on_disk(app: Flask) -> list[Path]:
    return [path for path in (app.config["TROTH"].data_dir / "media").rglob("*") if path.is_file()]


def change(**values: Any) -> None:
    with writing() as session:
        session.execute(update(MediaFile).values(**values))


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def state(person: Person, file: dict[str, Any]) -> str:
    return str(person.call("GET", f"/media/{file['id']}/info").json["state"])


def test_thumbnails_are_made_in_two_sizes_and_never_enlarge(context: Flask, carol: Person) -> None:
    large = upload(carol, picture("JPEG", (2_000, 1_000))).json
    small = upload(carol, animation("GIF")).json
    path = f"/media/{large['id']}/thumbnail"
    early = carol.call("GET", path)
    refused(early, 409, "media_processing")
    assert early.headers["Retry-After"]
    media.work()
    assert (state(carol, large), state(carol, small)) == ("ready", "ready")
    found = {}
    for file, size in ((large, "small"), (large, "large"), (small, "small"), (small, "large")):
        with carol.call("GET", f"/media/{file['id']}/thumbnail?size={size}") as answer:
            assert (answer.status_code, answer.content_type) == (200, "image/webp")
            image = loaded(answer.data)
            found[file["id"], size] = image.size
            assert (image.format, getattr(image, "n_frames", 1)) == ("WEBP", 1)
    assert list(found.values()) == [(320, 160), (1_080, 540), (20, 10), (20, 10)]
    assert len(files_on_disk(context)) == 6
    refused(carol.call("GET", f"{path}?size=huge"), 400, "malformed")


def test_a_file_whose_thumbnails_cannot_be_made_is_given_up_on(
    context: Flask, carol: Person
) -> None:
    file = upload(carol, picture()).json
    (path,) = files_on_disk(context)
    path.write_bytes(b"a broken disk")
    for _ in range(media.MOST_ATTEMPTS):
        media.work()
        assert state(carol, file) == "processing"
    media.work()
    assert state(carol, file) == "failed"
    refused(carol.call("GET", f"/media/{file['id']}/thumbnail"), 404, "thumbnail_missing")
    body = {"text": "x", "media": [{"id": file["id"]}]}
    refused(carol.call("POST", "/posts", body), 422, "media_unusable")


def test_a_video_has_no_thumbnail(context: Flask, carol: Person) -> None:
    file = upload(carol, mp4()).json
    refused(carol.call("GET", f"/media/{file['id']}/thumbnail"), 404, "thumbnail_missing")


def test_unused_uploads_go_after_a_while_and_used_ones_stay(context: Flask, carol: Person) -> None:
    colours = ("red", "green", "blue", "black")
    files = [upload(carol, picture(colour=colour)).json for colour in colours]
    media.work()
    posted, avatar, unused, fresh = files
    carol.call("POST", "/posts", {"text": "x", "media": [{"id": posted["id"]}]})
    with writing() as session:
        session.get_one(Account, UUID(carol.account)).avatar_id = UUID(avatar["id"])
    change(touched_at=utc_now() - timedelta(days=2))
    upload(carol, picture(colour=colours[3]))  # again: it counts from now
    media.work()
    states = [carol.call("GET", f"/media/{file['id']}/info").status_code for file in files]
    assert states == [200, 200, 404, 200]
    assert not [path for path in files_on_disk(context) if unused["id"] in path.name]
    assert len([path for path in files_on_disk(context) if fresh["id"] in path.name]) == 3
    assert count(MediaLeftover) == 0


def test_what_an_upload_left_when_it_died_is_erased(
    context: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("webapp.media.service.insert_or_ignore", die)
    with pytest.raises(KeyboardInterrupt):
        upload(carol, picture())
    monkeypatch.undo()
    assert (len(files_on_disk(context)), count(MediaFile), count(MediaLeftover)) == (1, 0, 1)
    media.work()
    assert len(files_on_disk(context)) == 1  # it may still be on its way
    with writing() as session:
        session.execute(update(MediaLeftover).values(due_at=utc_now()))
    media.work()
    assert (files_on_disk(context), count(MediaLeftover)) == ([], 0)
    assert upload(carol, picture()).status_code == 201


def test_an_avatar_is_an_own_image_that_is_ready(
    context: Flask, carol: Person, bob: Person
) -> None:
    file, video = upload(carol, picture()).json, upload(carol, mp4()).json
    cases = (
        (carol, file, MediaProcessingError),
        (bob, file, MediaUnknownError),
        (carol, video, MediaUnusableError),
    )
    for person, wanted, error in cases:
        with pytest.raises(error), writing() as session:
            check_avatar(session, UUID(person.account), UUID(wanted["id"]))
    media.work()
    with writing() as session:
        check_avatar(session, UUID(carol.account), UUID(file["id"]))


def test_an_avatar_is_public_while_it_is_one(
    context: Flask, carol: Person, visitor: Person
) -> None:
    file = upload(carol, picture()).json
    media.work()
    paths = [f"/media/{file['id']}", f"/media/{file['id']}/thumbnail"]

    def seen() -> list[int]:
        answers = [visitor.call("GET", path) for path in paths]
        for answer in answers:
            answer.close()
        return [answer.status_code for answer in answers]

    account = UUID(carol.account)
    assert seen() == [404, 404]
    for values, status in (
        ({"avatar_id": UUID(file["id"])}, 200),
        ({"suspended_at": utc_now()}, 404),
        ({"suspended_at": None}, 200),
        ({"avatar_id": None}, 404),
    ):
        with writing() as session:
            session.execute(update(Account).where(Account.id == account).values(**values))
        assert seen() == [status, status]


def test_all_files_of_an_account_are_exported_and_erased(context: Flask, carol: Person) -> None:
    files = [upload(carol, picture(colour=colour)).json for colour in ("red", "blue")]
    media.work()
    carol.call("POST", "/posts", {"text": "x", "media": [{"id": files[0]["id"]}]})
    account = UUID(carol.account)
    found = files_of(db.session(), account)
    assert [str(one.media.id) for one in found] == [file["id"] for file in files]
    assert [loaded(one.path.read_bytes()).size for one in found] == [(40, 30)] * 2
    with writing() as session:
        assert erase_media_of(session, account) == 2
    media.work()
    assert (files_on_disk(context), count(MediaFile)) == ([], 0)


def test_a_picture_of_every_kind_has_thumbnails(context: Flask, carol: Person) -> None:
    for image in (Image.new("P", (9, 9), 3), Image.new("LA", (9, 9), (9, 9))):
        upload(carol, saved(image, "PNG"))
    media.work()
    db.session.rollback()
    assert set(db.session.scalars(select(MediaFile.state))) == {"ready"}
