"""The Celery side: anchoring, indexing and upkeep, run apart from web requests."""
