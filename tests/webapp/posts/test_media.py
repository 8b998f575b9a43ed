"""Files in posts: who may attach them, who sees them, and when they are gone."""

from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from chain.proofs.records import Kind
from tests.support.answers import at_once, nothing_written, refused
from tests.support.files import mp4, picture, signed_media, upload
from tests.support.wallet import Person
from webapp.accounts.relations.models import Follow
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.media.models import MediaFile
from webapp.posts.models import Post, PostMedia
from webapp.posts.together import SignedPost, publish_many
from workers import media

COLOURS = ("red", "green", "blue", "black", "white")


def ready(app: Flask, person: Person, *colours: str) -> list[dict[str, Any]]:
    files = [upload(person, picture(colour=colour)).json for colour in colours]
    with app.app_context():
        media.work()
    return files


def see(person: Person, file: dict[str, Any]) -> int:
    with person.call("GET", f"/media/{file['id']}") as answer:
        return answer.status_code


def names_on_disk(app: Flask) -> str:
    folder: Path = app.config["TROTH"].data_dir / "media"
    return " ".join(path.name for path in folder.rglob("*") if path.is_file())


def uses(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(MediaFile.uses).order_by(MediaFile.id)))


def test_signed_media_are_shown_with_their_files(
    app: Flask, alice: Person, bob: Person, visitor: Person
) -> None:
    files = ready(app, alice, *COLOURS[:4])
    items = [signed_media(file, f"picture {n}") for n, file in enumerate(files)]
    assert see(visitor, files[0]) == 404
    assert see(alice, files[0]) == 200
    info = f"/media/{files[0]['id']}/info"
    assert alice.call("GET", info).json == files[0] | {"state": "ready"}
    refused(bob.call("GET", info), 404, "media_not_found")
    answer = alice.publish(alice.post_record(media=items))
    assert answer.status_code == 201, answer.text
    shown = answer.json["media"]
    assert [{k: one[k] for k in ("digest", "mime", "alt")} for one in shown] == items
    assert [one["id"] for one in shown] == [file["id"] for file in files]
    assert {(one["width"], one["height"]) for one in shown} == {(40, 30)}
    assert visitor.call("GET", f"/posts/{answer.json['id']}").json["media"] == shown
    assert [see(visitor, file) for file in files] == [200] * 4
    bundle = alice.call("GET", f"/posts/{answer.json['id']}/bundle")
    assert bundle.status_code in (200, 409)


def test_drafts_name_uploads_by_id(app: Flask, carol: Person, visitor: Person) -> None:
    first = upload(carol, picture(), alt="as uploaded").json
    (second,) = ready(app, carol, "blue")
    body = {"text": "x", "media": [{"id": first["id"]}, {"id": second["id"], "alt": "sea"}]}
    post = carol.call("POST", "/posts", body).json
    assert [one["alt"] for one in post["media"]] == ["as uploaded", "sea"]
    assert see(visitor, second) == 200
    refused(carol.call("POST", "/posts", body | {"media": [{"id": "x"}]}), 400, "malformed")
    five = body | {"media": [{"id": first["id"]}] * 5}
    refused(carol.call("POST", "/posts", five), 400, "malformed")
    twice = body | {"media": [{"id": first["id"]}] * 2}
    refused(carol.call("POST", "/posts", twice), 422, "media_refused")


