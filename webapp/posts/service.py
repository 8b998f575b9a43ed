"""Use-cases of posts: publish, edit, delete. Post, entry and event are one commit."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chain.proofs.records import ZERO_HASH, Kind
from webapp.accounts.idempotency import forget_answers
from webapp.columns import utc_now
from webapp.database import ring_after_commit, send_ahead, violates
from webapp.events.models import Event, EventType
from webapp.events.service import event_row, record_event, ring_delivery
from webapp.extensions import db
from webapp.full_text import purge
from webapp.log.acceptance import (
    CheckedRecord,
    accepting,
    add_entry,
    admit,
    check_record,
    in_the_open_log,
    judge,
)
from webapp.log.errors import SignatureRequiredError, VersionConflictError
from webapp.log.models import Author, Entry, Log
from webapp.log.new_entry import NewEntry
from webapp.log.service import current_log, newest_final_block
from webapp.posts.companions import add_companions, companions_of, drop_companions
from webapp.posts.drafts import Draft, deletion_message, post_message
from webapp.posts.errors import (
    AnsweredPostUnknownError,
    AnswersItselfError,
    DeletionMismatchError,
    NotYourPostError,
    PostIdTakenError,
    PostNotFoundError,
    StalePostError,
    TooManyVersionsError,
)
from webapp.posts.media import (
    files_named,
    link,
    relink,
    shown_items,
    signed_items,
    unlink,
)
from webapp.posts.models import Post
from webapp.posts.reading import MAX_VERSIONS, answerable_post, may_read, readable_post
from webapp.posts.tallies import (
    ADD_POSTS,
    add_answers,
    answered_by,
    count_answers,
    count_posts,
    more_posts,
)
from webapp.posts.threads import is_within
from webapp.posts.tokens import holds_token, with_tokens
from webapp.posts.views import PostView, new_view, shown_post, tag_of
from webapp.round_trips import insert_one_each

SEAL_TASK = "troth.seal"
# Whether a change was meant for a state of a post, by its ETag; that of a post that is not there is empty.
Matches = Callable[[str], bool]


def _for_any(_: str) -> bool:
    return True


@in_the_open_log
def publish_signed(
    account_id: UUID, message: object, signature: bytes, matches: Matches = _for_any
) -> tuple[PostView, bool]:
    """Publish a signed Post, or an edit of one; return the post and whether it is new.

    ``matches`` tells whether the edit was meant for the post's present state. Raises MalformedError for the
    record's shape and the log's and posts' ProblemErrors, among them StalePostError.
    """
    record = check_record(db.session(), Kind.POST, message, signature, account_id)
    return _publish(account_id, record, matches)


@in_the_open_log
def publish_draft(
    account_id: UUID, draft: Draft, matches: Matches = _for_any
) -> tuple[PostView, bool]:
    """Publish text of an account without a wallet; the record is unsigned and says so.

    Raises SignatureRequiredError for an account with a wallet, and what publish_signed raises.
    """
    session = db.session()
    author = _unsigned_author(session, account_id, draft.id)
    not_before = newest_final_block(session, current_log(session))
    media = signed_items(session, account_id, draft.media)
    message = post_message(draft, media, author, not_before)
    record = check_record(session, Kind.POST, message, None, account_id)
    return _publish(account_id, record, matches)


@in_the_open_log
def delete_signed(
    account_id: UUID,
    post_id: UUID,
    message: object,
    signature: bytes,
    matches: Matches = _for_any,
) -> PostView:
    """Delete a post by a signed Deletion; return its tombstone."""
    record = check_record(db.session(), Kind.DELETION, message, signature, account_id)
    if record.record != post_id.bytes:
        raise DeletionMismatchError(str(post_id), str(UUID(bytes=record.record)))
    return _delete(account_id, post_id, record, matches)


@in_the_open_log
def delete_unsigned(account_id: UUID, post_id: UUID, matches: Matches = _for_any) -> PostView:
    """Delete a post that was made without a wallet; return its tombstone."""
    session = db.session()
    post = readable_post(session, post_id, account_id)
    if post.account_id != account_id:
        raise NotYourPostError(str(post_id))
    if post.deleted_at is not None:
        return shown_post(session, post_id, account_id)
    if session.get_one(Author, post.author).signs:
        raise SignatureRequiredError
    not_before = newest_final_block(session, current_log(session))
    message = deletion_message(post_id, post.author, post.entry.content, not_before)
    record = check_record(session, Kind.DELETION, message, None, account_id)
    return _delete(account_id, post_id, record, matches)


def _publish(account_id: UUID, record: CheckedRecord, matches: Matches) -> tuple[PostView, bool]:
    post_id = UUID(bytes=record.record)
    try:
        with accepting(at_first_fetch=True) as session:
            admission = judge(session, record, account_id)
            if admission.new is None:
                return shown_post(session, post_id, account_id), False
            ring_after_commit(session, SEAL_TASK, record.log.id)
            if admission.first:
                _check_meant(post_id, None, matches)
                new, spoken_of = admission.new, admission.spoken_of
                return _create(session, account_id, new, record.message, spoken_of=spoken_of), True
            message = record.message
            return _edit(session, account_id, post_id, admission.new, message, matches), True
    except VersionConflictError:
        _check_meant(post_id, _own_post(account_id, post_id), matches)
        raise
    except IntegrityError as error:  # the id of somebody else's post
        if violates(error, Post, "id"):
            raise PostIdTakenError(str(post_id)) from None
        raise


def _create(
    session: Session,
    account_id: UUID,
    entry: NewEntry,
    message: dict[str, Any],
    *,
    spoken_of: bool,
) -> PostView:
    row = first_version(account_id, entry, message)
    row |= find_answered(session, account_id, row)
    files = files_named(session, account_id, message["media"])
    row["media"] = shown_items(message["media"], files)
    beside = companions_of(session, account_id, row["text"])
    created = created_event(row)
    ring_delivery(session)
    if not row["media"]:
        send_ahead(session)
    insert_one_each(
        session,
        (Entry, vars(entry)),
        (Post, row),
        (Event, created),
        beside=(ADD_POSTS, more_posts(account_id)),
    )
    count_answers(session, add_answers({}, (row["parent_id"], row["quoted_id"])))
    add_companions(session, [(row["id"], entry.accepted_at, beside)])
    if files:
        link(session, row["id"], files)
    view = new_view(row, entry, spoken_of=spoken_of)
    if not holds_token(view.media):
        return view
    chain_ref = session.get_one(Log, entry.log_id).chain_ref
    return with_tokens(session, [view], [(chain_ref, None)], account_id)[0]


def first_version(account_id: UUID, entry: NewEntry, message: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a post as its first entry makes it."""
    return {
        "id": UUID(bytes=entry.record),
        "account_id": account_id,
        "author": entry.author,
        "entry_id": entry.id,
        "version": 1,
        "created_at": entry.accepted_at,
        **_content(message),
    }


