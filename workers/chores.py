"""What the worker does for people beside the chain: it needs neither broker nor node."""

from webapp.accounts.exports.building import sweep_exports


def do_chores() -> None:
    """Write the exports that were asked for."""
    sweep_exports()
