"""One's posts became final: one notification for each batch, and none for what is deleted."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.wallet import Person
from tests.webapp.notifications.conftest import World, happening, post, told, unread
from webapp.events.models import EventType
from webapp.extensions import db
from webapp.log.models import Batch
from webapp.notifications import batches

People = tuple[Person, Person, Person]


def test_each_author_is_told_once_how_many_posts_of_a_batch_became_final(
    app: Flask,
    world: World,
    people: People,
    anchor: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anna, ben, cleo = people
    monkeypatch.setattr(batches, "PEOPLE_AT_ONCE", 1)
    mine = [post(anna, str(number)) for number in range(3)]
    assert anna.call("DELETE", f"/posts/{mine[2]['id']}").status_code == 200
    theirs = post(ben)
    unwanted = {"kinds": {"anchored": "off"}}
    assert cleo.call("PUT", "/notifications/preferences", unwanted).status_code == 200
    post(cleo)
    anchor()
    with app.app_context():
        (batch_id,) = db.session.scalars(select(Batch.id))
    final = [happening(EventType.BATCH_FINAL, None, str(batch_id)) for _ in range(2)]
    world.deliver(*final)
    (item,) = told(anna)
    assert (item["kind"], item["count"], item["subject"]) == ("anchored", 2, str(batch_id))
    assert (item["profiles"], item["people"]) == ([], 0)
    assert (unread(anna), unread(ben), unread(cleo)) == (1, 1, 0)

    for gone in (mine[0], mine[0], theirs):
        person = ben if gone is theirs else anna
        person.call("DELETE", f"/posts/{gone['id']}")
        world.deliver(happening(EventType.POST_DELETED, person.account, gone["id"]))
    (item,) = told(anna)
    assert (item["count"], told(ben)) == (1, [])
