"""Passwords that are changed, and recovery codes."""
