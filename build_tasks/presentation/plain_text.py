"""Text of others made safe and short enough to show.

Tools' output is not ours: an escape sequence in it could move the cursor, set the clipboard or hide what
follows, and a line that looks like a CI's logging command would be obeyed by the agent.
"""

from __future__ import annotations

import re

#: ECMA-48 control sequences, operating-system commands and the like, in their 7-bit and 8-bit forms.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    # OSC, DCS, SOS, PM, APC: up to their terminator. Another one does not begin inside: each would be looked
    # for to the end of the line, and a line of nothing else would take hours.
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c|$)"
    r"|\x1b[ -/]*[0-~]"  # two-character sequences, character sets
)
#: Other control characters, and Unicode's that reorder or hide text (https://trojansource.codes).
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
#: Logging commands that Azure Pipelines (and GitHub, for its old form) find anywhere in a line.
_CI_COMMANDS = re.compile(r"##(?=\[|vso\[)")
#: Characters of a line that are shown; minified code and data in base64 come in lines of megabytes.
_WIDEST = 4000


def printable(line: str) -> str:
    """One line without escape sequences and control characters; a progress bar shows its last state.

    Of a line that nobody would read to its end the beginning.
    """
    line = _ESCAPES.sub("", line).rstrip("\r\n").rpartition("\r")[2]
    if len(line) > _WIDEST:
        line = f"{line[:_WIDEST]} ... ({len(line) - _WIDEST} more characters)"
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", line.expandtabs(4))


def escaped(json: str) -> str:
    """A JSON document in which also those control characters are escaped that JSON leaves as they are."""
    return "\n".join(
        _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", line) for line in json.split("\n")
    )


def without_ci_commands(line: str) -> str:
    """The line changed so that no CI agent takes it for a command to itself.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions (``::name::`` at the
    start of a line, leading blanks aside), https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands.
    """
    line = _CI_COMMANDS.sub("# #", line)
    return f"| {line}" if line.lstrip().startswith("::") else line


def encodable(text: str, encoding: str) -> str:
    """The text with what the encoding cannot say replaced by ``?``."""
    return text.encode(encoding, "replace").decode(encoding)


def duration(seconds: float) -> str:
    """``0.3 s``, ``41 s``, ``2 min 5 s``, ``1 h 4 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def room(size: int) -> str:
    """Bytes for people: ``0 B``, ``640 B``, ``12.3 MiB``."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
