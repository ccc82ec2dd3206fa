"""What a press of Tab may be completed to, answered from what an earlier one has kept.

Starting Invoke and making every task takes longer than anybody waits for a key, so nothing is imported
here: `build_tasks/tasks/completing.py` keeps each task's name and flags in a file, and with them the state
of whatever they were made from. As long as all of that is as it was, the file answers.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # the one of typing takes a while to import
if TYPE_CHECKING:
    from collections.abc import Sequence

#: Each task's flags, and whether a word belongs to the flag as its value. Invoke's own are those of "".
Offers = dict[str, dict[str, bool]]
#: A file or folder that is not there has no state.
ABSENT = "absent"
#: The first line: what is in the file, and which form that has.
_HEAD = "offers of build-tasks, form 1"
#: Invoke's own configuration: it may rename every task.
_INVOKE = "INVOKE_"


def answered(words: list[str]) -> bool:
    """Answer a shell, if what is kept is about the tasks as they are.

    :param words: the command line without the program, as `./inv` hands it on.
    """
    if len(words) < 4 or words[0] != "--search-root" or words[2:4] != ["--complete", "--"]:
        return False
    offers = kept(file_of(words[1]))
    if offers is None:
        return False
    sys.stdout.write("".join(f"{word}\n" for word in completions(offers, words[4:])))
    return True


def completions(offers: Offers, words: Sequence[str]) -> list[str]:
    """What the last word may become; nothing where the shell knows better (a value is often a file).

    :param words: the command line with the program, up to the cursor; the last one may be empty.
    """
    *before, typed = words[1:] or ("",)
    task, value = "", False
    for word in before:
        if value and word != "=":  # bash takes --flag=value for three words
            value = False
        elif word == "=":
            value = True
        elif word in offers:
            task = word
        else:
            value = takes_value(offers, task, word)
    if value or typed == "=":
        return []
    if typed.startswith("-"):
        return [flag for flag in offers.get(task, {}) if flag.startswith(typed)]
    return [name for name in offers if name and name.startswith(typed)]


def takes_value(offers: Offers, task: str, word: str) -> bool:
    """Whether the word after this one is its value; Invoke's own flags may stand after a task, too."""
    return offers[task].get(word, offers.get("", {}).get(word, False))


def kept(file: str) -> Offers | None:
    """What the file says; None if it is not there, or is about tasks that may have changed."""
    if any(name.startswith(_INVOKE) for name in os.environ):
        return None
    try:
        with open(file, encoding="utf-8") as opened:
            head, *lines = opened.read().splitlines()
        return _read(lines) if head == _HEAD else None
    except (OSError, ValueError):
        return None


def text(states: dict[str, str], offers: Offers) -> str:
    """The file's text.

    :param states: of each path that the offers were made from, before they were made.
    """
    lines = [_HEAD, *(f"{state}\t{path}" for path, state in states.items()), ""]
    for task, flags in offers.items():
        lines.append("\t".join((task, *(f"{flag}={value:d}" for flag, value in flags.items()))))
    return "\n".join(lines) + "\n"


def state(path: str) -> str:
    """What changes with a file's content, or with what is directly in a folder."""
    try:
        found = os.stat(path)
    except OSError:
        return ABSENT
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"


def file_of(root: str) -> str:
    """Where a repository's offers are kept."""
    return os.path.join(root, ".build", "completion.txt")


def _read(lines: list[str]) -> Offers | None:
    end = lines.index("")
    for line in lines[:end]:
        before, path = line.split("\t")
        if state(path) != before:
            return None
    offers: Offers = {}
    for line in lines[end + 1 :]:
        task, *flags = line.split("\t")
        offers[task] = {flag[:-2]: flag.endswith("=1") for flag in flags}
    return offers
