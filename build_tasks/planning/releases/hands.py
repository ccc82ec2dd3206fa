"""Whose signature is whose: a hand is all the names and keys that stand for one person."""

from __future__ import annotations

from collections.abc import Iterable

from build_tasks.model.source import Signature


def same_hand(one: Signature, other: Signature) -> bool:
    """Whether two signatures are of one person or one key."""
    return one.principal == other.principal or one.fingerprint == other.fingerprint


def hands(signatures: Iterable[Signature]) -> list[frozenset[Signature]]:
    """The signatures by whose they are, in the order in which each was first seen.

    Who shares a name or a key with somebody is one hand with them, and with whom they share one in turn: a
    key that two names use proves nothing about two people.
    """
    found: list[frozenset[Signature]] = []
    for signature in signatures:
        mine = [hand for hand in found if any(same_hand(signature, one) for one in hand)]
        joined = frozenset({signature}).union(*mine)
        place = found.index(mine[0]) if mine else len(found)
        found = [hand for hand in found if hand not in mine]
        found.insert(place, joined)
    return found
