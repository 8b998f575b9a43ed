"""`troth demo`: what a client does, from sign-in to proof, shown on a running instance."""

from webapp.commands.demo.client import DemoError
from webapp.commands.demo.play import run_demo

__all__ = ["DemoError", "run_demo"]
