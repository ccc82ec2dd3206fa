"""What was typed, and what it may have meant."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from difflib import get_close_matches
from itertools import pairwise

from invoke.parser import ParserContext

from build_tasks.tasks.command import BARE_WORDS

_ALONE = re.compile(r"Flag <Argument: (\w+).*> needed value and was not given one!")
_NO_NUMBER = re.compile(r"invalid literal for int\(\) with base 10: (.+)")
_LACKING = re.compile(r"'(\S+)' did not receive required positional arguments: (.+)")


def with_flags(words: Sequence[str], tasks: Container[str]) -> list[str]:
    """What was typed, with the flags of words that may stand alone: ``release.list NAME``."""
    typed = list(words[:1])
    for before, word in pairwise(words):
        bare = not word.startswith("-") and word not in tasks
        typed += [BARE_WORDS[before], word] if before in BARE_WORDS and bare else [word]
    return typed


def not_meant(tasks: Sequence[ParserContext]) -> tuple[str, str] | None:
    """Why something that Invoke accepts is most likely not meant, and what to do; None if all is well."""
    if real := _meant_dry_as_well(tasks):
        why = f"--dry-run is each task's own: {', '.join(real)} would run for real"
        return why, "give it to all of them, or type them by themselves"
    if empty := _empty_flags(tasks):
        fix = "leave it out if its default is meant; a variable may be unset"
        return f"{' and '.join(empty)} got an empty value", fix
    return None


def _meant_dry_as_well(tasks: Sequence[ParserContext]) -> list[str]:
    """Tasks that would run for real although another one of the same line is only to say what it would do."""
    flags = [(task.name or "", task.args["dry-run"].value) for task in tasks if "dry-run" in task.args]
    return [name for name, dry in flags if not dry] if any(dry for _, dry in flags) else []


def _empty_flags(tasks: Sequence[ParserContext]) -> list[str]:
    """Flags that were given nothing (``--only "$UNSET"``), which is not the same as not being there."""
    arguments = [argument for task in tasks for argument in task.args.values()]
    return [f"--{argument.name.replace('_', '-')}" for argument in arguments if argument.raw_value == ""]


def quoted(error: Exception) -> str:
    """The word that an error of Invoke's is about."""
    return str(error).split("'")[1] if "'" in str(error) else ""


def in_words(said: str) -> str:
    """What Invoke (or Python) says of a command line, where that speaks of its own classes instead."""
    if alone := _ALONE.fullmatch(said):
        return f"--{alone[1].replace('_', '-')} needs a value"
    if number := _NO_NUMBER.fullmatch(said):
        return f"{number[1]} is no whole number"
    if lacking := _LACKING.fullmatch(said):
        return f"{lacking[1]} needs more: {lacking[2].replace(chr(39), '')}"
    return said


def similar_tasks(given: str, known: Sequence[str]) -> list[str]:
    """At most three task names that ``given`` may have meant, the likeliest first.

    A right collection counts: of ``delivery.biuld`` only the second half is in doubt. A name without a
    collection (``build``) may belong to any.
    """
    if given in known:  # right as it is: what is wrong comes after it
        return []
    collection, dot, name = given.rpartition(".")
    inside = {
        task.removeprefix(f"{collection}."): task for task in known if task.startswith(f"{collection}.")
    }
    if inside:
        return [inside[close] for close in get_close_matches(name, inside, n=2)]
    if dot:
        return get_close_matches(given, known, n=1)
    same_name = [task for task in known if task.rpartition(".")[2] == name]
    return (same_name or get_close_matches(given, known))[:3]
