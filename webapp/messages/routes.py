"""HTTP for private messages."""

from typing import Any
from uuid import UUID

from flask import request

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.messages import groups, preferences, reading, service
from webapp.messages.schemas import (
    ConversationPageSchema,
    ConversationStateSchema,
    GroupChangeSchema,
    MemberSchema,
    MessagePageSchema,
    MessageSchema,
    NewGroupSchema,
    NewMessageSchema,
    OneConversationSchema,
    PreferenceSchema,
    ReadMessagesSchema,
)
from webapp.messages.service import Draft
from webapp.messages.views import ConversationView, MessageView
from webapp.openapi import IF_MATCH
from webapp.pagination import Answer, Cursor, PageQuerySchema, page_answer

blueprint = ApiBlueprint("messages", __name__, description="Private messages, encrypted at rest")
Tagged = tuple[ConversationView | dict[str, str], int, dict[str, str]]


@blueprint.post("/messages")
@signed_in(Scope.MESSAGES_WRITE)
@idempotent
@blueprint.arguments(NewMessageSchema())
@blueprint.response(201, MessageSchema)
@blueprint.alt_response(200, schema=MessageSchema, description="The same message came before")
def send(body: dict[str, Any]) -> tuple[MessageView, int]:
    """Write to a person or into a conversation."""
    message_id = UUID(body["id"]) if "id" in body else None
    draft = Draft(body["text"], message_id, body.get("to"), body.get("conversation"))
    message, created = service.send(current_account_id(), draft)
    return message, 201 if created else 200


@blueprint.get("/messages/<uuid:conversation>")
@signed_in(Scope.MESSAGES_READ)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, MessagePageSchema)
def messages(page: dict[str, Any], conversation: UUID) -> Answer:
    """Return a conversation's messages, newest first."""
    found = reading.messages_of(db.session(), current_account_id(), conversation, page)
    return page_answer(found, page, lambda one: Cursor(one.created_at, one.id))


@blueprint.post("/messages/<uuid:conversation>/read")
@signed_in(Scope.MESSAGES_WRITE)
@idempotent
@blueprint.arguments(ReadMessagesSchema())
@blueprint.response(200, ConversationStateSchema)
def read(body: dict[str, Any], conversation: UUID) -> ConversationView:
    """Take all messages up to one as read."""
    service.mark_read(current_account_id(), conversation, body["up_to"])
    return _conversation(conversation)


@blueprint.delete("/messages/<uuid:conversation>/<uuid:message>")
@signed_in(Scope.MESSAGES_WRITE)
@blueprint.response(200, MessageSchema)
def delete(conversation: UUID, message: UUID) -> MessageView:
    """Erase the text of one's own message, for everybody."""
    return service.delete_message(current_account_id(), conversation, message)


@blueprint.get("/messages/preferences")
@signed_in(Scope.MESSAGES_READ)
@blueprint.response(200, PreferenceSchema)
def preference() -> Tagged:
    """Return whose messages one accepts; the ETag is for If-Match."""
    return _accepting(preferences.accepted_by(current_account_id()))


@blueprint.put("/messages/preferences")
@signed_in(Scope.ACCOUNT)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(PreferenceSchema())
@blueprint.response(200, PreferenceSchema)
def set_preference(body: dict[str, str]) -> Tagged:
    """Accept messages of everybody, or of those one follows; with If-Match only if nobody chose meanwhile."""
    return _accepting(preferences.accept_from(current_account_id(), body["accept"], _meant))


@blueprint.get("/conversations")
@signed_in(Scope.MESSAGES_READ)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, ConversationPageSchema)
def conversations(page: dict[str, Any]) -> Answer:
    """Return one's conversations, newest activity first."""
    found = reading.conversations_of(db.session(), current_account_id(), page)
    return page_answer(found, page, lambda one: Cursor(one.active_at, one.id))


@blueprint.post("/conversations")
@signed_in(Scope.MESSAGES_WRITE)
@idempotent
@blueprint.arguments(NewGroupSchema())
@blueprint.response(201, OneConversationSchema)
def make_group(body: dict[str, Any]) -> ConversationView:
    """Make a group."""
    return _conversation(groups.make_group(current_account_id(), body["members"], body["title"]))


@blueprint.get("/conversations/<uuid:conversation>")
@signed_in(Scope.MESSAGES_READ)
@blueprint.response(200, OneConversationSchema)
def conversation_(conversation: UUID) -> Tagged:
    """Return a conversation with its members; its ETag is for If-Match."""
    return _tagged(_conversation(conversation))


@blueprint.patch("/conversations/<uuid:conversation>")
@signed_in(Scope.MESSAGES_WRITE)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(GroupChangeSchema())
@blueprint.response(200, OneConversationSchema)
def change(body: dict[str, Any], conversation: UUID) -> Tagged:
    """Rename one's group, or hand it to another member; with If-Match only if nobody did meanwhile."""
    groups.change(current_account_id(), conversation, body, _meant)
    return _tagged(_conversation(conversation))


@blueprint.post("/conversations/<uuid:conversation>/members")
@signed_in(Scope.MESSAGES_WRITE)
@idempotent
@blueprint.arguments(MemberSchema())
@blueprint.response(200, ConversationStateSchema)
def add_member(body: dict[str, Any], conversation: UUID) -> ConversationView:
    """Add somebody to one's group."""
    groups.add_member(current_account_id(), conversation, body["account"])
    return _conversation(conversation)


@blueprint.delete("/conversations/<uuid:conversation>/members/<uuid:person>")
@signed_in(Scope.MESSAGES_WRITE)
@blueprint.response(204)
def remove_member(conversation: UUID, person: UUID) -> None:
    """Take somebody out of one's group; leave, when it is oneself."""
    groups.remove_member(current_account_id(), conversation, person)


def _conversation(conversation: UUID) -> ConversationView:
    return reading.conversation_of(db.session(), current_account_id(), conversation)


def _meant(tag: str) -> bool:
    return "If-Match" not in request.headers or request.if_match.contains(tag)


def _tagged(view: ConversationView) -> Tagged:
    return view, 200, {"ETag": f'"{view.tag}"'}


def _accepting(accept: str) -> Tagged:
    return {"accept": accept}, 200, {"ETag": f'"{accept}"'}
