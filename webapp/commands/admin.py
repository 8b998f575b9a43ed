"""`troth admin`: what only the operator may do."""

import click

import webapp
from webapp.accounts.service import grant_role


@click.group()
def admin() -> None:
    """Do what only the operator may do."""


@admin.command()
@click.argument("handle")
@click.argument("role")
def grant(handle: str, role: str) -> None:
    """Give the account with HANDLE the ROLE member, moderator or operator."""
    with webapp.create_app().app_context():
        account = grant_role(handle, role)
        click.echo(f"{account.handle} is now {account.role}")
