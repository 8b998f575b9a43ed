"""Moderation: reports, what moderators do about them, appeals, and a trail that shows tampering."""
