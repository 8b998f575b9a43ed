"""Deleting an account, and all that it was."""
