"""A large town of people who follow each other, on PostgreSQL, and what its feeds cost."""
