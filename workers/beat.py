"""The schedule's process: `celery -A workers.beat beat`. It rings tasks by name, and so loads none of them."""

from celery import Celery

from webapp.config import Settings, load_settings
from webapp.doorbell import queue_settings
from webapp.logging import configure_logging
from workers.schedule import beat_schedule


def make_beat(settings: Settings) -> Celery:
    """Return the Celery application that knows the schedule and the queue, and nothing else."""
    app = Celery("troth", broker=settings.broker_url, set_as_current=False)
    app.conf.update(queue_settings(settings.broker_url))
    app.conf.update(
        beat_schedule=beat_schedule(settings.seal_seconds),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return app


def _start() -> Celery:
    settings = load_settings()
    configure_logging(settings.log_level)
    return make_beat(settings)


beat_app = _start()
