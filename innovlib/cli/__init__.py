"""The command ``innov``: an area's files in, checked tables, notebooks and reports out.

Exit codes: 0 done, 1 some failed, 2 bad input or use, 130 interrupted. What is heavy is imported inside
each command's ``run``, so that help and mistakes answer at once.
"""

from __future__ import annotations

import argparse
import os
import sys

from innovlib import __version__
from innovlib.cli import audit, check, estimate, example, forget, intake, lab, new, release, render, reproduce, trace
from innovlib.cli.words import print_json
from innovlib.errors import InnovError

COMMANDS = (intake, check, estimate, render, audit, release, reproduce, trace, example, lab, new, forget)


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. A caller's mistake is said in two languages, without a trace."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console or pipe may not be able to write Thai in its own code page.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except InnovError as error:
        return _refuse(error, as_json=getattr(arguments, "json", False))
    except KeyboardInterrupt:
        print("หยุดตามคำสั่ง\nInterrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (innov … | head); Python would complain once more at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _refuse(error: InnovError, *, as_json: bool) -> int:
    if as_json:
        print_json({"error": type(error).__name__, **error.words._asdict(), "exit_code": error.exit_code})
    print(f"{error.words.th}\n{error.words.en}", file=sys.stderr)
    return error.exit_code


def parser() -> argparse.ArgumentParser:
    """The command's own grammar."""
    top = argparse.ArgumentParser(
        prog="innov",
        description="ชุดเครื่องมือวิจัยพื้นที่นวัตกรรมการศึกษา · Research kit for Thailand's Education Innovation Area.",
        epilog="0 เสร็จ done · 1 บางส่วนไม่สำเร็จ some failed · 2 ข้อมูลหรือคำสั่งไม่ถูก bad input or use · 130 interrupted",
    )
    top.add_argument("--version", action="version", version=f"innov {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add(commands)
    return top
