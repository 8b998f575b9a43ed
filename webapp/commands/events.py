"""`troth events`: the delivery of what happened."""

import click

import webapp
from webapp.database import writing
from webapp.events.failures import try_parked_again


@click.group()
def events() -> None:
    """Look after the delivery of what happened to feeds and notifications."""


@events.command()
def retry() -> None:
    """Try again the events that were given up after too many failures."""
    with webapp.create_app().app_context(), writing() as session:
        click.echo(f"{try_parked_again(session)} events are tried again")
