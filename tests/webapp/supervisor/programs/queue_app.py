"""The smallest Celery application."""

import os

from celery import Celery

app = Celery("queue_app", broker=os.environ["TEST_BROKER_URL"])
app.conf.task_ignore_result = True
app.conf.worker_hijack_root_logger = False
