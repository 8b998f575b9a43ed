"""Celery tasks: shells that call one function each. A lost message loses nothing: see timer.py."""

from celery import shared_task

from workers import anchoring, content, delivery, identities, media, upkeep


@shared_task(name="troth.seal")
def seal(log_id: int) -> None:
    """Seal what is due in a log."""
    anchoring.seal(log_id)


@shared_task(name="troth.sweep")
def sweep() -> None:
    """Seal, send and index."""
    anchoring.sweep()


@shared_task(name="troth.deliver")
def deliver(_: int = 0) -> None:
    """Deliver what is owed of events."""
    delivery.deliver()


@shared_task(name="troth.media")
def prepare_media(row_id: int) -> None:  # noqa: ARG001 - what waits is found by its rows
    """Make thumbnails, erase what was given up."""
    media.work()


@shared_task(name="troth.content")
def tend_content(row_id: int) -> None:  # noqa: ARG001 - what waits is found by its rows
    """Erase what nobody keeps, have the IPFS node pin the rest."""
    content.work()


@shared_task(name="troth.tidy")
def tidy() -> None:
    """Delete what has expired."""
    upkeep.tidy()


@shared_task(name="troth.recount")
def recount() -> None:
    """Compare some counts with their rows."""
    upkeep.recount()


@shared_task(name="troth.claims")
def tend_claims(_: int = 0) -> None:
    """Look at what is claimed, and owe it to the chain."""
    identities.tend_claims()
