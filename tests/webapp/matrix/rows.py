"""What each route answers to each persona: anonymous, blocked, suspended, other, moderator, owner.

The owner has blocked `blocked`; the placeholders stand for what belongs to the owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """Six statuses in the order of the personas, and the body and query to send.

    ``names`` says which of the world's names stand for a placeholder, where it is not the one of that name.
    ``before`` is a POST of the owner's without which there is nothing to act on: its path, and its body.
    """

    statuses: str
    body: Any = None
    query: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, Any] | None = None

    def expected(self) -> list[int]:
        """Return the statuses; a single one is everybody's."""
        found = [int(word) for word in self.statuses.split()]
        return found if len(found) > 1 else found * 6


ROWS: dict[str, Row] = {
    "GET /events": Row("401 200 200 200 200 200"),
    "DELETE /claims/<uuid:claim_id>": Row("401 404 403 404 404 200"),
    "GET /claims": Row("401 200 200 200 200 200"),
    "GET /claims/decline": Row(
        "401 404 404 404 404 404", query=f"?issuer=0x{'11' * 20}&digest=0x{'22' * 32}"
    ),
    "GET /claims/<uuid:claim_id>": Row("401 404 404 404 404 200"),
    "GET /claims/<uuid:claim_id>/evidence/<uuid:evidence_id>": Row("401 404 404 404 404 200"),
    "GET /claims/<uuid:claim_id>/file": Row("401 404 404 404 404 409"),  # claim_state
    "GET /issuers": Row("200"),
    "GET /moderation/claims": Row("401 403 403 403 200 403"),  # moderators_only
    "GET /moderation/claims/<uuid:claim_id>": Row("401 403 403 403 200 403"),
    "GET /moderation/claims/<uuid:claim_id>/evidence/<uuid:evidence_id>": Row(
        "401 403 403 403 200 403"
    ),
    "GET /users/<uuid:user_id>/claims": Row("200 404 200 200 200 200"),
    "PATCH /claims/<uuid:claim_id>": Row("401 404 403 404 404 200", {"shown": False}),
    "POST /claims": Row("401 201 403 201 201 201", {"kind": "handle"}),
    "POST /claims/<uuid:claim_id>/code": Row(
        "401 404 403 404 404 409", {"code": "12345678"}
    ),  # claim_state
    "POST /claims/<uuid:claim_id>/decline": Row("401 404 403 404 404 200"),
    "POST /claims/<uuid:claim_id>/retry": Row("401 404 403 404 404 409"),  # claim_state
    "POST /moderation/claims/<uuid:claim_id>/decision": Row(
        "401 403 403 403 200 403", {"decision": "grant", "reason": "I know them."}
    ),
    "DELETE /conversations/<uuid:conversation>/members/<uuid:person>": Row(
        "401 404 403 204 404 204"
    ),
    "DELETE /devices/<address>": Row("401 403 403 403 403 403", "@revocation"),  # not_your_author
    "DELETE /me": Row("401 204 204 204 204 204", {"password": "a long password"}),
    "DELETE /me/sessions": Row("401 204 204 204 204 204"),
    "DELETE /me/sessions/<uuid:session_id>": Row("401 204 204 204 204 204"),
    "DELETE /messages/<uuid:conversation>/<uuid:message>": Row("401 404 403 403 404 200"),
    "DELETE /mints/<uuid:mint_id>": Row("401 404 403 404 404 204"),
    "DELETE /oauth/apps/<uuid:app_id>": Row("401 404 403 404 404 204"),
    "DELETE /oauth/consents/<uuid:consent_id>": Row("401 204 204 204 204 204"),
    "DELETE /posts/<uuid:post_id>": Row("401 404 403 403 403 200"),
    "DELETE /posts/<uuid:post_id>/like": Row("401 204 403 204 204 204"),
    "DELETE /posts/<uuid:post_id>/repost": Row("401 204 403 204 204 204"),
    "DELETE /stamps/<uuid:stamp_id>": Row("401 404 403 404 404 200"),
    "DELETE /users/<uuid:user_id>/block": Row("401 204 403 204 204 204"),
    "DELETE /users/<uuid:user_id>/follow": Row("401 204 403 204 204 204"),
    "DELETE /users/<uuid:user_id>/mute": Row("401 204 403 204 204 204"),
    "DELETE /wallets/<address>": Row(
        "401 404 404 404 404 204",
        {"password": "a long password"},
        names={"address": "wallet"},
        before=("/wallets", "@link"),
    ),
    "DELETE /webhooks/<uuid:webhook_id>": Row("401 204 403 204 204 204"),
    "GET /assets/<token_id>": Row("200"),
    "GET /assets/<token_id>/history": Row("200"),
    "GET /assets/<token_id>/transfer": Row(
        "401 403 403 403 403 403", query="?to=0x1111111111111111111111111111111111111111"
    ),  # not_your_asset
    "GET /conversations": Row("401 200 200 200 200 200"),
    "GET /conversations/<uuid:conversation>": Row("401 404 404 200 404 200"),
    "GET /devices": Row("401 200 200 200 200 200"),
    "GET /docs": Row("200"),
    "GET /docs/<name>": Row("200"),
    "GET /docs/start.js": Row("200"),
    "GET /feed/<uuid:user_id>": Row("401 404 403 403 403 200"),
    "GET /log": Row("200"),
    "GET /log/batches": Row("200"),
    "GET /log/batches/<int:sequence>": Row("404"),  # batch_unknown
    "GET /log/entries": Row("200"),
    "GET /me": Row("401 200 200 200 200 200"),
    "GET /me/blocks": Row("401 200 200 200 200 200"),
    "GET /me/exports": Row("401 200 200 200 200 200"),
    "GET /me/exports/<uuid:export_id>": Row("401 404 404 404 404 200"),
    "GET /me/exports/<uuid:export_id>/download": Row("401 404 404 404 404 409"),  # export_not_ready
    "GET /me/moderation": Row("401 200 200 200 200 200"),
    "GET /me/mutes": Row("401 200 200 200 200 200"),
    "GET /me/sessions": Row("401 200 200 200 200 200"),
    "GET /media/<uuid:media_id>": Row("404 404 404 404 404 200"),
    "GET /media/<uuid:media_id>/info": Row("401 404 404 404 404 200"),
    "GET /media/<uuid:media_id>/thumbnail": Row("404 404 404 404 404 409"),  # media_processing
    "GET /messages/<uuid:conversation>": Row("401 404 404 200 404 200"),
    "GET /messages/preferences": Row("401 200 200 200 200 200"),
    "GET /mints": Row("401 200 200 200 200 200"),
    "GET /mints/<uuid:mint_id>": Row("401 404 404 404 404 200"),
    "GET /moderation/appeals": Row("401 403 403 403 200 403"),  # moderators_only
    "GET /moderation/audit": Row("401 403 403 403 200 403"),  # moderators_only
    "GET /moderation/messages/<uuid:message>": Row("401 403 403 403 403 403"),
    "GET /moderation/reports": Row("401 403 403 403 200 403"),  # moderators_only
    "GET /notifications": Row("401 200 200 200 200 200"),
    "GET /notifications/preferences": Row("401 200 200 200 200 200"),
    "GET /notifications/unread": Row("401 200 200 200 200 200"),
    "GET /oauth/apps": Row("401 200 200 200 200 200"),
    "GET /oauth/authorize": Row(
        "401 200 200 200 200 200",
        query="?response_type=code&client_id={asked_app}&redirect_uri=https://app.example/back"
        "?from=troth&scope=read&code_challenge={challenge}&code_challenge_method=S256",
    ),
    "GET /oauth/consents": Row("401 200 200 200 200 200"),
    "GET /openapi.json": Row("200"),
    "GET /posts/<uuid:post_id>": Row("200 404 200 200 200 200"),
    "GET /posts/<uuid:post_id>/bundle": Row("409 404 409 409 409 409"),  # not_sealed
    "GET /posts/<uuid:post_id>/comments": Row("200 404 200 200 200 200"),
    "GET /posts/<uuid:post_id>/history": Row("200 404 200 200 200 200"),
    "GET /posts/<uuid:post_id>/likes": Row("200 404 200 200 200 200"),
    "GET /posts/<uuid:post_id>/quotes": Row("200 404 200 200 200 200"),
    "GET /posts/<uuid:post_id>/reposts": Row("200 404 200 200 200 200"),
    "GET /posts/<uuid:post_id>/thread": Row("200 404 200 200 200 200"),
    "GET /search/people": Row("200", query="?q=the"),
    "GET /search/posts": Row("200", query="?q=hello"),
    "GET /search/tags": Row("200", query="?q=tro"),
    "GET /stamps": Row("401 200 200 200 200 200"),
    "GET /stamps/<uuid:stamp_id>": Row("404 404 404 404 404 200"),
    "GET /stamps/<uuid:stamp_id>/bundle": Row("404 404 404 404 404 409"),  # not_sealed
    "GET /tags/<tag>/posts": Row("200"),
    "GET /users/<uuid:user_id>": Row("200 404 200 200 200 200"),
    "GET /users/<uuid:user_id>/assets": Row("200 404 200 200 200 200"),
    "GET /users/<uuid:user_id>/followers": Row("200 404 200 200 200 200"),
    "GET /users/<uuid:user_id>/following": Row("200 404 200 200 200 200"),
    "GET /users/<uuid:user_id>/likes": Row("401 403 403 403 403 200"),
    "GET /users/<uuid:user_id>/posts": Row("200 404 200 200 200 200"),
    "GET /users/by-handle/<handle>": Row("200 404 200 200 200 200"),
    "GET /wallets": Row("401 200 200 200 200 200"),
    "GET /webhooks": Row("401 200 200 200 200 200"),
    "GET /webhooks/<uuid:webhook_id>/deliveries": Row("401 404 404 404 404 200"),
    "GET root:/.well-known/oauth-authorization-server": Row("200"),
    "GET root:/health": Row("200"),
    "GET root:/health/live": Row("200"),
    "GET root:/health/ready": Row("200"),
    "GET root:/ipfs/<cid>": Row("404"),  # content_not_found
    "GET root:/metrics": Row("200"),
    "PATCH /conversations/<uuid:conversation>": Row(
        "401 404 403 403 404 200", {"title": "renamed"}
    ),
    "PATCH /me": Row("401 200 403 200 200 200", {"bio": "hello"}),
    "POST /appeals": Row(
        "401 404 404 404 404 201", {"action": "{action}", "text": "why"}
    ),  # action_not_found
    "POST /auth/logout": Row("401 204 204 204 204 204"),
    "POST /auth/password": Row("200", {"handle": "the_owner", "password": "a long password"}),
    "POST /auth/recover": Row(
        "401", {"handle": "the_owner", "code": "none", "new_password": "another long password"}
    ),  # sign_in_refused
    "POST /auth/refresh": Row("401"),  # no_session
    "POST /auth/siwe": Row("400", {"message": "no", "signature": "0x00"}),  # malformed
    "POST /auth/siwe/nonce": Row("200"),
    "POST /conversations": Row(
        "401 201 403 201 201 201", {"members": ["{other}"], "title": "more"}
    ),
    "POST /conversations/<uuid:conversation>/members": Row(
        "401 404 403 403 404 200", {"account": "{user_id}"}
    ),
    "POST /devices": Row("401 403 403 403 403 403", "@delegation"),  # not_your_author
    "POST /me/deletion/nonce": Row("401 200 200 200 200 200"),
    "POST /me/exports": Row("401 202 202 202 202 200"),
    "POST /me/password": Row(
        "401 204 204 204 204 204",
        {"new_password": "yet another password", "password": "a long password"},
    ),
    "POST /me/recovery-codes": Row("401 201 403 201 201 201", {"password": "a long password"}),
    "POST /media": Row("401 201 403 201 201 200", "@picture"),  # the owner had it before
    "POST /messages": Row(
        "401 403 403 201 201 422", {"to": "{user_id}", "text": "hello"}
    ),  # message_to_yourself
    "POST /messages/<uuid:conversation>/read": Row(
        "401 404 403 200 404 200", {"up_to": "{message}"}
    ),
    "POST /mints": Row(
        "401 403 403 403 403 403", {"name": "x", "image": "{media_id}"}
    ),  # creator_refused
    "POST /mints/<uuid:mint_id>/permission": Row(
        "401 404 403 404 404 409", {"signature": "0x00"}
    ),  # mint_by_other_means
    "POST /mints/transaction": Row("401 404 403 404 404 200", {"mints": ["{mint_id}"]}),
    "POST /moderation/actions": Row(
        "401 403 403 403 201 403",
        {"act": "hide", "type": "post", "subject": "{post_id}", "reason": "no"},
    ),  # moderators_only
    "POST /moderation/appeals/<uuid:appeal_id>/decision": Row(
        "401 403 403 403 200 403", {"decision": "refuse", "reason": "no"}
    ),  # moderators_only
    "POST /notifications/read": Row("401 200 403 200 200 200", {"up_to": "1"}),
    "POST /oauth/apps": Row(
        "401 201 403 201 201 201",
        {"name": "x", "redirect_uris": ["http://127.0.0.1/x"], "confidential": False},
    ),
    "POST /oauth/authorize": Row(
        "401 200 403 200 200 200",
        {
            "response_type": "code",
            "client_id": "{asked_app}",
            "redirect_uri": "https://app.example/back?from=troth",
            "scope": "read",
            "code_challenge": "{challenge}",
            "code_challenge_method": "S256",
            "decision": "allow",
        },
    ),
    "POST /oauth/revoke": Row("401"),
    "POST /oauth/token": Row("400"),
    "POST /posts": Row("401 201 403 201 201 201", {"text": "hi"}),
    "POST /posts/<uuid:post_id>/comment": Row("401 404 403 201 201 201", {"text": "hi"}),
    "POST /posts/<uuid:post_id>/like": Row("401 404 403 201 201 201"),
    "POST /posts/<uuid:post_id>/repost": Row("401 404 403 201 201 201"),
    "POST /reports": Row(
        "401 404 403 201 201 422", {"type": "post", "subject": "{post_id}", "reason": "spam"}
    ),  # cannot_report
    "POST /stamps": Row(
        "401 201 403 201 201 201",
        {"digest": "0xcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"},
    ),
    "POST /users": Row(
        "409", {"handle": "the_owner", "password": "a long password"}
    ),  # handle_taken
    "POST /users/<uuid:user_id>/block": Row("401 404 403 201 201 422"),  # not_oneself
    "POST /users/<uuid:user_id>/follow": Row("401 404 403 201 201 422"),  # not_oneself
    "POST /users/<uuid:user_id>/mute": Row("401 404 403 201 201 422"),  # not_oneself
    "POST /wallets": Row("401 401 403 401 401 201", "@link"),  # nonce_refused
    "POST /wallets/nonce": Row("401 200 403 200 200 200"),
    "POST /webhooks": Row("401 201 403 201 201 201", {"url": "https://example.org/other"}),
    "POST /webhooks/<uuid:webhook_id>/test": Row("401 404 403 404 404 202"),
    "PUT /messages/preferences": Row("401 200 403 200 200 200", {"accept": "everybody"}),
    "PUT /notifications/preferences": Row("401 200 403 200 200 200", {"kinds": {"like": "off"}}),
}
