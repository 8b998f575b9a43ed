"""Records: each content derived again from its message; what was erased is really gone; posts as signed."""

from typing import Any

from sqlalchemy import Connection, func, select

from chain.proofs.errors import MalformedError
from chain.proofs.keccak import keccak256
from chain.proofs.records import ZERO_HASH, Kind, Message, check_message, content
from chain.proofs.shapes import to_hex
from webapp.commands.audit.findings import Findings, stream
from webapp.extensions import table_of
from webapp.log.models import Author, Delegation, Entry
from webapp.posts.models import Post
from webapp.stamps.models import Stamp

KINDS = frozenset(int(kind) for kind in Kind)
SALTED = frozenset({Kind.POST, Kind.STAMP})
ENTRIES, POSTS, STAMPS = table_of(Entry), table_of(Post), table_of(Stamp)
AUTHORS, DELEGATIONS = table_of(Author), table_of(Delegation)
_OTHER = ENTRIES.alias("other")
_SAME_RECORD = (_OTHER.c.author == ENTRIES.c.author) & (_OTHER.c.record == ENTRIES.c.record)
_LATER = select(_OTHER.c.id).where(_SAME_RECORD, _OTHER.c.id > ENTRIES.c.id)
_DELETED = select(_OTHER.c.id).where(_SAME_RECORD, _OTHER.c.kind == int(Kind.DELETION))
_VERSIONS = select(func.count()).where(_SAME_RECORD, _OTHER.c.kind == int(Kind.POST))


def audit_records(connection: Connection, findings: Findings) -> None:
    """Derive each record's content and salt digest from its message."""
    columns = ("id", "author", "record", "kind", "content", "message", "audience", "salt_digest")
    shown = (*(ENTRIES.c[name] for name in columns), ENTRIES.c.erased_at)
    query = select(*shown, _DELETED.exists().label("deleted"))
    for row in stream(connection, query.order_by(ENTRIES.c.id)):
        findings.saw("entries")
        if row.kind not in KINDS:
            findings.check("kind", False, f"Entry {row.id} is of no kind: {row.kind}.")
            continue
        kind, name = Kind(row.kind), f"Entry {row.id} ({Kind(row.kind).type_name})"
        findings.check(
            "salt", (row.salt_digest is not None) == (kind in SALTED), f"{name} has a wrong salt."
        )
        if row.message is None:
            gone = (row.deleted or row.erased_at is not None) and kind in SALTED
            findings.check("erased", gone, f"{name} lost its message without a Deletion.")
            continue
        kept = row.erased_at is None and not (row.deleted and kind in SALTED)
        findings.check("erased", kept, f"{name} still holds its message after its Deletion.")
        _check_message(findings, kind, name, row)


def _check_message(findings: Findings, kind: Kind, name: str, row: Any) -> None:
    try:
        message = check_message(kind, row.message)
    except MalformedError as error:
        findings.check("message", False, f"The message of {name} is malformed: {error}.")
        return
    derived = content(kind, message)
    findings.check(
        "content",
        derived == row.content,
        f"The message of {name} hashes to {to_hex(derived)}, its content is {to_hex(row.content)}.",
    )
    findings.check(
        "message",
        (message["id"], message["author"]) == (to_hex(row.record), row.author),
        f"The message of {name} is of {message['author']}, record {message['id']}.",
    )
    findings.check(
        "message",
        row.audience == message.get("audience"),
        f"{name} is kept as {row.audience}, and was signed as {message.get('audience')}.",
    )
    if kind in SALTED:
        salt = bytes.fromhex(message["salt"][2:])
        findings.check("salt", keccak256(salt) == row.salt_digest, f"{name} has a wrong salt.")


def audit_posts(connection: Connection, findings: Findings) -> None:
    """Compare each post with the newest entry of its record."""
    entry = ("author", "record", "kind", "message", "erased_at")
    query = (
        select(
            POSTS,
            *(ENTRIES.c[name].label(f"entry_{name}") for name in entry),
            AUTHORS.c.account_id.label("owner"),
            _LATER.exists().label("later"),
            _VERSIONS.scalar_subquery().label("versions"),
        )
        .join(ENTRIES, ENTRIES.c.id == POSTS.c.entry_id)
        .join(AUTHORS, AUTHORS.c.address == ENTRIES.c.author)
        .order_by(POSTS.c.id)
    )
    for row in stream(connection, query):
        findings.saw("posts")
        whose = (row.entry_record, row.entry_author, row.owner)
        # The wallet of a deleted account may have begun anew with another one.
        account = row.owner if row.entry_erased_at is not None else row.account_id
        same = whose == (row.id.bytes, row.author, account)
        findings.check("post", same, f"Post {row.id} shows an entry of another record.")
        findings.check("post", not row.later, f"Post {row.id} does not show its newest entry.")
        number = f"Post {row.id} counts {row.version} versions of {row.versions}."
        findings.check("post", row.version == row.versions, number)
        _check_shown(findings, row)
    _find_missing(connection, findings)


