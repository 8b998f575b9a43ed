"""A page of posts as it is answered."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from webapp.pagination import Cursor, link_next
from webapp.posts.views import Placed, PostView

Answer = tuple[dict[str, Any], int, dict[str, str]]


@dataclass(frozen=True)
class RepostedView(PostView):
    """A post that stands in a list because somebody passed it on."""

    reposted_at: datetime | None = None


def page_of(found: list[Placed], page: dict[str, Any], **more: object) -> Answer:
    """Return body, status and headers for a page, of which one item more than the limit was looked for."""
    items = found[: page["limit"]]
    body = {**more, "items": [_item(one) for one in items], "next": None}
    if len(found) <= page["limit"]:
        return body, 200, {}
    cursor = Cursor(items[-1].placed_at, items[-1].view.id)
    return body | {"next": str(cursor)}, 200, link_next(page, cursor)


def _item(one: Placed) -> PostView:
    if not one.reposted:
        return one.view
    shown = {field.name: getattr(one.view, field.name) for field in fields(PostView)}
    return RepostedView(**shown, reposted_at=one.placed_at)
