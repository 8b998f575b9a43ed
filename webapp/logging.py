"""Structured logs: one JSON object a line, in the Elastic Common Schema's names."""

import logging
import sys
from typing import cast

import ecs_logging
import structlog
from structlog.typing import Processor


def configure_logging(level: str) -> None:
    """Log from ``level`` on, as JSON lines on standard error."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            cast("Processor", ecs_logging.StructlogFormatter()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
