"""The allowed-signers format of OpenSSH: who may sign with which key, for what and when.

ssh-keygen passes over lines that it cannot read, and takes a signer that nobody can read for one that nobody
allowed. So the text is read here first, and every mistake is reported with its line (the format:
https://man.openbsd.org/ssh-keygen#ALLOWED_SIGNERS).
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256

from build_tasks.errors import ExitCode, FlowError

_WORD = r'(?:"[^"]*"|[^\s"])+'
_LINE = re.compile(rf"({_WORD})(?:\s+(?!(?:ssh-|ecdsa-|sk-)\S+\s)({_WORD}))?\s+(\S+)\s+(\S+)(?:\s.*)?")
_OPTION = re.compile(r'([A-Za-z-]+)(?:="([^"]*)")?(?:,|$)')
_DATE = re.compile(r"\d{8}(\d{4}(\d{2})?)?Z?")


@dataclass(frozen=True)
class AllowedSigner:
    """One line.

    :param principals: names the key's owner goes by, without negated patterns.
    :param options: ``namespaces``, ``valid-after``, ``valid-before`` (as written), ``cert-authority``.
    :param fingerprint: the key, as ``SHA256:...``.
    """

    principals: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    fingerprint: str

    def option(self, name: str) -> str | None:
        return dict(self.options).get(name)

    def accepts(self, namespace: str, now: datetime) -> bool:
        """Whether the line is good for a namespace at that time, as ssh-keygen reads it."""
        namespaces, after, before = map(self.option, ("namespaces", "valid-after", "valid-before"))
        return (
            (namespaces is None or _matches(namespace, namespaces))
            and (after is None or _moment(after) <= now)
            and (before is None or now < _moment(before))
        )


def parse_allowed_signers(text: str, what: str) -> tuple[AllowedSigner, ...]:
    """Read the whole text.

    :raises FlowError: CONFIG, naming every line that is wrong.
    """
    found: list[AllowedSigner] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            found.append(_signer(line.strip()))
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
    if wrong:
        why = "the list of allowed signers is wrong: " + "; ".join(wrong)
        fix = 'each line is: name [namespaces="..."] ssh-ed25519 AAAA...'
        raise FlowError(what, why, fix, code=ExitCode.CONFIG)
    return tuple(found)


def without_blank_lines(text: str) -> str:
    """The text for ssh-keygen, which complains of blank lines; line numbers stay."""
    return "".join(f"{line if line.strip() else '#'}\n" for line in text.splitlines())


def _matches(text: str, patterns: str) -> bool:
    """A list of patterns with ``*``, ``?`` and ``!`` before one that takes back (ssh_config, PATTERNS)."""
    names = [pattern.replace("[", "[[]") for pattern in patterns.split(",")]
    if any(fnmatchcase(text, name[1:]) for name in names if name.startswith("!")):
        return False
    return any(fnmatchcase(text, name) for name in names)


def _moment(text: str) -> datetime:
    """``YYYYMMDD[HHMM[SS]]``, in this machine's time zone unless a Z follows."""
    digits = text.removesuffix("Z")
    moment = datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S")
    return moment.replace(tzinfo=UTC) if text.endswith("Z") else moment.astimezone()


def _is_moment(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and _moment(text))
    except ValueError:
        return False


def fingerprint(key: bytes) -> str:
    """A public key's fingerprint as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(sha256(key).digest()).decode().rstrip("=")


def _signer(line: str) -> AllowedSigner:
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise ValueError("a name and a public key are needed")
    names, options, kind, key = parts.groups()
    principals = tuple(n for n in names.replace('"', "").split(",") if n and not n.startswith("!"))
    return AllowedSigner(principals, _options(options or ""), fingerprint(_key(kind, key)))


def _options(text: str) -> tuple[tuple[str, str], ...]:
    found, at = [], 0
    while at < len(text):
        match = _OPTION.match(text, at)
        if match is None:
            raise ValueError(f"cannot read the options {text}")
        name, value = match[1].lower(), match[2]
        _check_option(name, value)
        found.append((name, value or ""))
        at = match.end()
    return tuple(found)


def _check_option(name: str, value: str | None) -> None:
    if name == "cert-authority" and value is None:
        return
    if name == "namespaces" and value:
        return
    if name in ("valid-after", "valid-before") and value and _is_moment(value):
        return
    raise ValueError(f"the option {name} is unknown, or has no value that it can have")


def _key(kind: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(f"{text[:20]} is not a public key") from None
    size = int.from_bytes(key[:4], "big")
    if key[4 : 4 + size] != kind.encode() or len(key) <= 4 + size:
        raise ValueError(f"the key is not of the type {kind} that stands before it")
    return key
