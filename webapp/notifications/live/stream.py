"""What goes down a stream: server-sent events, each with the number of its notification as its id."""

import json
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.columns import iso
from webapp.extensions import db, table_of
from webapp.feed.fan_out import newest_item
from webapp.notifications import reading
from webapp.notifications.live.hub import Stream
from webapp.notifications.models import Notification
from webapp.notifications.reading import Told

HEARTBEAT_SECONDS = 15.0
MOST_CAUGHT_UP = 100
_RETRY_MS = 3_000
_RETRY_REFUSED_MS = 60_000
_N = table_of(Notification).c


def lines(app: Flask, stream: Stream, last_id: int | None, seconds: float) -> Iterator[str]:
    """Give the text of a stream until it ends, at the latest after ``seconds``.

    With ``last_id``, first what came after it: at most MOST_CAUGHT_UP, else a ``gap`` says what is missing.
    """
    deadline = time.monotonic() + seconds
    yield f"retry: {_RETRY_MS}\n\n"
    position, text = _begin(app, stream, last_id)
    yield text
    while not stream.is_over() and time.monotonic() < deadline:
        woken = stream.woken.wait(max(0.0, min(HEARTBEAT_SECONDS, deadline - time.monotonic())))
        stream.woken.clear()
        if stream.is_over():
            break
        if woken:
            position, text = _fresh(app, stream, position)
            yield text
        else:
            yield ": still here\n\n"
    why = stream.ended or "time"
    if why != "time":
        yield f"retry: {_RETRY_REFUSED_MS}\n\n"
    yield named("end", {"reason": why})


def named(name: str, data: dict[str, Any], number: int | None = None) -> str:
    """Return one event's text."""
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


def wire(told: Told) -> dict[str, Any]:
    """Return one notification as streams and webhooks tell it: ids, no text."""
    who = told.profile
    profile = who and {"id": str(who.id), "handle": who.handle, "name": who.name}
    return {
        "id": str(told.number),
        "kind": told.kind,
        "created_at": iso(told.created_at),
        "profile": profile,
        "post": told.post_id and str(told.post_id),
        "about": told.about_id and str(told.about_id),
        "subject": told.subject,
        "count": told.count,
    }


def _begin(app: Flask, stream: Stream, last_id: int | None) -> tuple[int, str]:
    with app.app_context():
        stream.feed = newest_item(db.session(), stream.account_id)
    if last_id is not None:
        with app.app_context():
            gap = _gap(stream, last_id)
            newest = reading.state(db.session(), stream.account_id)[0]
        if not gap:
            return _fresh(app, stream, last_id)
        data = {"from": str(last_id), "to": str(newest), "reason": gap}
        return _fresh(app, stream, newest, named("gap", data, newest))
    with app.app_context():
        newest = reading.state(db.session(), stream.account_id)[0]
    return _fresh(app, stream, newest)


def _gap(stream: Stream, last_id: int) -> str | None:
    """Return why what came after an id cannot be told; None where it can."""
    session = db.session()
    newest = reading.state(session, stream.account_id)[0]
    oldest = session.scalar(select(func.min(_N.number)).where(_N.account_id == stream.account_id))
    if last_id > newest:
        return "This id is not known here; read the list again."
    if last_id + 1 < (newest + 1 if oldest is None else oldest):
        return "What came next is deleted by now; read the list again."
    if len(reading.after(session, stream.account_id, last_id, MOST_CAUGHT_UP + 1)) > MOST_CAUGHT_UP:
        return f"More than {MOST_CAUGHT_UP} came since; read the list again."
    return None


def _feed(session: Session, stream: Stream) -> str:
    """Return the event that says that something came into the feed since the last one, if it did.

    It is a hint and may be missed: what people with very many followers post is in no feed until it is read.
    """
    newest = newest_item(session, stream.account_id)
    if newest is None or (stream.feed is not None and newest <= stream.feed):
        return ""
    stream.feed = newest
    return named("feed", {"newest_at": iso(newest)})


def _fresh(app: Flask, stream: Stream, position: int, text: str = "") -> tuple[int, str]:
    """Return how far is read now and the events above a position, then how many are unread."""
    with app.app_context():
        session = db.session()
        newest = reading.state(session, stream.account_id)[0]
        told = reading.after(session, stream.account_id, position, MOST_CAUGHT_UP)
        found = reading.unread(session, stream.account_id)
        text += _feed(session, stream)
    text += "".join(named("notification", wire(one), one.number) for one in told)
    if len(told) == MOST_CAUGHT_UP:  # there may be more: look again at once
        stream.woken.set()
        return told[-1].number, text
    position = max([position, newest, *(one.number for one in told)])
    unread = {
        "unread": found.unread,
        "messages": found.messages,
        "more": found.more,
        "read_up_to": str(found.read_up_to),
    }
    return position, text + named("unread", unread)
