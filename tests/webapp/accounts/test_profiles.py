"""Profiles: what is shown of people to whom, and changing one's own."""

from typing import Any

from flask import Flask
from sqlalchemy import update

from tests.support.answers import at_once, nothing_written, refused
from tests.support.files import picture, upload
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing
from workers import media

FIELDS = {
    "id",
    "handle",
    "name",
    "bio",
    "links",
    "avatar",
    "state",
    "created_at",
    "authors",
    "badges",
    "counts",
    "viewer",
}
REFUSED: list[tuple[str, Any]] = [
    ("name", ""),
    ("name", " \t"),
    ("name", "\u200d\u200d"),
    ("name", "x" * 61),
    ("name", "a\0b"),
    ("name", "a\nb"),
    ("name", "a\u202eb"),
    ("name", "a\u2066b"),
    ("name", "a\u200fb"),
    ("name", "a\u200bb"),
    ("name", "a\u2028b"),
    ("bio", "x" * 501),
    ("bio", "a\0b"),
    ("bio", "a\u202eb"),
    ("links", ["https://a.example"] * 6),
    ("links", ["http://a.example"]),
    ("links", ["javascript:alert(1)"]),
    ("links", ["https://"]),
    ("links", ["https:///path"]),
    ("links", ["https://bank.example@evil.example"]),
    ("links", ["https://a.example/ b"]),
    ("links", ["https://a.example\\@b.example"]),
    ("links", ["https://a.example:x"]),
    ("links", ["https://[a.example"]),
    ("links", ["https://a.example/" + "x" * 200]),
]


def patch(person: Person, **changes: Any) -> Any:
    return person.call("PATCH", "/me", changes)


def shown(viewer: Person, person: Person) -> dict[str, Any]:
    answer = viewer.call("GET", f"/users/{person.account}")
    assert answer.status_code == 200, answer.text
    assert set(answer.json) == FIELDS
    found: dict[str, Any] = answer.json
    return found


def mark(app: Flask, person: Person, **values: Any) -> None:
    with app.app_context(), writing() as session:
        mine = update(Account).where(Account.handle == "carol")
        session.execute(mine.values(**values))
    assert person.account


def test_a_profile_is_changed_and_seen(carol: Person, alice: Person, visitor: Person) -> None:
    links = ["https://example.org/~carol", "https://müller.example:8443/?q=1#top"]
    answer = patch(carol, name="  Carol 👩‍🚀 Ünï ", bio="Line one\nline two", links=links)
    assert answer.status_code == 200, answer.text
    assert answer.json["profile"]["name"] == "Carol 👩‍🚀 Ünï"
    assert (answer.json["role"], answer.json["has_password"]) == ("member", True)
    carol.call("POST", f"/users/{alice.account}/follow")
    seen = shown(alice, carol)
    assert (seen["bio"], seen["links"], seen["avatar"]) == ("Line one\nline two", links, None)
    assert seen["counts"] == {"followers": 0, "following": 1, "posts": 0}
    assert seen["viewer"] == {
        "following": False,
        "followed_by": True,
        "muted": False,
        "blocking": False,
    }
    anonymous = shown(visitor, carol)
    assert (anonymous["viewer"], anonymous["state"]) == (None, "active")
    by_handle = visitor.call("GET", "/users/by-handle/CaRoL")
    assert by_handle.json == anonymous
    cleared = patch(carol, name=None, bio=None, links=[], avatar=None).json["profile"]
    assert (cleared["name"], cleared["bio"], cleared["links"]) == (None, None, [])


def test_an_unknown_handle_is_not_found(visitor: Person) -> None:
    for handle in ("nobody_here", "not%20a%20handle", "x" * 200, "%00"):
        refused(visitor.call("GET", f"/users/by-handle/{handle}"), 404, "user_not_found")


def test_what_cannot_be_shown_is_refused(carol: Person) -> None:
    for field, value in REFUSED:
        problem = refused(patch(carol, **{field: value}), 422, "profile_refused")
        assert problem["errors"][0]["field"] == field, value
    assert carol.call("GET", "/me").headers["ETag"] == '"1"'


def test_bodies_of_another_shape_are_malformed(app: Flask, carol: Person, visitor: Person) -> None:
    with nothing_written(app):
        for body in ({"name": 1}, {"links": "x"}, {"role": "operator"}, {"avatar": "x"}, []):
            refused(carol.call("PATCH", "/me", body), 400, "malformed")
        refused(visitor.call("PATCH", "/me", {"name": "x"}), 401, "no_session")
        refused(visitor.call("GET", "/me"), 401, "no_session")


