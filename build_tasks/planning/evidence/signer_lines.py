"""Lines of the allowed signers, as somebody is told to add them.

The format: https://man.openbsd.org/ssh-keygen#ALLOWED_SIGNERS
"""

from __future__ import annotations

from collections.abc import Sequence


def signer_line(name: str, namespaces: Sequence[str], public: str) -> str:
    """A line that lets a key sign.

    :param name: whose key it is, as people call them; blanks become dashes, they would end the name.
    :param namespaces: what it is to be good for.
    :param public: the public key as OpenSSH writes it; a comment after it is left out.
    """
    kind, key, *_ = public.split()
    return f'{"-".join(name.split())} namespaces="{",".join(namespaces)}" {kind} {key}'
