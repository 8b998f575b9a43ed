"""`troth demo`: what a client does, from sign-in to proof, shown on a running instance."""

import sys

import click

from webapp.commands.demo.client import DemoError
from webapp.commands.demo.play import run_demo
from webapp.config import load_settings


@click.command()
@click.option("--url", help="A running instance. Default: the settings' own, or a fresh one")
@click.option("--rpc", metavar="URL", help="JSON-RPC node to verify with. Default: as for verify")
def demo(url: str | None, rpc: str | None) -> None:
    """Two new wallets publish, answer, edit and delete; then everything is verified."""
    sys.exit(run_demo(load_settings(), url, rpc))


__all__ = ["DemoError", "demo", "run_demo"]
