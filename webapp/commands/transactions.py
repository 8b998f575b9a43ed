"""`troth transactions`: what is owed to the chain and not settled, and an operator's ways to mend it."""

from datetime import datetime

import click
from sqlalchemy import func, select

import webapp
from webapp.chain_access import chain_client, settings
from webapp.columns import utc_now
from webapp.commands.clean import clean
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.again import fill_gap, find_call, find_gap, owe_call
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
        with webapp.create_app().app_context():
            rows = open_transactions(utc_now())
        click.echo(table(rows) if rows else "Nothing is owed to the chain.")


@transactions.command(name="give-up")
@click.argument("transaction_id", metavar="ID", type=int)
def give_up(transaction_id: int) -> None:
    """Use up the nonce of transaction ID by an empty transaction.

    A batch is anchored afterwards on another nonce; any other call is then dead.
    """
    with webapp.create_app().app_context():
        with writing() as session:
            row = give_up_transaction(session, transaction_id)
            state = row.state
        if state == TransactionState.DEAD:
            click.echo(f"Transaction {transaction_id} was never sent and is dead.")
        else:
            click.echo(f"Transaction {transaction_id} is given up; the worker uses up its nonce.")


@transactions.command(name="owe-again")
@click.argument("transaction_id", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do it; without this, only say whether it can be done")
def owe_again(transaction_id: int, yes: bool) -> None:
    """Make the halted call of transaction ID again, under a new nonce.

    Find out first whether another transaction of the account made it: nothing else may refuse a second
    call. Refused while an attempt can still be mined.
    """
    with webapp.create_app().app_context():
        call = find_call(db.session(), chain_client(), transaction_id, settings().depth)
        db.session.rollback()
        if yes:
            with writing() as session:
                owe_call(session, call)
            click.echo(f"Transaction {transaction_id} is owed again; the worker sends it.")
        else:
            click.echo(f"Transaction {transaction_id} calls {call.to} and is halted.")
            click.echo(f"{clean(call.reason)}.")
            click.echo("None of its attempts can be mined any more. If no other transaction of the")
            click.echo("account made the call, have it made again with --yes.")


@transactions.command(name="close-gap")
@click.argument("transaction_id", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do it; without this, only say what it costs")
def close_gap(transaction_id: int, yes: bool) -> None:
    """Use up the unused nonces below transaction ID by empty transactions.

    A few are used up unasked; a wide gap is not, because a node's false answer may have made it.
    """
    with webapp.create_app().app_context():
        gap = find_gap(db.session(), chain_client(), transaction_id)
        db.session.rollback()
        nonces = f"{len(gap.nonces)} nonces from {gap.nonces[0]} to {gap.nonces[-1]}"
        if yes:
            with writing() as session:
                fill_gap(session, gap)
            click.echo(f"The worker uses up {nonces}; then transaction {transaction_id} is mined.")
        else:
            click.echo(f"{nonces} are unused below transaction {transaction_id}.")
            click.echo(f"Using them up takes {gap.gas} gas; do it with --yes.")


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
