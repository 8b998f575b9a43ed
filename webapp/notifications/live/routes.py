"""HTTP for live streams."""

import time
from typing import Any

from flask import Flask, Response, current_app
from flask_jwt_extended import get_jwt
from marshmallow import Schema

from webapp.accounts.access import signed_in
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_caller
from webapp.chain_access import settings
from webapp.http import ApiBlueprint
from webapp.notifications.live.hub import HUB, Hub
from webapp.notifications.live.stream import lines
from webapp.notifications.schemas import NumberField
from webapp.openapi_values import STREAM

blueprint = ApiBlueprint("events", __name__, description="What one is told, as it happens")


class ResumeSchema(Schema):
    """Where a stream that broke had come to."""

    last_event_id = NumberField(data_key="Last-Event-ID")


# The stream as text; as an object, one event of it, which is how readers of server-sent events have them.
EVENTS = {
    "type": ["string", "object"],
    "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
    "required": ["event", "data"],
}


def hub_of(app: Flask) -> Hub:
    """Return this process's hub."""
    hub: Hub = app.extensions[HUB]
    return hub


@blueprint.get("/events")
@signed_in(Scope.NOTIFICATIONS_READ)
@blueprint.arguments(ResumeSchema(), location="headers")
@blueprint.response(200, EVENTS, content_type="text/event-stream", example=STREAM)
def events(resume: dict[str, Any]) -> Response:
    """Stream what one is told by server-sent events; with Last-Event-ID from there on."""
    caller, hub = current_caller(), hub_of(current_app)
    stream = hub.open(caller.account_id, caller.session_id)
    # A token's right ends with the token.
    seconds = min(float(settings().stream_seconds), get_jwt()["exp"] - time.time())
    answer = Response(
        lines(hub.app, stream, resume.get("last_event_id"), seconds),
        content_type="text/event-stream",
    )
    answer.call_on_close(lambda: hub.close(stream))
    answer.headers["X-Accel-Buffering"] = "no"
    return answer
