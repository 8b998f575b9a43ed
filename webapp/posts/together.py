"""Publishing many signed posts at once, for bridges, imports and whatever else has many at hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from chain.proofs.errors import MalformedError
from chain.proofs.records import Kind
from webapp.database import is_deadlock, ring_after_commit, writing
from webapp.errors import ProblemError, malformed_record
from webapp.events.models import Event
from webapp.events.service import ring_delivery
from webapp.extensions import db
from webapp.log.acceptance import check_record
from webapp.log.errors import LogReplacedError
from webapp.log.models import Entry
from webapp.log.together import MOST_TOGETHER, Offered, judge_together
from webapp.posts.companions import Companions, add_companions, find_mentioned
from webapp.posts.errors import AnsweredPostUnknownError
from webapp.posts.marks import handles_in, tags_in
from webapp.posts.models import Post
from webapp.posts.service import (
    SEAL_TASK,
    created_event,
    find_answered,
    first_version,
    publish_signed,
)
from webapp.posts.tallies import Changes, add_answers, count_answers, count_posts
from webapp.posts.views import PostView, new_view
from webapp.round_trips import insert_rows


@dataclass(frozen=True)
class SignedPost:
    """What ``POST /posts`` takes from an account with a wallet; the message is a Post record."""

    account_id: UUID
    message: object
    signature: bytes


def publish_many(posts: Sequence[SignedPost]) -> list[PostView | ProblemError]:
    """Publish signed posts in few transactions; return each post, or why it was refused, in order.

    One that is refused holds up no other. New posts are accepted by the thousand; edits, repetitions and
    what clashes with another of the same call one by one, after them.
    """
    answers: list[PostView | ProblemError] = []
    for start in range(0, len(posts), MOST_TOGETHER):
        answers += _publish_some(posts[start : start + MOST_TOGETHER])
    return answers


def _publish_some(posts: Sequence[SignedPost]) -> list[PostView | ProblemError]:
    answers: dict[int, PostView | ProblemError] = {}
    offered: dict[int, Offered] = {}
    for index, post in enumerate(posts):
        try:
            record = check_record(
                db.session(), Kind.POST, post.message, post.signature, post.account_id
            )
        except MalformedError as error:
            answers[index] = malformed_record(error)
        except ProblemError as problem:
            answers[index] = problem
        else:
            offered[index] = Offered(post.account_id, record)
    answers |= _accept_new(offered)
    for index, post in enumerate(posts):
        if index not in answers:
            answers[index] = _publish_one(post)
    return [answers[index] for index in range(len(posts))]


def _accept_new(offered: dict[int, Offered]) -> dict[int, PostView | ProblemError]:
    """Accept what is wholly new; a clash with somebody else's write leaves all to be done one by one."""
    indexes = list(offered)
    if not indexes:
        return {}
    try:
        with writing() as session:
            found = _accept(session, [offered[index] for index in indexes])
    except (IntegrityError, LogReplacedError):
        return {}
    except OperationalError as error:
        if is_deadlock(error):  # two callers crossed: one by one nobody locks more than one author
            return {}
        raise
    return {indexes[place]: answer for place, answer in found.items()}


def _accept(session: Session, offered: list[Offered]) -> dict[int, PostView | ProblemError]:
    log = offered[0].record.log
    places = [place for place, one in enumerate(offered) if one.record.log == log]
    same_log = [offered[place] for place in places]
    answers: dict[int, PostView | ProblemError] = {}
    rows: dict[type[Entry | Post | Event], list[dict[str, Any]]] = {Entry: [], Post: [], Event: []}
    answered: Changes = {}
    for found, entry in judge_together(session, log, same_log).items():
        index = places[found]
        if isinstance(entry, ProblemError):
            answers[index] = entry
            continue
        one = offered[index]
        if one.record.message["media"]:
            continue  # files are locked and counted: in its turn, like an edit
        row = first_version(one.account_id, entry, one.record.message)
        try:
            row |= find_answered(session, one.account_id, row)
        except AnsweredPostUnknownError:
            continue  # it may answer another of the same call: its turn comes after them
        for table, values in (
            (Entry, vars(entry)),
            (Post, row),
            (Event, created_event(row)),
        ):
            rows[table].append(values)
        add_answers(answered, (row["parent_id"], row["quoted_id"]))
        answers[index] = new_view(row, entry)
    for table, values_of_all in rows.items():
        insert_rows(session, table, values_of_all)
    count_posts(session, Counter(row["account_id"] for row in rows[Post]))
    count_answers(session, answered)
    add_companions(session, _companions(session, rows[Post]))
    ring_after_commit(session, SEAL_TASK, log.id)
    ring_delivery(session)
    return answers


def _companions(
    session: Session, posts: Sequence[dict[str, Any]]
) -> Iterator[tuple[UUID, datetime, Companions]]:
    """Give what stands beside new posts; each author's mentions are looked up together."""
    handles = {row["id"]: handles_in(row["text"]) for row in posts}
    wanted: dict[UUID, set[str]] = {}
    for row in posts:
        wanted.setdefault(row["account_id"], set()).update(handles[row["id"]])
    people = {one: find_mentioned(session, one, names) for one, names in wanted.items()}
    for row in posts:
        known = people[row["account_id"]]
        mentions = tuple(known[name] for name in handles[row["id"]] if name in known)
        yield row["id"], row["created_at"], Companions(tags_in(row["text"]), mentions)


def _publish_one(post: SignedPost) -> PostView | ProblemError:
    try:
        return publish_signed(post.account_id, post.message, post.signature)[0]
    except ProblemError as problem:
        return problem
