"""Live streams: what one is told, as it happens, by server-sent events."""