def test_a_change_for_an_older_revision_is_stale(app: Flask, carol: Person) -> None:
    etag = carol.call("GET", "/me").headers["ETag"]
    first = carol.call("PATCH", "/me", {"name": "One"}, headers={"If-Match": etag})
    assert first.status_code == 200
    assert first.headers["ETag"] != etag
    with nothing_written(app):
        for stale in (etag, "W/" + first.headers["ETag"], "nonsense"):
            again = carol.call("PATCH", "/me", {"name": "Two"}, headers={"If-Match": stale})
            refused(again, 412, "stale")
    same = carol.call("PATCH", "/me", {"name": "One"}, headers={"If-Match": "*"})
    assert same.headers["ETag"] == first.headers["ETag"]  # nothing changed
    assert patch(carol, name="Three").json["profile"]["name"] == "Three"


def test_only_one_of_many_changes_for_one_revision_is_made(app: Flask, carol: Person) -> None:
    answers = at_once(
        *(
            lambda name=name: carol.again(app.test_client()).call(
                "PATCH", "/me", {"name": name}, headers={"If-Match": '"1"'}
            )
            for name in ("One", "Two", "Three")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


def test_a_wallets_account_chooses_its_handle_once(app: Flask, alice: Person) -> None:
    Person(app.test_client()).register("taken")
    refused(patch(alice, handle="Taken"), 409, "handle_taken")
    refused(patch(alice, handle="admin"), 422, "handle_refused")
    assert patch(alice, handle="Alice").json["profile"]["handle"] == "alice"
    assert patch(alice, handle="ALICE").status_code == 200
    refused(patch(alice, handle="other"), 409, "handle_fixed")


def test_one_handle_wanted_at_once_belongs_to_exactly_one(
    app: Flask, alice: Person, bob: Person, visitor: Person
) -> None:
    answers = at_once(
        lambda: patch(alice.again(app.test_client()), handle="dora"),
        lambda: patch(bob.again(app.test_client()), handle="Dora"),
        lambda: visitor.again(app.test_client()).call(
            "POST", "/users", {"handle": "DORA", "password": "a long password"}
        ),
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses in ([200, 409, 409], [201, 409, 409])


def test_the_blocked_do_not_find_the_blocker_anywhere(
    alice: Person, carol: Person, visitor: Person
) -> None:
    carol.call("POST", f"/users/{alice.account}/block")
    for path in (f"/users/{carol.account}", "/users/by-handle/carol"):
        refused(alice.call("GET", path), 404, "user_not_found")
        assert visitor.call("GET", path).status_code == 200
    refused(alice.call("GET", f"/users/{carol.account}/posts"), 404, "user_not_found")
    assert shown(carol, alice)["viewer"]["blocking"] is True


def test_of_a_suspended_person_others_see_the_handle_only(
    app: Flask, alice: Person, carol: Person
) -> None:
    patch(carol, name="Carol", bio="bio", links=["https://a.example"])
    mark(app, carol, suspended_at=utc_now())
    seen = shown(alice, carol)
    assert (seen["state"], seen["handle"]) == ("suspended", "carol")
    assert [seen[name] for name in ("name", "bio", "links", "counts")] == [None, None, [], None]
    refused(alice.call("GET", f"/users/{carol.account}/followers"), 404, "user_not_found")


def test_an_avatar_is_an_own_image_and_seen_by_everybody(
    app: Flask, carol: Person, alice: Person, visitor: Person
) -> None:
    file, foreign = (upload(one, picture()).json["id"] for one in (carol, alice))
    with nothing_written(app):
        refused(patch(carol, avatar=file), 409, "media_processing")
    with app.app_context():
        media.work()
    unknown = "00000000-0000-7000-8000-000000000000"
    with nothing_written(app):
        for one in (foreign, unknown):
            refused(patch(carol, name="Not kept", avatar=one), 422, "media_unknown")
    refused(visitor.call("GET", f"/media/{file}"), 404, "media_not_found")
    answer = patch(carol, avatar=file)
    assert (answer.status_code, answer.json["profile"]["avatar"]) == (200, file)
    assert shown(visitor, carol)["avatar"] == file
    with visitor.call("GET", f"/media/{file}") as picture_of_her:
        assert picture_of_her.status_code == 200
    assert patch(carol, avatar=None).json["profile"]["avatar"] is None
    refused(visitor.call("GET", f"/media/{file}"), 404, "media_not_found")
