"""`troth rebuild`: makes anew what is derived from the events."""

from collections.abc import Callable, Mapping

import click

import webapp
from webapp.assets.projection import rebuild_assets
from webapp.feed.rebuilding import rebuild_feeds
from webapp.notifications.rebuilding import rebuild_notifications
from webapp.posts.restoring import restore_counts

# By name: what it rebuilds, and how. Each returns a number, and may be run while people go on.
REBUILDS: Mapping[str, tuple[str, Callable[[], int]]] = {
    "assets": ("wrong tokens", rebuild_assets),
    "counts": ("wrong counts", restore_counts),
    "feeds": ("feeds", rebuild_feeds),
    "notifications": ("lost or wrong notifications", rebuild_notifications),
}


@click.command()
@click.argument("what", type=click.Choice(sorted(REBUILDS)))
def rebuild(what: str) -> None:
    """Make WHAT anew from the events, or the transfers of tokens, while everything goes on."""
    with webapp.create_app().app_context():
        name, work = REBUILDS[what]
        click.echo(f"{work()} {name} made anew")
