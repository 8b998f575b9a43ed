"""Celery, made from the Flask application: `celery -A workers.celery_app`."""

from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init
from flask import Flask

from webapp import create_app
from webapp.config import Settings
from webapp.extensions import db
from workers.schedule import beat_schedule
from workers.timer import SweepStep

TASK_SECONDS = 300
# Longer than the longest task: Redis hands out a message again after this.
VISIBILITY_SECONDS = 3_600


def make_celery(flask_app: Flask) -> Celery:
    """Return the Celery application whose tasks run in the Flask application's context."""
    settings: Settings = flask_app.config["TROTH"]

    class ContextTask(Task):  # type: ignore[misc]
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with flask_app.app_context():
                return self.run(*args, **kwargs)

    app = Celery("troth", task_cls=ContextTask, broker=settings.broker_url, set_as_current=True)
    app.conf.update(
        include=["workers.tasks"],
        beat_schedule=beat_schedule(settings.seal_seconds),
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport(settings.broker_url),
        # Quorum queues survive a broker's restart, and count deliveries of a poisoned message.
        task_default_queue_type="quorum" if _is_rabbitmq(settings.broker_url) else "classic",
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
        worker_cancel_long_running_tasks_on_connection_loss=True,
    )
    app.flask_app = flask_app
    app.steps["worker"].add(SweepStep)
    return app


def _is_rabbitmq(broker_url: str) -> bool:
    return broker_url.startswith(("amqp", "pyamqp"))


def _transport(broker_url: str) -> dict[str, Any]:
    if _is_rabbitmq(broker_url):
        return {"confirm_publish": True}
    return {"visibility_timeout": VISIBILITY_SECONDS}


@worker_process_init.connect
def forget_connections(**_: object) -> None:
    """Drop the parent's database connections in a forked child: sharing one corrupts both."""
    with celery_app.flask_app.app_context():
        db.engine.dispose(close=False)
        celery_app.flask_app.extensions.pop("troth_chain", None)


celery_app = make_celery(create_app())
