"""`troth admin grant` makes the first operator and moderator."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.instance import SECRETS
from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.events.models import Event, EventType
from webapp.extensions import db

from .conftest import Done, Run


@pytest.fixture
def grant(troth: Run, carol: Person, database_url: str, tmp_path: Path) -> Run:
    """Give the command on the database in which carol has registered."""
    assert carol.account

    def run(*words: str) -> Done:
        given = {"database_url": database_url, "data_dir": tmp_path, **SECRETS}
        return troth("admin", "grant", *words, **given)

    return run


def role_of(app: Flask, handle: str) -> str:
    with app.app_context():
        role = db.session.scalars(select(Account.role).filter_by(handle=handle)).one()
        db.session.rollback()
        return role


@pytest.mark.parametrize("role", ["operator", "moderator", "member"])
def test_a_role_is_granted_and_recorded(app: Flask, grant: Run, role: str) -> None:
    assert grant("carol", role) == Done(0, f"carol is now {role}\n", "")
    assert role_of(app, "carol") == role
    with app.app_context():
        events = db.session.scalars(select(Event).filter_by(type=EventType.ROLE_GRANTED)).all()
        assert [event.data["role"] for event in events] == [role]


def test_handles_are_compared_without_case(app: Flask, grant: Run) -> None:
    assert grant("CaRoL", "operator").code == 0
    assert role_of(app, "carol") == "operator"


def test_an_unknown_handle_is_named_and_nothing_changes(app: Flask, grant: Run) -> None:
    done = grant("nobody", "operator")
    assert done.code == 1
    assert done.err.startswith("troth: ")
    assert "nobody" in done.err
    assert "Traceback" not in done.err
    assert role_of(app, "carol") == "member"


def test_an_unknown_role_is_refused_with_the_known_ones(app: Flask, grant: Run) -> None:
    done = grant("carol", "queen")
    assert done.code == 1
    assert done.err == "troth: 'queen' is no role; choose one of member, moderator, operator.\n"
    assert role_of(app, "carol") == "member"


def test_a_missing_word_is_misuse(grant: Run) -> None:
    assert grant("carol").code == 2
