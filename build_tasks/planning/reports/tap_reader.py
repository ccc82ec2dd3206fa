"""From the lines of TAP to their tree."""

from __future__ import annotations

from build_tasks.planning.reports import tap_lines
from build_tasks.planning.reports.tap_tree import DEEPEST, DamagedTap, Level, Result

_STEP = 4


class TapReader:
    """Takes one line after the other.

    Subtests are indented by four spaces. They stand before the result that sums them up (the standard,
    node:test) or behind it in braces (node-tap, Vitest). Lines that are no TAP are passed over.
    """

    def __init__(self) -> None:
        self.top = Level()
        self._open = [self.top]
        #: The result that diagnostics may follow.
        self._latest: Result | None = None
        #: The result of the YAML block that is being read, and the block's indentation.
        self._yaml: tuple[Result, int] | None = None
        #: A result whose line ended with a brace: whether that opened a subtest, the next line tells.
        self._brace: Result | None = None

    def read(self, line: str) -> None:
        """Take a line without its end.

        :raises DamagedTap: the lines contradict each other, or the framework gave up.
        """
        if self._yaml is not None:
            self._read_yaml(line, *self._yaml)
            return
        text = line.lstrip(" ")
        indent = len(line) - len(text)
        text = text.rstrip()
        if text and not self._belongs_to_latest(text, indent):
            self._read_statement(text, indent)

    def end(self) -> None:
        """There are no more lines.

        :raises DamagedTap: there should have been.
        """
        self._resolve_brace(None)
        if self._yaml is not None:
            raise DamagedTap("it breaks off in diagnostics")
        if len(self._open) > 1:
            raise DamagedTap("it breaks off in a subtest")
        if wrong := self.top.contradiction():
            raise DamagedTap(wrong)

    def _read_yaml(self, line: str, result: Result, indent: int) -> None:
        # Vitest writes text of several lines as it is, so only `...` at the very indentation ends the block.
        if line.rstrip() == " " * indent + "...":
            self._yaml = None
            self._latest = None
        else:
            result.diagnostics.append(line[indent:] if line[:indent].isspace() else line)

    def _belongs_to_latest(self, text: str, indent: int) -> bool:
        """Diagnostics below a result: a YAML block, or the comments of TAP 12."""
        if self._latest is None:
            return False
        if text == "---" and indent > self._open[-1].indent:
            self._yaml = self._latest, indent
            return True
        if text.startswith("#") and not text.startswith("# Subtest") and self._brace is None:
            self._latest.diagnostics.append(text.removeprefix("#").removeprefix(" "))
            return True
        return False

    def _read_statement(self, text: str, indent: int) -> None:
        reason = tap_lines.bail_out(text)
        if reason is not None:
            raise DamagedTap(f"the framework bailed out: {reason}" if reason else "the framework bailed out")
        if text == "}" and self._closes(indent):
            return
        count, point = tap_lines.plan(text), tap_lines.point(text)
        if count is None and point is None and text != "{":
            self._resolve_brace(None)
            return
        self._resolve_brace(indent)
        if not self._settle(indent):
            return
        level = self._open[-1]
        if count is not None:
            level.announce(count)
        elif point is not None:
            self._latest = level.add(point)
            self._brace = self._latest if point.opens else None
        elif level.results:
            self._brace = level.results[-1]

    def _closes(self, indent: int) -> bool:
        """End the subtest that a brace opened at this indentation, if that is the innermost."""
        self._resolve_brace(None)
        level = self._open[-1]
        if level.opener is None or level.indent != indent + _STEP:
            return False
        self._open.pop()
        level.opener.subtests = level
        # Its diagnostics may follow the brace.
        self._latest = level.opener
        return True

    def _resolve_brace(self, indent: int | None) -> None:
        """The line after a brace is here: deeper, it begins a subtest; else the brace was part of a name."""
        result, self._brace = self._brace, None
        if result is None:
            return
        if indent == self._open[-1].indent + _STEP:
            self._push(Level(indent, opener=result))
        elif result.point.opens:
            result.name = f"{result.name} {{".strip()

    def _settle(self, indent: int) -> bool:
        """Go to the level of that indentation; False if there can be none: the line is no TAP."""
        self._latest = None
        while self._open[-1].indent > indent:
            level = self._open.pop()
            if level.opener is not None or self._open[-1].closed is not None:
                raise DamagedTap("a subtest without its end")
            self._open[-1].closed = level
        here = self._open[-1].indent
        if indent == here + _STEP:
            self._push(Level(indent))
        return indent in (here, here + _STEP)

    def _push(self, level: Level) -> None:
        if len(self._open) > DEEPEST:
            raise DamagedTap(f"more than {DEEPEST} subtests in each other")
        self._open.append(level)
