"""`troth recount`: compare the counts of accounts and posts with their rows, and correct them."""

import sys

import click

import webapp
from webapp.posts.recounting import recount_all


@click.command()
@click.option("--check", is_flag=True, help="Only say what is wrong; exit code 1 if anything is")
def recount(check: bool) -> None:
    """Compare the counts of accounts and posts with their rows, and correct those that drifted.

    Exact also while people write. The worker does the same, some at a time.
    """
    wrong = 0
    with webapp.create_app().app_context():
        for found in recount_all(correct=not check):
            wrong += 1
            click.echo(str(found))
    if check:
        click.echo(f"{wrong} wrong." if wrong else "All counts are those of their rows.")
        sys.exit(1 if wrong else 0)
    click.echo(f"{wrong} corrected." if wrong else "All counts are those of their rows.")
