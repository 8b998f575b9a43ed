"""What people are to the viewer is told wherever they are shown, as their profile tells it."""

from typing import Any

from flask import Flask

from tests.support.relating import block, follow, mute
from tests.support.statements import cost
from tests.support.wallet import Person
from workers.delivery import deliver


def done(who: Person, path: str, body: Any = None) -> dict[str, Any]:
    answer = who.call("POST", path, body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def read(who: Person, path: str) -> dict[str, Any]:
    answer = who.call("GET", path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def group(owner: Person, members: list[Person]) -> str:
    body = {"members": [one.account for one in members]}
    return str(done(owner, "/conversations", body)["id"])


def told(people: list[dict[str, Any]]) -> dict[str, dict[str, bool]]:
    return {one["handle"]: one["viewer"] for one in people}


def test_people_carry_what_they_are_to_the_viewer_wherever_they_are_shown(app: Flask) -> None:
    names = ("anna", "bea", "cleo", "dora", "emma")
    me, friend, muted, blocked, other = crowd = [
        Person(app.test_client()).register(name) for name in names
    ]
    place = group(me, crowd[1:])
    for one in crowd[1:]:
        done(one, "/messages", {"conversation": place, "text": "hello"})
        done(one, "/messages", {"to": me.account, "text": "hello"})
    follow(app, me, friend)
    follow(app, friend, me)
    follow(app, other, me)
    mine, theirs = (done(one, "/posts", {"text": "x"}) for one in (me, other))
    for one in (friend, other):
        done(one, f"/posts/{mine['id']}/like")
    done(friend, f"/posts/{theirs['id']}/repost")
    with app.app_context():
        deliver()
    mute(app, me, muted)
    block(app, me, blocked)
    known = {
        name: read(me, f"/users/{one.account}")["viewer"]
        for name, one in zip(names, crowd, strict=True)
    }
    none = dict.fromkeys(("following", "followed_by", "muted", "blocking"), False)
    assert known == {
        "anna": none,
        "bea": none | {"following": True, "followed_by": True},
        "cleo": none | {"muted": True},
        "dora": none | {"blocking": True},
        "emma": none | {"followed_by": True},
    }
    assert told(read(me, f"/conversations/{place}")["members"]) == known
    said = [one["profile"] for one in read(me, f"/messages/{place}")["items"]]
    assert told(said) == {name: known[name] for name in ("bea", "cleo", "emma")}
    talks = read(me, "/conversations")["items"]
    shown = {name: known[name] for name in names[1:]}
    assert told([one["other"] for one in talks if one["other"]]) == shown
    assert told([one["last_message"]["profile"] for one in talks]) == shown
    (item,) = [one for one in read(me, f"/feed/{me.account}")["items"] if one["id"] == theirs["id"]]
    assert told([item["reposted_by"]]) == {"bea": known["bea"]}
    (likes,) = read(me, "/notifications?kinds=like")["items"]
    assert told(likes["profiles"]) == {name: known[name] for name in ("bea", "emma")}
    for name in ("anna", "bea", "emma"):
        (found,) = read(me, f"/search/people?q={name}")["items"]
        assert found["viewer"] == known[name]
    (found,) = read(Person(app.test_client()), "/search/people?q=bea")["items"]
    assert found["viewer"] is None


def test_a_bigger_conversation_costs_no_more_statements(app: Flask) -> None:
    owner, *others = [Person(app.test_client()).register(f"one{n}") for n in range(6)]
    small, big = group(owner, others[:1]), group(owner, others)
    for place, members in ((small, others[:1]), (big, others)):
        for one in members:
            done(one, "/messages", {"conversation": place, "text": "hello"})
    for path in ("/conversations", "/messages"):
        few, many = (cost(app, owner, f"{path}/{place}") for place in (small, big))
        assert 0 < few == many, path
