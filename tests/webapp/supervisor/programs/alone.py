"""Importing this lets a program import the supervisor without loading the whole application."""

import sys
import types
from pathlib import Path

package = types.ModuleType("webapp")
package.__path__ = [str(Path(__file__).resolve().parents[4] / "webapp")]
sys.modules["webapp"] = package
