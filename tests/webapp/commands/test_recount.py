"""`troth recount`: what it says, and its exit codes."""

from flask import Flask
from sqlalchemy import update

from tests.support.counting import check_counts
from tests.support.instance import SECRETS
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Run
from webapp.accounts.models import AccountCounts
from webapp.database import writing


def test_the_command_checks_and_corrects(
    troth: Run, database_url: str, app: Flask, carol: Person
) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(AccountCounts).values(posts=9))
    settings = {"database_url": database_url} | SECRETS
    right = "All counts are those of their rows."
    found = f"accounts {carol.account}: posts 9 -> 0"
    for words, code, said in (
        (("--check",), 1, [found, "1 wrong."]),
        ((), 0, [found, "1 corrected."]),
        ((), 0, [right]),
        (("--check",), 0, [right]),
    ):
        done = troth("recount", *words, **settings)
        assert (done.code, done.out.splitlines()) == (code, said), done.err
    check_counts(app)