def test_media_that_cannot_be_in_a_post_are_refused(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    files = ready(app, alice, *COLOURS)
    (foreign,) = ready(app, bob, "pink")
    waiting, video = upload(alice, picture(colour="grey")).json, upload(alice, mp4()).json
    one = signed_media(files[0])
    cases = [
        ([signed_media(file) for file in files], 422, "media_refused"),
        ([one, one], 422, "media_refused"),
        ([one, signed_media(video)], 422, "media_refused"),
        ([one | {"mime": "image/jpeg"}], 422, "media_refused"),
        ([one | {"alt": "x" * 1_001}], 422, "text_refused"),
        ([one | {"alt": "\0"}], 422, "text_refused"),
        ([one | {"digest": "0x" + "11" * 32}], 422, "media_unknown"),
        ([signed_media(foreign)], 422, "media_unknown"),
        ([signed_media(waiting)], 409, "media_processing"),
        ([one | {"digest": one["digest"][:-2]}], 400, "malformed"),
        ([one | {"id": files[0]["id"]}], 400, "malformed"),
    ]
    for items, status, code in cases:
        with nothing_written(app):
            record = alice.post_record(media=items)
            body = {"message": record, "signature": "0x" + "00" * 65}
            if status != 400:
                body = alice.sign(Kind.POST, record)
            refused(alice.call("POST", "/posts", body), status, code)
    body = {"text": "x", "media": [{"id": foreign["id"]}]}
    refused(carol.call("POST", "/posts", body), 422, "media_unknown")
    assert uses(app) == [0] * 8
    assert alice.publish(alice.post_record(media=[signed_media(video)])).status_code == 201
    assert alice.publish(alice.post_record(media=[one | {"alt": "x" * 1_000}])).status_code == 201


def test_followers_only_is_for_followers(
    app: Flask, alice: Person, bob: Person, visitor: Person
) -> None:
    (file,) = ready(app, alice, "red")
    alice.publish(alice.post_record(media=[signed_media(file)], audience="followers"))
    assert [see(one, file) for one in (visitor, bob, alice)] == [404, 404, 200]
    follow(app, bob, alice)
    assert [see(one, file) for one in (visitor, bob)] == [404, 200]
    with bob.call("GET", f"/media/{file['id']}") as answer:
        assert answer.headers["Cache-Control"] == "private, no-cache"
    alice.publish(alice.post_record(media=[signed_media(file)]))
    with bob.call("GET", f"/media/{file['id']}") as answer:
        assert answer.headers["Cache-Control"].startswith("public")


def follow(app: Flask, follower: Person, followee: Person) -> None:
    with app.app_context(), writing() as session:
        session.add(
            Follow(
                follower_id=UUID(follower.account),
                followee_id=UUID(followee.account),
                created_at=utc_now(),
            )
        )


def test_an_edit_hides_at_once_what_it_removes(app: Flask, alice: Person, visitor: Person) -> None:
    first, second = ready(app, alice, "red", "blue")
    post = alice.publish(alice.post_record(media=[signed_media(first)])).json
    edited = alice.publish(alice.edit_record(post, media=[signed_media(second)])).json
    assert [one["id"] for one in edited["media"]] == [second["id"]]
    assert [see(visitor, file) for file in (first, second)] == [404, 200]
    assert [see(alice, file) for file in (first, second)] == [200, 200]
    bare = alice.publish(alice.edit_record(edited)).json
    assert bare["media"] == []
    assert [see(visitor, file) for file in (first, second)] == [404, 404]
    assert uses(app) == [1, 1]
    again = alice.publish(alice.edit_record(bare, media=[signed_media(first)])).json
    assert [see(visitor, file) for file in (first, second)] == [200, 404]
    assert uses(app) == [1, 1]
    alice.delete(again)
    assert [see(alice, file) for file in (first, second)] == [404, 404]
    with app.app_context():
        media.work()
        assert db.session.scalars(select(PostMedia)).all() == []
    assert (names_on_disk(app), uses(app)) == ("", [])


def test_a_file_goes_with_the_last_post_that_shows_it(
    app: Flask, alice: Person, bob: Person, visitor: Person
) -> None:
    (file,) = ready(app, alice, "red")
    (same,) = ready(app, bob, "red")
    posts = [alice.publish(alice.post_record(media=[signed_media(file)])).json for _ in range(2)]
    bob.publish(bob.post_record(media=[signed_media(same)]))
    assert uses(app) == [2, 1]
    alice.delete(posts[0])
    assert see(visitor, file) == 200
    alice.delete(posts[1])
    assert see(alice, file) == 404
    with app.app_context():
        media.work()
    assert file["id"] not in names_on_disk(app)
    assert same["id"] in names_on_disk(app)
    assert see(visitor, same) == 200
    refused(alice.publish(alice.post_record(media=[signed_media(file)])), 422, "media_unknown")
    assert upload(alice, picture()).status_code == 201


def test_a_file_in_many_posts_at_once_is_counted_right(app: Flask, alice: Person) -> None:
    (file,) = ready(app, alice, "red")
    bodies = [
        alice.sign(Kind.POST, alice.post_record(media=[signed_media(file)])) for _ in range(4)
    ]
    people = [alice.again(app.test_client()) for _ in bodies]
    answers = at_once(
        *(
            partial(one.call, "POST", "/posts", body)
            for one, body in zip(people, bodies, strict=True)
        )
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    assert uses(app) == [4]
    gone = at_once(
        *(partial(one.delete, post.json) for one, post in zip(people, answers, strict=True))
    )
    assert [answer.status_code for answer in gone] == [200] * 4
    assert uses(app) == []


def test_files_come_as_what_they_are_and_do_nothing(
    app: Flask, alice: Person, visitor: Person
) -> None:
    (file,) = ready(app, alice, "red")
    video = upload(alice, mp4()).json
    for one in (file, video):
        alice.publish(alice.post_record(media=[signed_media(one)]))
        with visitor.call("GET", f"/media/{one['id']}") as answer:
            headers = answer.headers
        assert headers["Content-Type"] == one["mime"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Content-Disposition"].startswith(f'inline; filename="{one["id"]}.')
        assert headers["Cache-Control"].startswith("public, max-age=86400, immutable")
        assert headers["ETag"] == f'"{one["digest"][2:]}"'
        same = {"If-None-Match": headers["ETag"]}
        with visitor.call("GET", f"/media/{one['id']}", headers=same) as answer:
            assert (answer.status_code, answer.data) == (304, b"")
    path = f"/media/{video['id']}"
    with visitor.call("GET", path) as answer:
        whole = answer.data
        assert answer.headers["Accept-Ranges"] == "bytes"
    with visitor.call("GET", path, headers={"Range": "bytes=4-11"}) as answer:
        assert (answer.status_code, answer.data) == (206, whole[4:12])
        assert answer.headers["Content-Range"] == f"bytes 4-11/{len(whole)}"
    beyond = {"Range": f"bytes={len(whole)}-"}
    with visitor.call("GET", path, headers=beyond) as answer:
        assert answer.status_code == 416
    unknown = "/media/00000000-0000-7000-8000-000000000000"
    refused(visitor.call("GET", unknown), 404, "media_not_found")


def test_posts_with_media_are_published_together_too(app: Flask, alice: Person) -> None:
    (file,) = ready(app, alice, "red")
    wrong = signed_media(file) | {"digest": "0x" + "11" * 32}
    bodies = [
        alice.sign(Kind.POST, alice.post_record(media=items))
        for items in ([], [signed_media(file)], [wrong])
    ]

    with app.app_context():
        posts = [
            SignedPost(UUID(alice.account), body["message"], bytes.fromhex(body["signature"][2:]))
            for body in bodies
        ]
        answers = publish_many(posts)
    found = [getattr(answer, "code", None) or getattr(answer, "media", None) for answer in answers]
    assert found[0] == []
    assert found[1][0]["id"] == file["id"]  # type: ignore[index]
    assert found[2] == "media_unknown"


@pytest.mark.parametrize("act", ["hidden_at", "deleted"])
def test_what_is_hidden_or_deleted_shows_nothing(
    app: Flask, alice: Person, visitor: Person, act: str
) -> None:

    (file,) = ready(app, alice, "red")
    post = alice.publish(alice.post_record(media=[signed_media(file)])).json
    if act == "deleted":
        alice.delete(post)
    else:
        with app.app_context(), writing() as session:
            session.get_one(Post, UUID(post["id"])).hidden_at = utc_now()
    assert see(visitor, file) == 404
