"""Why an author's own anchoring cannot be done, or not yet."""


class SelfAnchorError(Exception):
    """Nothing was anchored; says why and what to do."""


class NotYetError(Exception):
    """The transaction is under way, or may be; the same command again goes on with the same bytes."""
