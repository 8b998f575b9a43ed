"""Drafts of accounts without a wallet: whose id they may name, and how it is spelled."""

import pytest
from flask import Flask

from tests.support.answers import nothing_written, refused
from tests.support.wallet import Person

ID = "01890a5d-ac96-774b-bcce-b302099a8057"


def test_a_draft_cannot_take_another_accounts_post_id(
    app: Flask, alice: Person, carol: Person, visitor: Person
) -> None:
    dora = visitor.register("dora")
    taken = [alice.publish().json, dora.call("POST", "/posts", {"text": "mine"}).json]
    with nothing_written(app):
        for post in taken:
            draft = {"id": post["id"], "text": "stolen"}
            refused(carol.call("POST", "/posts", draft), 409, "post_id_taken")
            edit = draft | {"replaces": post["content"]}
            refused(carol.call("POST", "/posts", edit), 409, "post_id_taken")


def test_a_draft_may_bring_its_own_id(carol: Person) -> None:
    answer = carol.call("POST", "/posts", {"id": ID, "text": "mine"})
    assert (answer.status_code, answer.json["id"]) == (201, ID)


@pytest.mark.parametrize(
    "spelling",
    [
        ID.upper(),
        "{" + ID + "}",
        f"urn:uuid:{ID}",
        ID.replace("-", ""),
        f" {ID}",
        f"{ID}\n",
        ID[:-1],
        ID.replace("a", "\u0430"),
        "",
    ],
)
def test_an_id_in_another_spelling_is_malformed(app: Flask, carol: Person, spelling: str) -> None:
    with nothing_written(app):
        answer = carol.call("POST", "/posts", {"id": spelling, "text": "x"})
        problem = refused(answer, 400, "malformed")
    assert problem["errors"][0]["field"] == "id"
