"""Search of people, posts and hashtags."""
