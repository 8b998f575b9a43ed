"""`troth transactions`: what is owed to the chain and not settled, and giving one up."""

from datetime import datetime

import click
from sqlalchemy import func, select

from webapp import create_app
from webapp.columns import utc_now
from webapp.commands.clean import clean
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import Attempt, Transaction, TransactionState
from webapp.outbox.service import give_up as give_up_transaction

# Final and dead ones need nobody's attention; halted ones do.
OVER = (TransactionState.FINAL, TransactionState.DEAD)
MOST = 1_000
GWEI = 10**9
HEADINGS = ("id", "state", "age", "nonce", "max fee", "priority", "tries", "key", "reason")


@click.group(invoke_without_command=True)
@click.pass_context
def transactions(context: click.Context) -> None:
    """List the transactions that are not settled, oldest first; fees in gwei."""
    if context.invoked_subcommand is None:
        with create_app().app_context():
            rows = open_transactions(utc_now())
        click.echo(table(rows) if rows else "Nothing is owed to the chain.")


@transactions.command(name="give-up")
@click.argument("transaction_id", metavar="ID", type=int)
def give_up(transaction_id: int) -> None:
    """Use up the nonce of transaction ID by an empty transaction.

    A batch is anchored afterwards on another nonce; any other call is then dead.
    """
    with create_app().app_context():
        with writing() as session:
            row = give_up_transaction(session, transaction_id)
            state = row.state
        if state == TransactionState.DEAD:
            click.echo(f"Transaction {transaction_id} was never sent and is dead.")
        else:
            click.echo(f"Transaction {transaction_id} is given up; the worker uses up its nonce.")


def open_transactions(now: datetime) -> list[tuple[str, ...]]:
    """Return one row of text per transaction that is not settled, halted ones included."""
    newest = (
        select(
            Attempt.transaction_id, func.max(Attempt.id).label("id"), func.count().label("tries")
        )
        .group_by(Attempt.transaction_id)
        .subquery()
    )
    query = (
        select(Transaction, Attempt, newest.c.tries)
        .outerjoin(newest, newest.c.transaction_id == Transaction.id)
        .outerjoin(Attempt, Attempt.id == newest.c.id)
        .where(Transaction.state.not_in(OVER))
        .order_by(Transaction.id)
        .limit(MOST)
    )
    found: list[tuple[str, ...]] = [
        (
            str(row.id),
            row.state,
            _age(now, row.created_at),
            "" if row.nonce is None else str(row.nonce),
            _gwei(attempt.max_fee) if attempt else "",
            _gwei(attempt.priority_fee) if attempt else "",
            str(tries or 0),
            clean(row.key if len(row.key) <= 24 else row.key[:21] + "..."),
            clean(row.reason or ""),
        )
        for row, attempt, tries in db.session.execute(query)
    ]
    db.session.rollback()
    return found


def table(rows: list[tuple[str, ...]]) -> str:
    """Lay rows out under their headings."""
    lines = [HEADINGS, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _age(now: datetime, since: datetime) -> str:
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _gwei(wei: int) -> str:
    return f"{wei / GWEI:.9f}".rstrip("0").rstrip(".")
