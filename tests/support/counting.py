"""The counts that are kept, beside those that the rows give: counted one by one, in no way of the application's."""

from collections import Counter
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.relations.models import Follow
from webapp.extensions import db
from webapp.posts.models import Like, Post, PostCounts, Repost

Numbers = dict[UUID, dict[str, int]]


def kept(app: Flask) -> tuple[Numbers, Numbers]:
    """Return the stored counts of accounts and of posts; those of zero only are left out."""
    with app.app_context():
        accounts = {row.account_id: _numbers(row, "account_id") for row in _all(AccountCounts)}
        posts = {row.post_id: _numbers(row, "post_id") for row in _all(PostCounts)}
    return _some(accounts), _some(posts)


def counted(app: Flask) -> tuple[Numbers, Numbers]:
    """Return what the rows give: nothing hidden counts, and nobody who is suspended counts for others."""
    with app.app_context():
        every = [row for row in _all(Post) if row.deleted_at is None and row.hidden_at is None]
        follows, likes, reposts = _all(Follow), _all(Like), _all(Repost)
        accounts = list(db.session.scalars(select(Account.id)))
        silent = set(
            db.session.scalars(select(Account.id).where(Account.suspended_at.is_not(None)))
        )
    posts, likes, reposts = (
        [row for row in rows if row.account_id not in silent] for rows in (every, likes, reposts)
    )
    of_accounts = {
        "followers": Counter(row.followee_id for row in follows if row.follower_id not in silent),
        "following": Counter(row.follower_id for row in follows if row.followee_id not in silent),
        "posts": Counter(row.account_id for row in every),
    }
    of_posts = {
        "likes": Counter(row.post_id for row in likes),
        "comments": Counter(row.parent_id for row in posts if row.parent_id),
        "reposts": Counter(row.post_id for row in reposts),
        "quotes": Counter(row.quoted_id for row in posts if row.quoted_id),
    }
    found = {one for counter in of_posts.values() for one in counter}
    return (
        _some({one: {name: n[one] for name, n in of_accounts.items()} for one in accounts}),
        _some({one: {name: n[one] for name, n in of_posts.items()} for one in found}),
    )


def check_counts(app: Flask) -> None:
    """Check that every stored count is that of its rows."""
    assert kept(app) == counted(app)


def _all(model: Any) -> list[Any]:
    return list(db.session.scalars(select(model)))


def _numbers(row: Any, key: str) -> dict[str, int]:
    return {one.name: getattr(row, one.name) for one in row.__table__.c if one.name != key}


def _some(numbers: Numbers) -> Numbers:
    return {one: names for one, names in numbers.items() if any(names.values())}
