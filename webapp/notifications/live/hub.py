"""One listener per process for all its streams: Redis wakes them, else the database is looked at.

However many streams are open, a process asks the database once each look for all of them: whose newest
number has moved, and whose session has ended. With Redis a stream is woken at once and the looks are a
safety net; without it they are what wakes.
"""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from flask import Flask
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from webapp.accounts.models import Account, SignInSession
from webapp.accounts.oauth.standing import rests
from webapp.extensions import db, table_of
from webapp.notifications.errors import StreamsFullError, TooManyStreamsError
from webapp.notifications.models import NotificationState
from webapp.wakeups import REDIS_SECONDS, channel_of

HUB = "troth_streams"  # among an application's extensions
MOST_PER_ACCOUNT = 5
MOST_ENDING = (
    5  # of one account: a stream that was told to end still holds its connection until it does
)
LOOK_SECONDS = 5.0
LOOK_SECONDS_WITHOUT_REDIS = 1.0
RETRY_SECONDS = 5.0
IDS_AT_ONCE = 500
_SESSIONS, _ACCOUNTS = table_of(SignInSession).c, table_of(Account)
_STATES = table_of(NotificationState).c
log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Stream:
    """Somebody's open connection; ``ended`` says why it is over."""

    account_id: UUID
    session_id: UUID
    woken: threading.Event = field(default_factory=threading.Event)
    newest: int = -1
    feed: datetime | None = None  # the newest item of their feed that they know of
    ended: str | None = None

    def is_over(self) -> bool:
        """Whether it is to close."""
        return self.ended is not None

    def end(self, why: str) -> None:
        """Let the stream say why and close."""
        self.ended = why
        self.woken.set()


