"""What happened, in one append-only table."""
