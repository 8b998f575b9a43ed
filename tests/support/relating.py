"""What people are to each other, and what moderators do, written as rows."""

from typing import Any
from uuid import UUID

from flask import Flask

from tests.support.wallet import Person
from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.relations.counting import count_person
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.columns import utc_now
from webapp.database import writing
from webapp.posts.models import Post
from webapp.posts.tallies import count_reactions, count_shown


def follow(app: Flask, follower: Person, followee: Person) -> None:
    ids = {"follower_id": UUID(follower.account), "followee_id": UUID(followee.account)}
    with app.app_context(), writing() as session:
        session.add(Follow(**ids, created_at=utc_now()))
        session.get_one(AccountCounts, ids["follower_id"]).following += 1
        session.get_one(AccountCounts, ids["followee_id"]).followers += 1


def block(app: Flask, blocker: Person, blocked: Person) -> None:
    ids = {"blocker_id": UUID(blocker.account), "blocked_id": UUID(blocked.account)}
    with app.app_context(), writing() as session:
        session.add(Block(**ids, created_at=utc_now()))


def mute(app: Flask, muter: Person, muted: Person) -> None:
    ids = {"muter_id": UUID(muter.account), "muted_id": UUID(muted.account)}
    with app.app_context(), writing() as session:
        session.add(Mute(**ids, created_at=utc_now()))


def suspend(app: Flask, person: Person) -> None:
    with app.app_context(), writing() as session:
        session.get_one(Account, UUID(person.account)).suspended_at = utc_now()
        count_person(session, UUID(person.account), -1)
        count_reactions(session, UUID(person.account), -1)


def hide(app: Flask, post: dict[str, Any]) -> None:
    with app.app_context(), writing() as session:
        session.get_one(Post, UUID(post["id"])).hidden_at = utc_now()
        count_shown(session, UUID(post["id"]), -1)
