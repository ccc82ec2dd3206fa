"""Who runs this command, for others who have to wait for it."""

from __future__ import annotations

import getpass
import os
import secrets
import shlex
import socket
import sys
from collections.abc import Callable, Sequence

from build_tasks.adapters.programs.process_identity import traces_of_this_process
from build_tasks.model.leases import Holder

#: Longer commands are cut: it is a line for people.
_LONGEST = 200
#: What `./inv` adds to what was typed.
_ADDED = "--search-root"


def this_command(clean: Callable[[str], str], argv: Sequence[str] | None = None) -> Holder:
    """Name and words of this command.

    :param clean: takes secrets out.
    :param argv: its words, the program first; None: this process's own.
    """
    name = f"{_user()}@{socket.gethostname()}/{os.getpid()}-{secrets.token_hex(4)}"
    return Holder(name, clean(_typed(sys.argv if argv is None else argv)), traces_of_this_process())


def _typed(argv: Sequence[str]) -> str:
    """In one line, as it can be typed."""
    words = list(argv[1:])
    if _ADDED in words:
        at = words.index(_ADDED)
        del words[at : at + 2]
    line = " ".join(shlex.join(["./inv", *words]).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _user() -> str:
    """The login, or its number where it has no name: containers of CI agents often give none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid{os.getuid()}"
