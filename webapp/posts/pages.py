"""Posts as they are answered: a new one, or a page of them."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.accounts.profiles import ProfileCard
from webapp.badges import badges_of_one
from webapp.pagination import Answer, Cursor, page_answer
from webapp.posts.views import Placed, PostView


@dataclass(frozen=True)
class RepostedView(PostView):
    """A post that stands in a list because somebody passed it on."""

    reposted_at: datetime | None = None


def completed(session: Session, view: PostView, card: ProfileCard) -> PostView:
    """Return a new post with what was not read when it was written: its author's profile and badges."""
    badges = badges_of_one(session, view.author) if view.badges is None else view.badges
    return replace(view, profile=card, badges=badges)


def page_of(found: list[Placed], page: dict[str, Any], **more: object) -> Answer:
    """Return body, status and headers for a page, of which one item more than the limit was looked for."""
    body, status, headers = page_answer(found, page, lambda one: Cursor(one.placed_at, one.view.id))
    shown = [_item(one) for one in body["items"]]
    return {**more, **body, "items": shown}, status, headers


def _item(one: Placed) -> PostView:
    if not one.reposted:
        return one.view
    shown = {field.name: getattr(one.view, field.name) for field in fields(PostView)}
    return RepostedView(**shown, reposted_at=one.placed_at)
