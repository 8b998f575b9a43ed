"""`troth rebuild`: makes anew what is derived from other rows."""

from collections.abc import Callable, Mapping

import click

from webapp import create_app
from webapp.feed.rebuilding import rebuild_feeds
from webapp.notifications.rebuilding import rebuild_notifications
from webapp.posts.recounting import recount_all


def _recount() -> int:
    return sum(1 for _ in recount_all(correct=True))


# By name: what it rebuilds, and how. Each returns a number, and may be run while people go on.
REBUILDS: Mapping[str, tuple[str, Callable[[], int]]] = {
    "counts": ("wrong counts", _recount),
    "feeds": ("feeds", rebuild_feeds),
    "notifications": ("lost or wrong notifications", rebuild_notifications),
}


@click.command()
@click.argument("what", type=click.Choice(sorted(REBUILDS)))
def rebuild(what: str) -> None:
    """Make WHAT anew from posts, reactions, follows and events, while everything goes on."""
    with create_app().app_context():
        name, work = REBUILDS[what]
        click.echo(f"{work()} {name} made anew")
