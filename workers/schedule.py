"""What Celery's beat rings, and when. The sweep also runs without it: see timer.py."""

from typing import Any

HOUR_SECONDS = 3_600.0
RECOUNT_SECONDS = 600.0


def beat_schedule(seal_seconds: float) -> dict[str, dict[str, Any]]:
    """Return the schedule; a message that waits longer than its period is dropped."""
    period = max(1.0, seal_seconds)
    return {
        "sweep": {"task": "troth.sweep", "schedule": period, "options": {"expires": period}},
        "deliver": {"task": "troth.deliver", "schedule": period, "options": {"expires": period}},
        "tidy": {"task": "troth.tidy", "schedule": HOUR_SECONDS, "options": {"expires": 600}},
        "recount": {
            "task": "troth.recount",
            "schedule": RECOUNT_SECONDS,
            "options": {"expires": RECOUNT_SECONDS},
        },
    }
