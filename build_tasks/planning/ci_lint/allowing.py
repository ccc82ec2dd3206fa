"""Findings that somebody allows in the file itself: ``# build-tasks: allow no-scan because ...``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from build_tasks.model.ci_lint import AllowedFinding, LintFinding, LintRule

#: A comment of YAML's (a blank before it, https://yaml.org/spec/1.2.2/#66-comments), or of a script in it.
_COMMENT = re.compile(r"(?:^|\s)#[ \t]*build-tasks:(.*)")
_WORDS = re.compile(r"allow\s+(\S+)(?:\s+because\b(.*))?")
#: What ends a line for PyYAML, by whose lines findings are placed.
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_FORM = "write `# build-tasks: allow <rule> because <reason>`"


@dataclass(frozen=True)
class _Allowance:
    """One comment.

    :param lines: whose findings it is about: its own, and the next that is no comment if it has a line of
        its own.
    :param rule: as written; empty if the comment says something else than ``allow``.
    :param reason: empty if it gives none.
    """

    file: str
    line: int
    lines: frozenset[int]
    rule: str
    reason: str

    @property
    def places(self) -> list[tuple[str, int, str]]:
        """Where it allows what: file, line and rule."""
        return [(self.file, line, self.rule) for line in self.lines]

    def fault(self, *, used: bool) -> LintFinding | None:
        """What is wrong with the comment itself."""
        if used:
            return None
        known = [rule.value for rule in LintRule if rule is not LintRule.BAD_ALLOW]
        if not self.rule:
            return self._wrong("this comment says nothing that is understood", _FORM)
        if self.rule not in known:
            close = get_close_matches(self.rule, known, 1)
            meant = f"did you mean {close[0]}?" if close else f"the rules are {', '.join(known)}"
            return self._wrong(f"there is no rule {self.rule!r} to allow", meant)
        if not self.reason:
            return self._wrong(f"it allows {self.rule} and gives no reason", _FORM)
        fix = "take it out, or put it on the finding's line or above it"
        return self._wrong(f"it allows {self.rule}, and there is none here", fix)

    def _wrong(self, message: str, fix: str) -> LintFinding:
        return LintFinding(self.file, self.line, LintRule.BAD_ALLOW, message, fix)


def allowing(
    found: Iterable[LintFinding], contents: Mapping[str, bytes]
) -> tuple[list[LintFinding], list[AllowedFinding]]:
    """Part what is found by what the files themselves allow.

    :param contents: every file that was read, by its path.
    :return: the findings that remain, with those about comments that allow nothing; and those allowed.
    """
    found = list(found)
    unread = {finding.file for finding in found if finding.rule is LintRule.UNREADABLE}
    given = [one for file, content in contents.items() for one in _allowances(file, content)]
    about = {place: one for one in given if one.reason for place in one.places}
    remaining, allowed, used = list[LintFinding](), list[AllowedFinding](), set[_Allowance]()
    for finding in found:
        allowance = about.get((finding.file, finding.line, finding.rule.value))
        if allowance:
            allowed.append(AllowedFinding(finding, allowance.reason))
            used.add(allowance)
        else:
            remaining.append(finding)
    faults = (one.fault(used=one in used) for one in given if one.file not in unread)
    return [*remaining, *(fault for fault in faults if fault)], allowed


def _allowances(file: str, content: bytes) -> Iterator[_Allowance]:
    """The comments of a file, from its end to its beginning: one without words beside it is about the next
    line that has some, so that comments may stand in a row.
    """
    lines = _LINE_END.split(content.decode("utf-8-sig", errors="replace"))
    below = 0
    for number, line in reversed([*enumerate(lines, 1)]):
        alone = line.lstrip().startswith("#")
        if comment := _COMMENT.search(line):
            words = _WORDS.fullmatch(comment[1].strip())
            rule, reason = (words[1], (words[2] or "").strip()) if words else ("", "")
            yield _Allowance(file, number, frozenset({number, below} if alone else {number}), rule, reason)
        if line.strip() and not alone:
            below = number
