"""The command `add` in Python: prints the sum of its arguments. Fails if there is none; WASI 0.2
has no other exit code for that."""

import re
import sys

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import environment

LEAST = -(2**31)
MOST = 2**31 - 1


def number(text: str) -> int:
    # `int` alone would let spaces and underscores through.
    value = int(text) if re.fullmatch("[+-]?[0-9]+", text) else MOST + 1
    if LEAST <= value <= MOST:
        return value
    raise ValueError(f'"{text}" is not a whole number from {LEAST} to {MOST}')


def sum_of(texts: list[str]) -> int:
    """Only the end has to fit: sums on the way may be larger."""
    if not texts:
        raise ValueError("nothing to add; usage: add NUMBER...")
    total = sum(number(text) for text in texts)
    if not LEAST <= total <= MOST:
        raise ValueError(f"the sum {total} does not fit between {LEAST} and {MOST}")
    return total


def hold_if_asked() -> None:
    """With LABRUN_HOLD=1: stays until stdin ends, so that memory can be measured at rest."""
    if ("LABRUN_HOLD", "1") in environment.get_environment():
        sys.stdin.read()


class Run(exports.Run):
    def run(self) -> None:
        try:
            total = sum_of(environment.get_arguments()[1:])
        except ValueError as error:
            print(f"add: {error}", file=sys.stderr, flush=True)
            raise Err(None)
        print(total, flush=True)
        hold_if_asked()
