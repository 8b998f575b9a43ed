"""Celery tasks: shells that call one function each. A lost message loses nothing: see timer.py."""

from celery import shared_task

from workers import anchoring, media, upkeep


@shared_task(name="troth.seal")
def seal(log_id: int) -> None:
    """Seal what is due in a log."""
    anchoring.seal(log_id)


@shared_task(name="troth.sweep")
def sweep() -> None:
    """Seal, send and index."""
    anchoring.sweep()


@shared_task(name="troth.media")
def prepare_media(row_id: int) -> None:  # noqa: ARG001 - what waits is found by its rows
    """Make thumbnails, erase what was given up."""
    media.work()


@shared_task(name="troth.tidy")
def tidy() -> None:
    """Delete what has expired."""
    upkeep.tidy()
