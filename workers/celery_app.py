"""Celery, made from the Flask application: `celery -A workers.celery_app`."""

from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init
from flask import Flask

import chain.http_provider  # noqa: F401 - the worker will ask nodes: loaded once, before its children are forked
from webapp import create_app
from webapp.config import Settings
from webapp.doorbell import queue_settings
from webapp.extensions import db
from workers.schedule import beat_schedule
from workers.timer import SweepStep
from workers.webhooks import WebhookStep

TASK_SECONDS = 300


def make_celery(flask_app: Flask) -> Celery:
    """Return the Celery application whose tasks run in the Flask application's context."""
    settings: Settings = flask_app.config["TROTH"]

    class ContextTask(Task):  # type: ignore[misc]
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with flask_app.app_context():
                return self.run(*args, **kwargs)

    app = Celery("troth", task_cls=ContextTask, broker=settings.broker_url, set_as_current=True)
    app.conf.update(queue_settings(settings.broker_url))
    app.conf.update(
        include=["workers.tasks"],
        # Also here, for whoever starts beat on this application: it would ring nothing, and say so to nobody.
        beat_schedule=beat_schedule(settings.seal_seconds),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=TASK_SECONDS + 30,
        task_soft_time_limit=TASK_SECONDS,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=5,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
    )
    app.flask_app = flask_app
    app.steps["worker"].add(SweepStep)
    app.steps["worker"].add(WebhookStep)
    return app


@worker_process_init.connect
def forget_connections(**_: object) -> None:
    """Drop the parent's database connections in a forked child: sharing one corrupts both."""
    with celery_app.flask_app.app_context():
        db.engine.dispose(close=False)
        celery_app.flask_app.extensions.pop("troth_chain", None)


celery_app = make_celery(create_app())
