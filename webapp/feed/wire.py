"""Feeds as JSON values."""

from typing import Any

from webapp.columns import iso
from webapp.feed.service import FeedItem, FeedPage
from webapp.posts.wire import card_json, post_json


def page_json(page: FeedPage) -> dict[str, Any]:
    """Return what ``FeedPageSchema`` describes."""
    items = [_item_json(item) for item in page.items]
    following = None if page.next is None else str(page.next)
    return {"items": items, "next": following, "newest": str(page.newest)}


def _item_json(item: FeedItem) -> dict[str, Any]:
    shown = post_json(item.post)
    who = item.reposted_by
    shown["reposted_by"] = None if who is None else {**card_json(who), "viewer": who.viewer}
    shown["reposted_at"] = iso(item.reposted_at)
    return shown
