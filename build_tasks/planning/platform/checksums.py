"""Publishers' checksum files, in the forms that they come in."""

from __future__ import annotations

import re

_HASH = re.compile(r"[0-9a-fA-F]{64}")
#: A line of sha256sum's: the hash, a space, a space or an asterisk (the file was read as binary), the name.
#: https://www.gnu.org/software/coreutils/manual/html_node/md5sum-invocation.html
_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(\S.*)")


def published_sha256(text: str, file: str) -> str:
    """The SHA-256 of a file, hexadecimal, as its publisher says it.

    Understood are a list as sha256sum writes it, for one file or for a whole release, and a hash all by
    itself, as Kubernetes has one beside each file.

    :param text: what the checksum file says.
    :param file: name of the file, without folders.
    :raises ValueError: it does not say, or says two things.
    """
    if _HASH.fullmatch(text.strip()):
        return text.strip().lower()
    found = [match for line in text.splitlines() if (match := _LINE.fullmatch(line.strip()))]
    if not found:
        beginning = " ".join(text.split())[:40]
        raise ValueError(f"it holds no SHA-256 (it begins: {beginning!r})")
    hashes = {match[1].lower() for match in found if match[2].removeprefix("./") == file}
    if not hashes:
        raise ValueError(f"it lists {len(found)} files, and {file} is not among them")
    if len(hashes) > 1:
        raise ValueError(f"it has {len(hashes)} different hashes of {file}")
    return hashes.pop()
