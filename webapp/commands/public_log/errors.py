"""How a look at a log can end early."""


class MonitorError(Exception):
    """The base of what ends a look; the text is one sentence for people."""


class WrongError(MonitorError):
    """Something about the log is wrong; names the first such thing."""


class UnclearError(MonitorError):
    """Nothing is shown to be wrong, but the API or the node did not let it be checked."""


class NoLogError(UnclearError):
    """The API keeps no log of the pinned anchorer."""


class UnusableError(MonitorError):
    """A call or a state file with which nothing can be checked."""