def _check_shown(findings: Findings, row: Any) -> None:
    if row.entry_kind == Kind.DELETION or row.entry_erased_at is not None:
        empty = row.text is None and row.media == [] and row.deleted_at is not None
        findings.check("post", empty, f"Post {row.id} is deleted and still shows something.")
        return
    findings.check("post", row.deleted_at is None, f"Post {row.id} is deleted without a Deletion.")
    message: Message | None = row.entry_message
    if not isinstance(message, dict):  # a malformed one is found with its entry
        return
    facts = {
        "text": (row.text, message.get("text")),
        "audience": (row.audience, message.get("audience")),
        "media": (_signed_media(row.media), message.get("media")),
        "reply_to": (_hash(row.reply_to), message.get("replyTo")),
        "quotes": (_hash(row.quotes), message.get("quotes")),
    }
    for name, (shown, signed) in facts.items():
        sentence = f"Post {row.id} shows another {name} than was signed."
        findings.check("post", shown == signed, sentence)


def _signed_media(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what was signed of the media that a post shows, without where their files are."""
    return [{name: item.get(name) for name in ("digest", "mime", "alt")} for item in shown]


def _hash(value: bytes | None) -> str:
    return ZERO_HASH if value is None else to_hex(value)


def _find_missing(connection: Connection, findings: Findings) -> None:
    """Find records whose newest entry no post shows; a Deletion may be that of a stamp."""
    post = select(POSTS.c.id).where(POSTS.c.entry_id == ENTRIES.c.id)
    stamp = select(STAMPS.c.id).where(
        STAMPS.c.entry_id == ENTRIES.c.id, ENTRIES.c.kind == int(Kind.DELETION)
    )
    kinds = (int(Kind.POST), int(Kind.DELETION))
    query = select(ENTRIES.c.id).where(ENTRIES.c.kind.in_(kinds), ~_LATER.exists())
    query = query.where(~post.exists(), ~stamp.exists())
    for row in stream(connection, query):
        findings.check("post", False, f"No post shows entry {row.id}, the newest of its record.")


def audit_stamps(connection: Connection, findings: Findings) -> None:
    """Compare each stamp with its entry, and find the Stamps in the log that no stamp shows."""
    query = (
        select(
            STAMPS,
            ENTRIES.c.id.label("logged_id"),
            ENTRIES.c.author.label("entry_author"),
            ENTRIES.c.record,
            ENTRIES.c.kind,
            ENTRIES.c.message,
            ENTRIES.c.erased_at,
            _DELETED.exists().label("deleted"),
        )
        .select_from(ENTRIES)
        .join(STAMPS, STAMPS.c.entry_id == ENTRIES.c.id, isouter=True)
        .where((ENTRIES.c.kind == int(Kind.STAMP)) | STAMPS.c.id.is_not(None))
        .order_by(ENTRIES.c.id)
    )
    for row in stream(connection, query):
        if row.id is None:
            findings.check("stamp", row.deleted, f"No stamp shows entry {row.logged_id}.")
            continue
        findings.saw("stamps")
        same = (row.record, row.entry_author) == (row.id.bytes, row.author)
        findings.check("stamp", same, f"Stamp {row.id} shows an entry of another record.")
        logged = _fields(None if row.kind == Kind.DELETION else row.message)
        shown = (row.about, None if row.digest is None else to_hex(row.digest))
        signed = (logged.get("about"), logged.get("digest"))
        findings.check(
            "stamp", shown == signed, f"Stamp {row.id} shows another file than was signed."
        )
        # By its owner, or with the owner's account.
        over = row.kind == Kind.DELETION or row.erased_at is not None
        ended = over == (row.deleted_at is not None)
        newest = (row.kind == Kind.DELETION) == bool(row.deleted)
        findings.check(
            "stamp", ended and newest, f"Stamp {row.id} is not as deleted as its record."
        )


def _fields(message: object) -> dict[str, Any]:
    return message if isinstance(message, dict) else {}


def audit_devices(connection: Connection, findings: Findings) -> None:
    """Compare what devices may do with the Delegations and Revocations in the log."""
    ended = ENTRIES.alias("ended")
    query = (
        select(
            DELEGATIONS,
            ENTRIES.c.id.label("granted_id"),
            ENTRIES.c.kind,
            ENTRIES.c.author.label("granted_by"),
            ENTRIES.c.message,
            ended.c.kind.label("ended_kind"),
            ended.c.author.label("ended_by"),
            ended.c.message.label("ended_message"),
        )
        .select_from(ENTRIES)
        .join(DELEGATIONS, DELEGATIONS.c.entry_id == ENTRIES.c.id, isouter=True)
        .join(ended, ended.c.id == DELEGATIONS.c.revocation_id, isouter=True)
        .where((ENTRIES.c.kind == int(Kind.DELEGATION)) | DELEGATIONS.c.entry_id.is_not(None))
    )
    for row in stream(connection, query):
        findings.saw("devices")
        message, ended_message = _fields(row.message), _fields(row.ended_message)
        kept = (row.author, row.delegate, row.expires_at)
        signed = (row.granted_by, message.get("delegate"), message.get("expiresAt"))
        findings.check(
            "device", kept == signed, f"Entry {row.granted_id} allows another device than is kept."
        )
        end = (row.ended_kind, row.ended_by, ended_message.get("delegate"))
        revoked = (int(Kind.REVOCATION), row.author, row.delegate)
        holds = row.revoked_at is None if row.ended_kind is None else end == revoked
        findings.check(
            "device", holds, f"No Revocation ends the Delegation of entry {row.granted_id}."
        )
