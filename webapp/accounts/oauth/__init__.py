"""OAuth 2.0: apps that act for people within the scopes that these allowed, by Authlib."""