def created_event(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of the event of a new post by the post's own."""
    answered = _said_of(row["parent_id"], row["quoted_id"])
    at = row["created_at"]
    kind = EventType.POST_CREATED
    return event_row(kind, row["account_id"], str(row["id"]), at=at, version=1, **answered)


def _said_of(parent_id: UUID | None, quoted_id: UUID | None) -> dict[str, str]:
    """Return what an event says of the posts that a version answers: counts are made anew from that."""
    found = {"parent": parent_id, "quoted": quoted_id}
    return {name: str(one) for name, one in found.items() if one is not None}


def _edit(
    session: Session,
    account_id: UUID,
    post_id: UUID,
    entry: NewEntry,
    message: dict[str, Any],
    matches: Matches,
) -> PostView:
    add_entry(session, entry)
    post = _locked_post(session, post_id)
    if post.account_id != account_id:  # its wallet was another account's, which was deleted
        raise NotYourPostError(str(post_id))
    _check_meant(post_id, post, matches)
    if post.version >= MAX_VERSIONS:
        raise TooManyVersionsError(str(post_id), MAX_VERSIONS)
    shown = _content(message)
    if message["media"] or post.media:
        files = files_named(session, account_id, message["media"])
        shown["media"] = shown_items(message["media"], files)
        relink(session, post_id, files)
    # What the post answered already stays right, also if that was deleted meanwhile.
    fresh = {name: value for name, value in shown.items() if value != getattr(post, name)}
    shown |= find_answered(session, account_id, fresh)
    if (parent_id := shown.get("parent_id")) and is_within(session, parent_id, post_id):
        raise AnswersItselfError(str(post_id))
    changes = add_answers({}, answered_by(post), -1)
    for name, value in shown.items():
        setattr(post, name, value)
    post.entry_id, post.version = entry.id, post.version + 1
    post.edited_at = entry.accepted_at
    session.flush()
    count_answers(session, add_answers(changes, answered_by(post)))
    beside = companions_of(session, account_id, shown["text"])
    drop_companions(session, post_id)
    add_companions(session, [(post_id, post.created_at, beside)])
    record_event(
        session,
        EventType.POST_EDITED,
        account_id,
        str(post_id),
        at=entry.accepted_at,
        version=post.version,
        **_said_of(post.parent_id, post.quoted_id),
    )
    return shown_post(session, post_id, account_id)


def _content(message: dict[str, Any]) -> dict[str, Any]:
    """Return what a post shows of its signed message."""
    return {
        "text": message["text"],
        "audience": message["audience"],
        "media": message["media"],
        "reply_to": _hash_or_none(message["replyTo"]),
        "quotes": _hash_or_none(message["quotes"]),
    }


def _hash_or_none(text: str) -> bytes | None:
    return None if text == ZERO_HASH else bytes.fromhex(text[2:])


def find_answered(
    session: Session, account_id: UUID, shown: dict[str, Any]
) -> dict[str, UUID | None]:
    """Return the posts that ``reply_to`` and ``quotes`` of the given columns mean, as columns.

    Raises AnsweredPostUnknownError for what is not there for this account.
    """
    found: dict[str, UUID | None] = {}
    if "reply_to" in shown:
        parent = _answered(session, account_id, shown["reply_to"], "replyTo")
        found["parent_id"] = parent.id if parent else None
        found["root_id"] = (parent.root_id or parent.id) if parent else None
    if "quotes" in shown:
        quoted = _answered(session, account_id, shown["quotes"], "quotes")
        found["quoted_id"] = quoted.id if quoted else None
    return found


def _answered(session: Session, account_id: UUID, content: bytes | None, name: str) -> Post | None:
    if content is None:
        return None
    post = answerable_post(session, content, account_id)
    if post is None:
        raise AnsweredPostUnknownError(name, "0x" + content.hex())
    return post


def _delete(account_id: UUID, post_id: UUID, record: CheckedRecord, matches: Matches) -> PostView:
    try:
        return _delete_meant(account_id, post_id, record, matches)
    except VersionConflictError:
        _check_meant(post_id, _own_post(account_id, post_id), matches)
        raise


def _delete_meant(
    account_id: UUID, post_id: UUID, record: CheckedRecord, matches: Matches
) -> PostView:
    with accepting() as session:
        post = session.get(Post, post_id)
        if post is None or not may_read(session, post, account_id):
            raise PostNotFoundError(str(post_id))
        if post.account_id != account_id or post.author != record.author:
            raise NotYourPostError(str(post_id))
        admission = admit(session, record, account_id)
        if admission.new is not None:
            # An edit or a moderator may have come between our look and the author's lock.
            post = _locked_post(session, post_id)
            _check_meant(post_id, post, matches)
            changes = add_answers({}, answered_by(post), -1)
            counted = {} if post.hidden_at is not None else {account_id: -1}
            post.entry_id, post.deleted_at = admission.entry_id, utc_now()
            post.text, post.media = None, []
            session.flush()
            count_posts(session, counted)
            count_answers(session, changes)
            drop_companions(session, post_id)
            erase_record(session, record.author, record.record)
            unlink(session, post_id)
            session.flush()
            purge(session)
            forget_answers(session, account_id, str(post_id))
            record_event(session, EventType.POST_DELETED, account_id, str(post_id))
            ring_after_commit(session, SEAL_TASK, record.log.id)
        # Under the author's lock: what was read before it may be older than another deletion.
        session.refresh(post)
        return shown_post(session, post_id, account_id)


def _own_post(account_id: UUID, post_id: UUID) -> Post | None:
    """Return a post of the account as it is now; None for what is not the account's."""
    post = db.session().get(Post, post_id, populate_existing=True)
    return None if post is None or post.account_id != account_id else post


def _check_meant(post_id: UUID, post: Post | None, matches: Matches) -> None:
    """Refuse a change that was meant for another state of a post; raises StalePostError."""
    tag = "" if post is None else tag_of(post)
    if not matches(tag):
        raise StalePostError(str(post_id), tag)


def _locked_post(session: Session, post_id: UUID) -> Post:
    """Return a post as it is now; moderators lock its author too, so that nobody hides it meanwhile."""
    return session.get_one(Post, post_id, populate_existing=True)


def erase_record(session: Session, author: str, record: bytes) -> None:
    """Erase text, media and salt of every version; hashes and signatures stay."""
    session.execute(
        update(Entry)
        .where(Entry.author == author, Entry.record == record, Entry.kind == int(Kind.POST))
        .values(message=None)
    )


def _unsigned_author(session: Session, account_id: UUID, post_id: UUID) -> str:
    """Return the address that an account without a wallet speaks with."""
    mine = select(Author).filter_by(account_id=account_id, released_at=None)
    authors = list(session.scalars(mine))
    unsigned = next((author.address for author in authors if not author.signs), None)
    known = session.scalar(select(Post.author).where(Post.id == post_id))
    if known is not None and known == unsigned:
        return known  # a post made without a wallet keeps its unsigned author
    if unsigned is None or any(author.signs for author in authors):
        raise SignatureRequiredError
    if known is not None:
        raise PostIdTakenError(str(post_id))
    return unsigned