class Hub:
    """The streams of one process."""

    def __init__(self, app: Flask, redis_url: str, most: int) -> None:
        self.app, self._redis_url, self._most = app, redis_url, most
        self._channel = channel_of(app.config["JWT_SECRET_KEY"])
        self._lock = threading.Lock()
        self._streams: dict[UUID, list[Stream]] = {}  # each account's, the oldest first
        self._process: int | None = None
        self._thread: threading.Thread | None = None
        self._pubsub: PubSub | None = None
        self._retry_at = 0.0

    def open(self, account_id: UUID, session_id: UUID) -> Stream:
        """Take a stream in, in place of the session's oldest where the account has no other place.

        Raises TooManyStreamsError and StreamsFullError.
        """
        stream = Stream(account_id, session_id)
        with self._lock:
            theirs = self._streams.get(account_id, [])
            oldest = _to_replace(theirs, session_id)
            if sum(map(len, self._streams.values())) >= self._most:
                raise StreamsFullError(self._most)
            if oldest is not None:
                oldest.end("replaced")
            self._streams.setdefault(account_id, theirs).append(stream)
            # Threads do not survive a fork: each process starts its own.
            if self._process != os.getpid():
                self._process = os.getpid()
                self._thread = threading.Thread(target=self._run, name="streams", daemon=True)
                self._thread.start()
        return stream

    def close(self, stream: Stream) -> None:
        """Let a stream go; again does nothing."""
        with self._lock:
            theirs = self._streams.get(stream.account_id, [])
            if stream in theirs:
                theirs.remove(stream)
            if not theirs:
                self._streams.pop(stream.account_id, None)

    def streams(self) -> list[Stream]:
        """Return the open streams."""
        with self._lock:
            return [stream for theirs in self._streams.values() for stream in theirs]

    def _run(self) -> None:
        next_look = 0.0
        while self._is_wanted():
            try:
                self._listen()
                if time.monotonic() >= next_look:
                    self.look()
            except SQLAlchemyError as problem:
                log.warning("streams.database_away", kind=type(problem).__name__)
            except Exception:  # every stream depends on this thread
                log.exception("streams.failed")
            if time.monotonic() >= next_look:
                with_redis = self._pubsub is not None
                pause = LOOK_SECONDS if with_redis else LOOK_SECONDS_WITHOUT_REDIS
                next_look = time.monotonic() + pause

    def _is_wanted(self) -> bool:
        """Tell whether there is a stream; else this thread is over, and the next stream starts another."""
        with self._lock:
            if self._streams:
                return True
            self._process = None
            pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            pubsub.close()
        return False

    def _listen(self) -> None:
        """Wait up to a second for a wake-up and pass it on."""
        try:
            if self._pubsub is None and self._redis_url and time.monotonic() >= self._retry_at:
                self._subscribe()
            if self._pubsub is None:
                time.sleep(LOOK_SECONDS_WITHOUT_REDIS)
                return
            message = self._pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
        except (RedisError, OSError) as problem:
            log.info("streams.redis_away", problem=str(problem))
            self._pubsub, self._retry_at = None, time.monotonic() + RETRY_SECONDS
            return
        if message is not None:
            self._wake({UUID(one) for one in bytes(message["data"]).decode().split()})

    def _subscribe(self) -> None:
        client = Redis.from_url(
            self._redis_url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=5 * REDIS_SECONDS
        )
        pubsub: PubSub = client.pubsub()  # type: ignore[no-untyped-call]
        pubsub.subscribe(self._channel)
        pubsub.get_message(timeout=REDIS_SECONDS)  # Redis' word that we hear from now on
        self._pubsub = pubsub
        # What was said before we heard is in the tables.
        self._wake({stream.account_id for stream in self.streams()})

    def _wake(self, accounts: set[UUID]) -> None:
        for stream in self.streams():
            if stream.account_id in accounts:
                stream.woken.set()

    def look(self) -> None:
        """Ask the database once for all streams: who has something new, whose session is over."""
        streams = self.streams()
        for start in range(0, len(streams), IDS_AT_ONCE):
            self._look_at(streams[start : start + IDS_AT_ONCE])

    def _look_at(self, streams: Sequence[Stream]) -> None:
        accounts = {stream.account_id for stream in streams}
        newest = select(_STATES.account_id, _STATES.newest, _STATES.read_up_to).where(
            _STATES.account_id.in_(accounts)
        )
        alive = (
            select(_SESSIONS.id, _ACCOUNTS.c.suspended_at)
            .join(_ACCOUNTS, _ACCOUNTS.c.id == _SESSIONS.account_id)
            .where(_SESSIONS.id.in_({stream.session_id for stream in streams}))
            .where(_SESSIONS.revoked_at.is_(None), _ACCOUNTS.c.deleted_at.is_(None))
            .where(~rests(_SESSIONS.consent_id))
        )
        with self.app.app_context(), db.engine.connect() as connection:
            marks = {row[0]: row.newest + row.read_up_to for row in connection.execute(newest)}
            sessions = {row.id: row.suspended_at for row in connection.execute(alive)}
        for stream in streams:
            mark = marks.get(stream.account_id, 0)
            if stream.session_id not in sessions:
                stream.end("session_ended")
            elif sessions[stream.session_id] is not None:
                stream.end("suspended")
            elif mark != stream.newest:
                stream.newest = mark
                stream.woken.set()


def _to_replace(theirs: Sequence[Stream], session_id: UUID) -> Stream | None:
    """Return which of an account's streams a new one of a session replaces, if any; raises TooManyStreamsError.

    A browser that closed its stream is noticed only when something is written to it: its next one finds the
    place taken. Never is a stream of another session ended, which may well be read.
    """
    living = [one for one in theirs if not one.is_over()]
    if len(living) < MOST_PER_ACCOUNT:
        return None
    own = [one for one in living if one.session_id == session_id]
    if not own or len(theirs) - len(living) >= MOST_ENDING:
        raise TooManyStreamsError(MOST_PER_ACCOUNT)
    return own[0]
