"""Everything that speaks Ethereum; knows no Flask, no database and no Celery."""
