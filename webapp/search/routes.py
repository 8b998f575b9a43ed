"""HTTP for search."""

from typing import Any

from webapp.accounts.access import signed_in
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id_or_none
from webapp.http import ApiBlueprint
from webapp.pagination import Cursor, link_next
from webapp.posts.schemas import PostPageSchema
from webapp.search import service
from webapp.search.schemas import (
    FoundPeopleSchema,
    FoundTagsSchema,
    SearchQuerySchema,
    TagQuerySchema,
)

blueprint = ApiBlueprint("search", __name__, description="Search of people, posts and hashtags")
Page = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.get("/search/people")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(SearchQuerySchema(), location="query")
@blueprint.response(200, FoundPeopleSchema)
def people(page: dict[str, Any]) -> Page:
    """Find people by the beginnings of handle and name."""
    found = service.find_people(page["q"], current_account_id_or_none(), page)
    return _page(page, found, [Cursor(one.created_at, one.card.id) for one in found])


@blueprint.get("/search/posts")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(SearchQuerySchema(), location="query")
@blueprint.response(200, PostPageSchema)
def posts(page: dict[str, Any]) -> Page:
    """Find posts: words, "words in a row", -without, or; newest first."""
    found = service.find_posts(page["q"], current_account_id_or_none(), page)
    return _page(page, found, [Cursor(one.created_at, one.id) for one in found])


@blueprint.get("/search/tags")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(TagQuerySchema(), location="query")
@blueprint.response(200, FoundTagsSchema)
def tags(query: dict[str, Any]) -> dict[str, Any]:
    """Find hashtags by their beginning."""
    viewer = current_account_id_or_none()
    return {"items": service.find_tags(query["q"], viewer, query["limit"]), "next": None}


def _page(page: dict[str, Any], found: list[Any], cursors: list[Cursor]) -> Page:
    limit = page["limit"]
    if len(found) <= limit:
        return {"items": found, "next": None}, 200, {}
    cursor = cursors[limit - 1]
    return {"items": found[:limit], "next": str(cursor)}, 200, link_next(page, cursor)
