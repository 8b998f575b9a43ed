"""Who may call what: every route of moderation, for everybody there is."""

from typing import Any

import pytest

from tests.support.wallet import Person

from .conftest import Town

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
WHO = (
    "anonymous",
    "other",
    "reported",
    "suspended",
    "moderator",
    "suspended moderator",
    "operator",
)
REPORT = {"type": "account", "reason": "spam"}
ACT = {"act": "dismiss", "type": "post", "reason": "x"}
DECIDE = {"decision": "grant", "reason": "x"}
SIGNED_OUT, CLOSED = (401, "no_session"), (403, "moderators_only")
SUSPENDED = (403, "suspended")
MEMBERS_ONLY: list[Any] = [SIGNED_OUT, CLOSED, CLOSED, CLOSED]
# By route: what each of WHO is answered, a status, or one with its code.
ANSWERS: dict[str, list[Any]] = {
    "GET /me/moderation": [SIGNED_OUT, 200, 200, 200, 200, 200, 200],
    "POST /appeals": [SIGNED_OUT, 404, 201, 404, 404, 404, 404],
    "GET /moderation/reports": [*MEMBERS_ONLY, 200, CLOSED, 200],
    "GET /moderation/appeals": [*MEMBERS_ONLY, 200, CLOSED, 200],
    "GET /moderation/audit": [*MEMBERS_ONLY, 200, CLOSED, 200],
    "GET /moderation/messages/ID": [
        *MEMBERS_ONLY,
        (403, "reading_not_recorded"),
        CLOSED,
        (403, "reading_not_recorded"),
    ],
    "POST /moderation/actions": [SIGNED_OUT, CLOSED, CLOSED, SUSPENDED, 201, SUSPENDED, 409],
    "POST /moderation/appeals/ID/decision": [
        SIGNED_OUT,
        CLOSED,
        CLOSED,
        SUSPENDED,
        (403, "own_action"),
        SUSPENDED,
        200,
    ],
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_answers_everybody_as_it_should(
    town: Town, visitor: Person, alice: Person, bob: Person
) -> None:
    """The reported person is suspended last, so that both of their states are seen."""
    everybody = [visitor, town.rita, town.dora, alice, town.mod, town.other, town.boss]
    post, second = town.post()["id"], town.post()["id"]
    assert town.report("post", second).status_code == 201
    hidden = town.act("hide", "post", post).json
    for person in (alice, town.other):
        act = town.act("suspend", "account", person.account, by=town.boss)
        assert act.status_code == 201, act.text
    bodies = {
        "POST /appeals": {"action": hidden["id"], "text": "x"},
        "POST /moderation/actions": ACT | {"subject": second},
        "POST /moderation/appeals/ID/decision": DECIDE,
    }
    appeal = NOBODY
    for route, wanted in ANSWERS.items():
        method, path = route.split(" ")
        for name, person, expected in zip(WHO, everybody, wanted, strict=True):
            answer = person.call(method, path.replace("ID", appeal), bodies.get(route))
            if route == "POST /appeals" and answer.status_code == 201:
                appeal = answer.json["id"]
            got: Any = answer.status_code
            if isinstance(expected, tuple):
                got = (got, answer.json["code"])
            assert got == expected, (route, name, answer.text)
    assert visitor.call("POST", "/reports", REPORT | {"subject": NOBODY}).status_code == 401
    for person in (town.rita, town.dora, town.mod, town.boss):
        answer = person.call("POST", "/reports", REPORT | {"subject": bob.account})
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_role_that_was_taken_back_is_gone_at_once(town: Town) -> None:
    assert town.mod.call("GET", "/moderation/audit").status_code == 200
    town.grant(town.mod, "member")
    assert town.mod.call("GET", "/moderation/audit").json["code"] == "moderators_only"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_suspended_may_still_appeal(town: Town) -> None:
    action = town.act("suspend", "account", town.dora.account).json
    body = {"action": action["id"], "text": "let me back"}
    appeal = town.dora.call("POST", "/appeals", body)
    assert appeal.status_code == 201
    path = f"/moderation/appeals/{appeal.json['id']}/decision"
    assert town.other.call("POST", path, DECIDE).status_code == 200
    assert town.dora.call("POST", "/posts", {"text": "back"}).status_code == 201
