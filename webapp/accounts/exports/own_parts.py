"""What accounts give to an export: profile, wallets, devices, sessions and relations."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, in_order, json_file
from webapp.accounts.models import Account, SignInSession
from webapp.accounts.profile.reading import own_profile
from webapp.accounts.profile.schemas import OwnProfileSchema
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.log.models import Author, AuthorTenure, Delegation

_A = table_of(Account).c


def _profile(session: Session, account_id: UUID) -> Iterator[File]:
    shown = OwnProfileSchema().dump(own_profile(session, account_id))
    mine = select(Author).filter_by(account_id=account_id).order_by(Author.created_at)
    addresses = [
        {
            "address": one.address,
            "signs": one.signs,
            "created_at": iso(one.created_at),
            "released_at": iso(one.released_at),
        }
        for one in session.scalars(mine)
    ]
    held = select(AuthorTenure).filter_by(account_id=account_id).order_by(AuthorTenure.since)
    periods = [
        {"address": one.address, "since": iso(one.since), "until": iso(one.until)}
        for one in session.scalars(held)
    ]
    session.rollback()
    addressed = {"addresses": addresses, "address_periods": periods}
    yield json_file("profile.json", [{**shown, **addressed}])


def _devices(session: Session, account_id: UUID) -> Iterator[File]:
    table = table_of(Delegation).c
    mine = select(Author.address).where(Author.account_id == account_id)
    columns = (table.author, table.delegate, table.expires_at, table.revoked_at)
    query = select(*columns).where(table.author.in_(mine))
    items = (
        {
            "address": row.delegate,
            "author": row.author,
            "expires_at": row.expires_at,
            "created_at": iso(row.moment_of_row),
            "revoked_at": iso(row.revoked_at),
        }
        for row in in_order(session, query, table.created_at, table.entry_id)
    )
    yield json_file("devices.json", items)


def _sessions(session: Session, account_id: UUID) -> Iterator[File]:
    table = table_of(SignInSession).c
    columns = (table.id, table.client, table.created_at, table.last_used_at, table.revoked_at)
    query = select(*columns).where(table.account_id == account_id)
    rows = in_order(session, query, table.created_at, table.id)
    yield json_file(
        "sessions.json",
        (
            {
                "id": str(row.id),
                "client": row.client,
                "created_at": iso(row.created_at),
                "last_used_at": iso(row.last_used_at),
                "ended_at": iso(row.revoked_at),
            }
            for row in rows
        ),
    )


def _relations(session: Session, account_id: UUID) -> Iterator[File]:
    follows, blocks, mutes = (table_of(model).c for model in (Follow, Block, Mute))
    lists = {
        "following": (follows.follower_id, follows.followee_id, follows.created_at),
        "followers": (follows.followee_id, follows.follower_id, follows.created_at),
        "blocks": (blocks.blocker_id, blocks.blocked_id, blocks.created_at),
        "mutes": (mutes.muter_id, mutes.muted_id, mutes.created_at),
    }
    for name, (mine, other, moment) in lists.items():
        query = select(_A.handle).join(other.table, _A.id == other).where(mine == account_id)
        rows = in_order(session, query, moment, other)
        yield json_file(f"{name}.json", map(_related, rows))


def _related(row: Any) -> dict[str, Any]:
    return {
        "account": str(row.key_of_row),
        "handle": row.handle,
        "created_at": iso(row.moment_of_row),
    }


PARTS = (
    Part("profile", _profile),
    Part("devices", _devices),
    Part("sessions", _sessions),
    Part("relations", _relations),
)
