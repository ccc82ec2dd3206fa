"""Cuts Helm's messages to what its reader can act on: the file, the line, the reason.

Helm reports a failed template with its whole call chain; the last link holds the cause. Helm 4 writes a
link on three lines, Helm 3 all of them on one.
"""

from __future__ import annotations

import re

_LINK_4 = re.compile(
    r'^(?P<at>\S+:\d+(?::\d+)?)\n\s+executing ".*?" at (?P<expr><.*?>):\n\s+(?P<why>.*)', re.M
)
_LINK_3 = re.compile(r'template: (?P<at>\S+?:\d+(?::\d+)?): executing ".*?" at (?P<expr><.*?>): (?P<why>.*)')
_PLACED = re.compile(r"^(?:execution|parse) error at \((?P<at>[^)]+)\): (?P<why>.*)", re.S)
_YAML = re.compile(
    r"^YAML parse error on (?P<at>\S+): (?:error converting YAML to JSON: )?(?:yaml: )?(?P<why>.*)", re.S
)
_FINDING = re.compile(r"^\[(?P<level>ERROR|WARNING)\] (?P<at>.*?): (?P<text>.*)", re.S)
_STAGES = re.compile(r"^(?:INSTALLATION FAILED|UPGRADE FAILED|failed to \w+ release|Rollback FAILED): ")


def reason(stderr: str) -> str:
    """Why Helm failed, from its standard error; one line, or a short list for a values schema."""
    _, _, text = stderr.partition("Error: ")
    text = (text or stderr).partition("\n\nUse --debug")[0].strip()
    while (shorter := _STAGES.sub("", text)) != text:
        text = shorter
    return _cut(text)


def findings(stdout: str) -> tuple[str, ...]:
    """The errors and warnings of ``helm lint``, one line each, every cause once."""
    blocks = re.split(r"\n(?=\[|\d+ chart\(s\) linted|Error )", stdout)
    found = []
    for block in blocks:
        match = _FINDING.match(block.strip())
        if match:
            at, text = match["at"].strip(), _cut(match["text"].strip())
            placed = text if not at or at == "templates/" else f"{at}: {text}"
            found.append((match["level"], placed))
    return tuple(
        f"[{level}] {text}"
        for level, text in dict.fromkeys(found)
        # Helm says at the end that the chart did not load, for reasons it has given before.
        if not text.startswith("unable to load chart")
    )


def _cut(text: str) -> str:
    links = [*_LINK_4.finditer(text), *_LINK_3.finditer(text[max(0, text.rfind("template: ")) :])]
    if links:
        last = links[-1]
        return f"{last['at']}: at {last['expr']}: {last['why'].strip()}"
    placed = _PLACED.match(text)
    if placed:
        return f"{placed['at']}: {placed['why'].strip()}"
    broken = _YAML.match(text)
    if broken:
        return f"{broken['at']}: not valid YAML once rendered: {broken['why'].strip()}"
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
