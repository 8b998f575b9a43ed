"""The real worker, but its pool is looked after often: Celery replaces a dead child within five seconds."""

from celery.concurrency.asynpool import AsynPool

from workers.celery_app import celery_app

LOOK_SECONDS = 0.2

AsynPool.timers = property(lambda self: {self.maintain_pool: LOOK_SECONDS})

__all__ = ["celery_app"]
