"""Reading conditions: Azure's calls, GitHub's operators (which may call, too), GitLab's ``rules:if``.

- https://learn.microsoft.com/azure/devops/pipelines/process/expressions
- https://docs.github.com/actions/reference/workflows-and-actions/expressions
- https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError

from build_tasks.planning.ci_lint.conditions.expressions import (
    All,
    AnyOf,
    Comparison,
    Constant,
    Expression,
    Not,
    Regex,
    Relation,
    Unclear,
    Variable,
)

_COMMON = r"""
?start: either
?either: both | both ("||" both)+ -> any_of
?both: equal | equal ("&&" equal)+ -> all_of
?negated: "!" negated -> negate | value
%ignore /\s+/
"""
_CALLS = (
    _COMMON
    + r"""
?equal: ordered | ordered EQUALITY ordered -> compare
?ordered: negated | negated ORDER negated -> unclear
?value: "(" either ")" | call | variable | STRING -> quoted | NUMBER -> plain
call: NAME "(" [either ("," either)*] ")"
variable: NAME (field | index)*
field: "." (NAME | "*")
index: "[" either "]"

EQUALITY: "==" | "!="
ORDER: "<=" | ">=" | "<" | ">"
NAME: /[A-Za-z_][\w-]*/
NUMBER: /-?\d+(\.\d+)*/
STRING: /'(''|[^'])*'/
"""
)
_RULES = (
    _COMMON
    + r"""
?equal: negated | negated RELATION negated -> compare
?value: "(" either ")" | NAMED -> named | STRING -> quoted | REGEX -> regex | WORD -> plain

RELATION: "==" | "!=" | "=~" | "!~"
NAMED: /\$\w+|\$\{\w+\}/
STRING: /"[^"]*"|'[^']*'/
REGEX: /\/(\\.|[^\/\\])+\/[ismU]*/
WORD: "null" | "true" | "false"
"""
)
_WORDS = {"true": Constant(True), "false": Constant(False), "null": Constant(None)}
#: What asks how it went so far: judged are runs in which all went well.
_STATUS = {"success": True, "succeeded": True, "succeededorfailed": True, "always": True}
_STATUS |= {"failure": False, "failed": False, "cancelled": False, "canceled": False}
_RELATIONS = {
    "eq": Relation.EQUALS,
    "ne": Relation.EQUALS,
    "startswith": Relation.STARTS,
    "endswith": Relation.ENDS,
    "contains": Relation.CONTAINS,
}
#: GitLab allows 100 words; nobody nests this deep, and what walks the tree calls itself.
_LONGEST, _DEEPEST = 2000, 40


def read_calls(text: str) -> Expression:
    """A condition of Azure or GitHub, without ``${{ }}`` or ``$[ ]`` around it.

    :raises ValueError: it is none.
    """
    return _read(text, _CALLS)


def read_rule(text: str) -> Expression:
    """A ``rules:if`` of GitLab.

    :raises ValueError: it is none.
    """
    return _read(text, _RULES)


@lru_cache(maxsize=4096)
def _read(text: str, grammar: str) -> Expression:
    if len(text) > _LONGEST or sum(map(text.count, "([!")) > _DEEPEST:
        raise ValueError("the condition is too long to be judged")
    try:
        found: Expression = _Reader().transform(_parser(grammar).parse(text))
    except LarkError:
        raise ValueError(f"the condition {text!r} is not understood") from None
    return found


@cache
def _parser(grammar: str) -> Lark:
    return Lark(grammar, parser="lalr")


class _Reader(Transformer[Token, Any]):
    """From lark's tree to an expression, from the leaves up."""

    def any_of(self, parts: list[Expression]) -> Expression:
        return AnyOf(tuple(parts))

    def all_of(self, parts: list[Expression]) -> Expression:
        return All(tuple(parts))

    def negate(self, found: list[Expression]) -> Expression:
        return Not(found[0])

    def compare(self, found: list[Any]) -> Expression:
        left, operator, right = found
        relation = Relation.EQUALS if "=" in operator[1:] else Relation.FOUND_BY
        compared = Comparison(left, relation, right)
        return Not(compared) if operator.startswith("!") else compared

    def unclear(self, found: list[Any]) -> Expression:
        return Unclear((found[0], found[2]))

    def quoted(self, found: list[Token]) -> Expression:
        return Constant(found[0][1:-1].replace("''", "'"))

    def plain(self, found: list[Token]) -> Expression:
        return _WORDS.get(found[0]) or Constant(str(found[0]))

    def regex(self, found: list[Token]) -> Expression:
        pattern, _, flags = found[0][1:].rpartition("/")
        return Regex(pattern, flags)

    def named(self, found: list[Token]) -> Expression:
        return Variable(found[0].strip("${}"))

    def field(self, found: list[Token]) -> Expression:
        return Constant(str(found[0]) if found else "*")

    def index(self, found: list[Expression]) -> Expression:
        return found[0]

    def variable(self, found: list[Any]) -> Expression:
        first, *steps = found
        name = str(first).lower()
        if not steps and name in _WORDS:
            return _WORDS[name]
        names = [step.value for step in steps if isinstance(step, Constant) and isinstance(step.value, str)]
        if len(names) < len(steps) or "*" in names:
            return Unclear()
        # Azure's `variables.x` and `variables['x']` are one, and so is what a macro $(x) names.
        return Variable(".".join([name, *names] if name != "variables" else names).lower())

    def call(self, found: list[Any]) -> Expression:
        name, *given = found
        return _called(str(name).lower(), [one for one in given if one is not None])


def _called(name: str, given: Sequence[Expression]) -> Expression:
    if name in _STATUS:
        return Constant(_STATUS[name])
    match name, given:
        case "and", _:
            return All(tuple(given))
        case "or", _:
            return AnyOf(tuple(given))
        case "not", [what]:
            return Not(what)
        case (("in" | "notin"), [left, *others]):
            listed = AnyOf(tuple(Comparison(left, Relation.EQUALS, other) for other in others))
            return Not(listed) if name == "notin" else listed
        case _, [left, right] if name in _RELATIONS:
            compared = Comparison(left, _RELATIONS[name], right)
            return Not(compared) if name == "ne" else compared
    return Unclear(tuple(given))
