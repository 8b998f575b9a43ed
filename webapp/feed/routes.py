"""HTTP for feeds."""

from typing import Any
from uuid import UUID

from flask import Response, current_app

from webapp.accounts.access import signed_in
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id
from webapp.feed import service
from webapp.feed.schemas import FeedPageSchema, FeedQuerySchema
from webapp.feed.wire import page_json
from webapp.http import ApiBlueprint
from webapp.pagination import link_next

blueprint = ApiBlueprint("feed", __name__, description="What the people whom one follows post")


@blueprint.get("/feed/<uuid:user_id>")
@signed_in(Scope.READ)
@blueprint.arguments(FeedQuerySchema(), location="query")
@blueprint.response(200, FeedPageSchema)
def feed(query: dict[str, Any], user_id: UUID) -> Response:
    """Return one's own feed, newest first: one's own posts, and what people one follows post and pass on."""
    page = service.feed_page(current_account_id(), user_id, query)
    text = current_app.json.dumps(page_json(page))
    if page.next is None:
        return Response(text, content_type="application/json")
    headers = link_next(query, page.next)
    return Response(text, content_type="application/json", headers=headers)
