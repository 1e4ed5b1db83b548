"""What all commands share: how a command is made known, and how a result is said to a machine."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable


def command(commands, name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
    """Add a command to ``innov``; ``run`` gets what was said and returns the exit code."""
    added = commands.add_parser(name, help=about, description=about)
    added.set_defaults(run=run)
    return added


def print_json(value) -> None:
    """One JSON value on standard output, Thai as it is."""
    print(json.dumps(value, ensure_ascii=False, indent=1))
