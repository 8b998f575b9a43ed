"""HTTP for sessions."""

from typing import Any
from uuid import UUID

from webapp.accounts.access import signed_in
from webapp.accounts.scopes import Scope
from webapp.accounts.sessions import service
from webapp.accounts.sessions.schemas import SessionPageSchema
from webapp.accounts.tokens import current_caller
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.pagination import Answer, Cursor, PageQuerySchema, page_answer

blueprint = ApiBlueprint("sessions", __name__, description="Where you are signed in")


@blueprint.get("/me/sessions")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, SessionPageSchema)
def sessions(page: dict[str, Any]) -> Answer:
    """Return your sessions that are good now, newest first."""
    caller = current_caller()
    found = service.living_sessions(db.session(), caller.account_id, caller.session_id, page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.id))


@blueprint.delete("/me/sessions/<uuid:session_id>")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@blueprint.response(204)
def end(session_id: UUID) -> None:
    """End one of your sessions; its tokens are dead at once."""
    service.end_session_of(current_caller().account_id, session_id)


@blueprint.delete("/me/sessions")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@blueprint.response(204)
def end_others() -> None:
    """End all of your sessions but this one."""
    caller = current_caller()
    service.end_others(caller.account_id, caller.session_id)
