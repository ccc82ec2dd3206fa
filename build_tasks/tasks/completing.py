"""Completing what is typed in a shell: scripts that ask, the answer, and what is kept for the next one."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from invoke import Collection, ParserContext

from build_tasks.completion import ABSENT, Offers, completions, file_of, state, text
from build_tasks.tasks.names import places_of_services

_SCRIPTS = Path(__file__).parent / "completion_scripts"
#: Where Invoke looks for a project's configuration, which may rename tasks.
_OF_INVOKE = ("invoke.yaml", "invoke.yml", "invoke.json", "invoke.py")
#: Nanoseconds. What changed so shortly before may have changed after it was read, and may change once more
#: without looking any different: clocks of file systems tick, some of them slowly.
_SETTLED = 2 * 10**9


def shells() -> list[str]:
    """Those that there is a script for."""
    return sorted(file.suffix.removeprefix(".") for file in _SCRIPTS.glob("inv.*"))


def script(shell: str) -> str:
    """What makes a shell complete the commands of ``inv``."""
    return (_SCRIPTS / f"inv.{shell}").read_text(encoding="utf-8")


def complete(
    tasks: Collection, own: ParserContext, contexts: Mapping[str, ParserContext], words: Sequence[str]
) -> list[str]:
    """What the last word may become; the next press of Tab is answered without starting Invoke.

    :param own: Invoke's flags; ``contexts``: the flags of each task.
    :param words: the command line with the program, up to the cursor.
    """
    named = dict(sorted((name, _flags(context)) for name, context in contexts.items()))
    offers = {"": _flags(own), **named}
    if tasks.loaded_from:
        keep(Path(tasks.loaded_from).resolve(), offers)
    return completions(offers, words)


def keep(root: Path, offers: Offers) -> None:
    """Keep them for the next press of Tab, with the state of what they were made from.

    Not where that has changed just now, and nothing happens where it cannot be written: the next one is as
    slow as this one then.
    """
    from build_tasks.adapters.machine.whole_files import write_whole

    states = {str(path): state(str(path)) for path in _made_from(root)}
    if any(_is_fresh(one) for one in states.values()) or any("\n" in p or "\t" in p for p in states):
        return
    file = Path(file_of(str(root)))
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        write_whole(file, text(states, offers))


def _flags(context: ParserContext) -> dict[str, bool]:
    found = context.flags
    return {
        name: name in found and found[name].takes_value and not found[name].optional
        for name in context.flag_names()
    }


def _made_from(root: Path) -> Iterator[Path]:
    """Whatever names and flags depend on: code, ours and the repository's, and where services are."""
    environment = Path(sys.prefix)
    for name, module in sorted(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        own = name.partition(".")[0] == "build_tasks" or name == "invoke"
        if own or (file.is_relative_to(root) and not file.is_relative_to(environment)):
            yield file
    yield from (root / name for name in _OF_INVOKE)
    yield from places_of_services(root)


def _is_fresh(found: str) -> bool:
    return found != ABSENT and int(found.partition(" ")[0]) > time.time_ns() - _SETTLED
