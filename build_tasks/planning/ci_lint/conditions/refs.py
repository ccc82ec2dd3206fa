"""Names of branches as git keeps them (``refs/heads/main``), and what can have such a name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from build_tasks.model.branches import RELEASED, VALIDATED
from build_tasks.planning.ci_lint.conditions.expressions import (
    Comparison,
    Constant,
    Expression,
    Regex,
    Relation,
    Variable,
    comparisons,
)
from build_tasks.planning.ci_lint.conditions.judging import as_related
from build_tasks.planning.ci_lint.files.documents import Place
from build_tasks.planning.ci_lint.patterns.language import (
    DIGITS,
    Chars,
    Choice,
    Language,
    chain,
    literal,
    one_of,
    optional,
    some,
)
from build_tasks.planning.ci_lint.patterns.regexes import search
from build_tasks.planning.ci_lint.pipelines import NamedBranches

HEADS, TAGS = "refs/heads/", "refs/tags/"
#: What starts CI systems, and where they keep pull requests; for them nothing else lies below ``refs/``.
#: What a name cannot hold: https://git-scm.com/docs/git-check-ref-format
NAMESPACES = (HEADS, TAGS, "refs/pull/", "refs/merge-requests/")
_NAME = some(Chars(frozenset(" ~^:?*[\\"), negated=True))
REFS = Choice(tuple(chain(space, _NAME) for space in NAMESPACES))
_NOT_BRANCHES = Choice(tuple(chain(space, _NAME) for space in NAMESPACES[1:]))
_PRE_RELEASE = some(Chars(frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-")))
#: Variables that hold the full name, the short name of a branch, and that of a branch or tag.
FULL_NAMES = {"build.sourcebranch", "github.ref"}
_BRANCH = {
    "github.base_ref",
    "CI_COMMIT_BRANCH",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
}
_EITHER = {"github.ref_name", "CI_COMMIT_REF_NAME"}


def full(short: Language) -> Language:
    """Branches by their short names."""
    return chain(HEADS, short)


def flow_refs(main: str, services: Collection[str], others: Collection[str]) -> Language:
    """Every name that the flow's table gives a branch, and all that are no branches.

    :param others: branches that there are besides.
    """
    one = Choice(tuple(chain(name) for name in sorted(services)))
    version = chain("v", DIGITS, ".", DIGITS, ".", DIGITS, optional(chain("-", _PRE_RELEASE)))
    table = (
        one_of([main, *others]),
        chain(one_of(VALIDATED), "/", one, "/", _NAME),
        chain(RELEASED, "/", one, "/", version),
    )
    return Choice((full(Choice(table)), _NOT_BRANCHES))


def named_in(condition: Expression, place: Place) -> Iterator[NamedBranches]:
    """The branches that a condition compares with.

    :raises ValueError: it has a regular expression that is not understood.
    """
    for comparison in comparisons(condition):
        for variable, other in _either_way(comparison):
            named = _named(variable, comparison.relation, other)
            if named is not None:
                written = other.pattern if isinstance(other, Regex) else str(other.value)
                yield NamedBranches(written, place, named, variable)


def _either_way(comparison: Comparison) -> Iterator[tuple[str, Constant | Regex]]:
    pairs = ((comparison.left, comparison.right), (comparison.right, comparison.left))
    for one, other in pairs:
        if isinstance(one, Variable) and isinstance(other, Constant | Regex):
            yield one.name, other


def _named(variable: str, relation: Relation, other: Constant | Regex) -> Language | None:
    if variable not in FULL_NAMES | _BRANCH | _EITHER:
        return None
    if isinstance(other, Regex):
        texts = search(other.pattern, other.flags)
    elif isinstance(other.value, str) and other.value:
        texts = as_related(relation, literal(other.value))
    else:
        return None
    if variable in FULL_NAMES:
        return texts
    return full(texts) if variable in _BRANCH else Choice((full(texts), chain(TAGS, texts)))
