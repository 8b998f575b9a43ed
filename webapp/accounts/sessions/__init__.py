"""The sessions of an account, listed and ended."""
