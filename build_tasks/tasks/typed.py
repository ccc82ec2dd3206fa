"""What was typed, and what it may have meant."""

from __future__ import annotations

from collections.abc import Container, Sequence
from difflib import get_close_matches
from itertools import pairwise

from build_tasks.tasks.command import BARE_WORDS


def with_flags(words: Sequence[str], tasks: Container[str]) -> list[str]:
    """What was typed, with the flags of words that may stand alone: ``release.list NAME``."""
    typed = list(words[:1])
    for before, word in pairwise(words):
        bare = not word.startswith("-") and word not in tasks
        typed += [BARE_WORDS[before], word] if before in BARE_WORDS and bare else [word]
    return typed


def quoted(error: Exception) -> str:
    """The word that an error of Invoke's is about."""
    return str(error).split("'")[1] if "'" in str(error) else ""


def similar_tasks(given: str, known: Sequence[str]) -> list[str]:
    """At most three task names that ``given`` may have meant, the likeliest first.

    A right collection counts: of ``delivery.biuld`` only the second half is in doubt. A name without a
    collection (``build``) may belong to any.
    """
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
