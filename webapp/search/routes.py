"""HTTP for search."""

from typing import Any

from webapp.accounts.access import signed_in
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id_or_none
from webapp.http import ApiBlueprint
from webapp.pagination import Answer, Cursor, page_answer
from webapp.posts.schemas import PostPageSchema
from webapp.search import service
from webapp.search.schemas import (
    FoundPeopleSchema,
    FoundTagsSchema,
    SearchQuerySchema,
    TagQuerySchema,
)

blueprint = ApiBlueprint("search", __name__, description="Search of people, posts and hashtags")


@blueprint.get("/search/people")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(SearchQuerySchema(), location="query")
@blueprint.response(200, FoundPeopleSchema)
def people(page: dict[str, Any]) -> Answer:
    """Find people by the beginnings of handle and name."""
    found = service.find_people(page["q"], current_account_id_or_none(), page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.card.id))


@blueprint.get("/search/posts")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(SearchQuerySchema(), location="query")
@blueprint.response(200, PostPageSchema)
def posts(page: dict[str, Any]) -> Answer:
    """Find posts: words, "words in a row", -without, or; newest first."""
    found = service.find_posts(page["q"], current_account_id_or_none(), page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.id))


@blueprint.get("/search/tags")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(TagQuerySchema(), location="query")
@blueprint.response(200, FoundTagsSchema)
def tags(query: dict[str, Any]) -> dict[str, Any]:
    """Find hashtags by their beginning."""
    viewer = current_account_id_or_none()
    return {"items": service.find_tags(query["q"], viewer, query["limit"]), "next": None}
