"""HTTP for moderation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id, current_caller
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.identities.answers import evidence_answer
from webapp.messages.reporting import OpenedMessage
from webapp.moderation import appeals, opening, queue, reading, reports, reviewing, service
from webapp.moderation.models import Action, Appeal, Report
from webapp.moderation.queue import AppealItem, ReportedItem
from webapp.moderation.schemas import (
    ActionSchema,
    AppealDecisionSchema,
    AppealQueueSchema,
    AppealSchema,
    AuditPageSchema,
    AuditQuerySchema,
    ClaimDecisionSchema,
    ClaimReviewPageSchema,
    NewActionSchema,
    NewAppealSchema,
    NewReportSchema,
    OpenedMessageSchema,
    OwnActionPageSchema,
    QueueQuerySchema,
    ReportQueueQuerySchema,
    ReportQueueSchema,
    ReportSchema,
    ReviewedClaimSchema,
)
from webapp.moderation.service import Order
from webapp.pagination import (
    Answer,
    Cursor,
    ForwardPageQuerySchema,
    PageQuerySchema,
    link_following,
    link_next,
    page_answer,
)

blueprint = ApiBlueprint("moderation", __name__, description="Reports, actions and appeals")


@blueprint.post("/reports")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.arguments(NewReportSchema())
@blueprint.response(201, ReportSchema)
def report(body: dict[str, Any]) -> Report:
    """Report a post, an account or a message you received to the moderators; nobody is told by whom."""
    words = (body["reason"], body["text"])
    return reports.report(current_account_id(), body["type"], body["subject"], *words)


@blueprint.get("/moderation/reports")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(ReportQueueQuerySchema(), location="query")
@blueprint.response(200, ReportQueueSchema)
def report_queue(page: dict[str, Any]) -> Answer:
    """Return what was reported, by subject: what is open first, then newest first."""
    found = queue.reported_items(db.session(), current_caller(), page)
    return _page(found, page, ("type", "reason", "account", "state"))


@blueprint.post("/moderation/actions")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.arguments(NewActionSchema())
@blueprint.response(201, ActionSchema)
def act(body: dict[str, Any]) -> Action:
    """Dismiss reports, hide a post or show it, suspend or restore an account, say that you read a message."""
    order = Order(body["act"], body["type"], body["subject"], body["reason"], body.get("until"))
    return service.moderate(current_caller(), order)


@blueprint.get("/moderation/messages/<uuid:message>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, OpenedMessageSchema)
def reported_message(message: UUID) -> OpenedMessage:
    """Return one reported message to the moderator who said, by an action, that they read it."""
    return opening.read_message(db.session(), current_caller(), message)


@blueprint.get("/me/moderation")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, OwnActionPageSchema)
def mine(page: dict[str, Any]) -> Answer:
    """Return what moderators did to me, newest first, with reasons and without names."""
    found = queue.actions_on(db.session(), current_account_id(), page)
    shown = [{**_shown(action), "appeal": appeal} for action, appeal in found]
    return page_answer(shown, page, lambda one: Cursor(one["created_at"], one["id"]))


@blueprint.post("/appeals")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@idempotent
@blueprint.arguments(NewAppealSchema())
@blueprint.response(201, AppealSchema)
def appeal(body: dict[str, Any]) -> Appeal:
    """Appeal against a hiding or a suspension; another moderator decides."""
    return appeals.appeal(current_account_id(), body["action"], body["text"])


@blueprint.get("/moderation/appeals")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(QueueQuerySchema(), location="query")
@blueprint.response(200, AppealQueueSchema)
def appeal_queue(page: dict[str, Any]) -> Answer:
    """Return appeals: what is open first, then newest first."""
    return _page(queue.appeal_items(db.session(), current_caller(), page), page, ("state",))


@blueprint.post("/moderation/appeals/<uuid:appeal_id>/decision")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.arguments(AppealDecisionSchema())
@blueprint.response(200, AppealSchema)
def decide(body: dict[str, Any], appeal_id: UUID) -> Appeal:
    """Grant an appeal, which undoes what it is against at once, or refuse it."""
    granted = body["decision"] == appeals.GRANT
    return appeals.decide(current_caller(), appeal_id, granted=granted, reason=body["reason"])


@blueprint.get("/moderation/audit")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(AuditQuerySchema(), location="query")
@blueprint.response(200, AuditPageSchema)
def audit(query: dict[str, Any]) -> Answer:
    """Return rows of the audit trail by position, and the newest stamp of its head."""
    session, limit = db.session(), query["limit"]
    rows = reading.audit_rows(session, current_caller(), query["first"], limit)
    following = rows[limit].position if len(rows) > limit else None
    stamp = reading.newest_stamp(session)
    headers = {} if following is None else link_following(query, following)
    return {"items": rows[:limit], "next": following, "stamp": stamp}, 200, headers


@blueprint.get("/moderation/claims")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(ForwardPageQuerySchema(), location="query")
@blueprint.response(200, ClaimReviewPageSchema)
def claim_queue(page: dict[str, Any]) -> Answer:
    """Return claims about people that wait for a review, oldest first; not your own."""
    found = reviewing.queue(db.session(), current_caller(), page)
    return page_answer(found, page, lambda one: Cursor(one["requested_at"], one["id"]))


@blueprint.get("/moderation/claims/<uuid:claim_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, ReviewedClaimSchema)
def reviewed_claim(claim_id: UUID) -> dict[str, Any]:
    """Return a claim about a person with the evidence for it."""
    return reviewing.one(db.session(), current_caller(), claim_id)


@blueprint.get("/moderation/claims/<uuid:claim_id>/evidence/<uuid:evidence_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, content_type="application/octet-stream")
def claim_evidence(claim_id: UUID, evidence_id: UUID) -> Response:
    """Return a file of the evidence."""
    found = reviewing.evidence(db.session(), current_caller(), claim_id, evidence_id)
    return evidence_answer(*found)


@blueprint.post("/moderation/claims/<uuid:claim_id>/decision")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.arguments(ClaimDecisionSchema())
@blueprint.response(200, ActionSchema)
def decide_claim(body: dict[str, Any], claim_id: UUID) -> Action:
    """Vouch for a person, refuse to, or take back what was vouched; the reason is for them and the trail."""
    return reviewing.decide(current_caller(), claim_id, body["decision"], body["reason"])


def _shown(action: Action) -> dict[str, Any]:
    names = ("id", "act", "subject_type", "subject_id", "role", "reason")
    times = ("until", "created_at", "over_at")
    return {name: getattr(action, name) for name in (*names, *times)}


def _page(
    found: Sequence[ReportedItem] | Sequence[AppealItem],
    page: dict[str, Any],
    filters: tuple[str, ...],
) -> Answer:
    items = found[: page["limit"]]
    if len(found) <= page["limit"]:
        return {"items": items, "next": None}, 200, {}
    cursor = items[-1].cursor
    given = {name: str(page[name]) for name in filters if name in page}
    return {"items": items, "next": str(cursor)}, 200, link_next(page, cursor, **given)
