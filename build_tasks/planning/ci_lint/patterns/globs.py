"""The wildcards of three CI systems, as languages."""

from __future__ import annotations

from build_tasks.planning.ci_lint.patterns.language import (
    ANY,
    ANYTHING,
    NOT_SLASH,
    Chain,
    Chars,
    Language,
    Many,
    chain,
    literal,
    optional,
    some,
)

#: `**/` where a path's part begins: no folder, one, or several.
FOLDERS = optional(chain(some(ANY), "/"))
_REFUSED_IN_BRACKETS = "GitHub takes letters and digits, and ranges of these, between [ and ]"


def azure_branch(text: str) -> Language:
    """A branch filter: ``*`` any characters, ``?`` one.

    https://learn.microsoft.com/azure/devops/pipelines/repos/azure-repos-git#wildcards
    """
    return Chain(tuple(_azure_wildcard(character) for character in text))


def azure_path(text: str) -> Language:
    """A path filter: from the root, with or without a leading slash; a folder stands for all that is in it.

    What Microsoft says of wildcards here is that ``*``, ``**`` and ``?`` may stand anywhere
    (https://learn.microsoft.com/azure/devops/pipelines/repos/azure-repos-git#wildcards), not whether ``*``
    stops at a slash: it is taken not to, so that nothing is called missed that may be matched.
    """
    path = text.removeprefix("./").strip("/")
    if not path:
        return ANYTHING
    parts = [azure_branch(part) for part in path.split("**/")]
    between = [part for one in parts for part in (FOLDERS, one)][1:]
    return chain(*between, optional(chain("/", ANYTHING)))


def _azure_wildcard(character: str) -> Language:
    match character:
        case "*":
            return ANYTHING
        case "?":
            return ANY
    return literal(character)


def github(text: str) -> Language:
    """A branch, tag or path filter, without its leading ``!``.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet

    :raises ValueError: GitHub refuses it.
    """
    parts: list[Language] = []
    at = 0
    while at < len(text):
        if text.startswith("**/", at) and (at == 0 or text[at - 1] == "/"):
            parts.append(FOLDERS)
            at += 3
        elif text.startswith("**", at):
            parts.append(ANYTHING)
            at += 2
        elif text[at] in "?+" and parts:
            parts[-1] = optional(parts[-1]) if text[at] == "?" else some(parts[-1])
            at += 1
        else:
            part, at = _github_character(text, at)
            parts.append(part)
    return Chain(tuple(parts))


def _github_character(text: str, at: int) -> tuple[Language, int]:
    match text[at]:
        case "*":
            return Many(NOT_SLASH), at + 1
        case "[":
            end = text.find("]", at)
            if end < 0:
                raise ValueError("a [ is not closed")
            return _github_brackets(text[at + 1 : end]), end + 1
        case "\\":
            if at + 1 == len(text):
                raise ValueError("nothing follows the last \\")
            return literal(text[at + 1]), at + 2
        case character:
            return literal(character), at + 1


def _github_brackets(inside: str) -> Chars:
    of, at = set[str](), 0
    while at < len(inside):
        first, last = inside[at], inside[at + 2 : at + 3] if inside[at + 1 : at + 2] == "-" else inside[at]
        if not (first + last).isalnum() or not (first + last).isascii() or first > last:
            raise ValueError(_REFUSED_IN_BRACKETS)
        of |= {chr(code) for code in range(ord(first), ord(last) + 1)}
        at += 3 if inside[at + 1 : at + 2] == "-" else 1
    if not of:
        raise ValueError(_REFUSED_IN_BRACKETS)
    return Chars(frozenset(of))
