"""The `git` program, run so that neither the caller's environment nor configuration changes its answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.errors import ExitCode, FlowError, ToolError

#: Seconds that a fetch or push may take.
_TRANSFER = 900.0

#: A hook's GIT_DIR, GIT_INDEX_FILE and the like point at another repository, or at a half-made commit. What
#: is left says who the user is and how to reach a remote.
_KEPT = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_\w+|PROXY_\w+|HTTP_\w+|AUTHOR_\w+|COMMITTER_\w+"
    r"|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|EXEC_PATH)"
)
_ENV = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": ""}
_SETTINGS = ("core.quotePath=false", "i18n.logOutputEncoding=UTF-8", "advice.detachedHead=false")

_UNREACHABLE = re.compile(
    r"Could not (read from remote repository|resolve)|unable to access|does not appear to be a git repository"
    r"|Authentication failed|terminal prompts disabled|unable to connect|Connection (refused|timed out)"
)


class Git:
    """Runs git in one repository.

    :param root: any folder inside the working tree; paths are relative to its top.
    """

    def __init__(self, processes: Processes, root: Path, git: Path) -> None:
        self.processes = processes.without(_is_foreign)
        self.root = root
        self._git = git
        self._answered: dict[tuple[str, ...], str] = {}

    def at(self, root: Path) -> Git:
        """The same for another repository."""
        return Git(self.processes, root, self._git)

    def run(
        self,
        *words: str,
        what: str,
        settings: Sequence[str] = (),
        stdin: bytes | None = None,
        check: bool = True,
        content: bool = False,
        timeout: float | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """One git command.

        :param settings: configuration for this command, ``name=value``.
        :param env: variables for this command.
        :param content: the output is a file's or an object's content: neither redacted nor logged.
        """
        options = [word for setting in (*_SETTINGS, *settings) for word in ("-c", setting)]
        argv = [str(self._git), "-C", str(self.root), "--no-pager", *options, *words]
        run = self.processes.run
        own = {**_ENV, **(env or {})}
        try:
            return run(
                argv, what=what, env=own, stdin=stdin, check=check, raw_stdout=content, timeout=timeout
            )
        except ToolError as error:
            raise self._explained(error) from None

    def object(self, *words: str, what: str, content: bool = False) -> str:
        """What a command prints that names all it asks about by full object names.

        Asked once: an object never changes, and every step asks for the same few.
        """
        if words not in self._answered:
            self._answered[words] = self.run(*words, what=what, content=content).stdout
        return self._answered[words]

    def transfer(self, *words: str, what: str, settings: Sequence[str] = ()) -> Completed:
        """A command that talks to origin; its status is left to the caller.

        :raises FlowError: UNAVAILABLE when origin does not answer.
        """
        origin = self.origin()
        done = self.run(*words, what=what, settings=settings, check=False, timeout=_TRANSFER)
        if done.status != 0 and _UNREACHABLE.search(done.stderr):
            why = f"origin ({origin}) does not answer, or does not let this account in"
            fix = "check the network and the credentials: git fetch origin"
            raise self.failed(done, what, why, fix, ExitCode.UNAVAILABLE)
        return done

    def resolve(self, ref: str, kind: str = "commit") -> str | None:
        """Full name of the object of that kind that a ref names; None if there is none."""
        name = f"{ref}^{{{kind}}}" if kind else ref
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        done = self.run(*words, what=f"look up {ref}", check=False)
        if done.status == 0:
            return done.stdout.strip()
        if done.status != 1:
            # Either there is nothing of that name, or there is no repository: then this fails too.
            self.run("rev-parse", "--git-dir", what=f"look up {ref}")
        return None

    def commit_of(self, ref: str, what: str) -> str:
        """Full name of a commit that must be there."""
        found = self.resolve(ref)
        if found is None:
            why = f"there is no commit {ref} in this repository"
            raise FlowError(what, why, "git fetch --unshallow, or git fetch origin, may bring it")
        return found

    def origin(self) -> str:
        """URL of origin without credentials, which are kept out of every output from here on; or empty."""
        done = self.run("remote", "get-url", "origin", what="look up origin", check=False, content=True)
        if done.status != 0:
            self.run("rev-parse", "--git-dir", what="look up origin")
            return ""
        url, secrets = split_url(done.stdout.strip())
        self.processes.redact(secrets)
        return url

    def failed(self, done: Completed, what: str, why: str, fix: str, code: ExitCode) -> FlowError:
        """The error for a command whose failure the caller understands."""
        details = (done.stderr.strip() or done.stdout.strip()).splitlines()[-15:]
        return FlowError(what, why, fix, code=code, details=details, log=self.processes.log.path)

    def _explained(self, error: ToolError) -> FlowError:
        if "not a git repository" in error.stderr or "cannot change to" in error.stderr:
            why = f"{self.root} is not in a git repository"
            return FlowError(error.what, why, "run it in a clone of the repository", code=ExitCode.CONFIG)
        return error


def split_url(url: str) -> tuple[str, tuple[str, ...]]:
    """A remote's URL without credentials, and the credentials.

    The user of an ssh:// URL is part of the address; in any other scheme a user alone may be a token.
    """
    parts = urlsplit(url)
    if "://" not in url or "@" not in parts.netloc:
        return url, ()
    account, _, host = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    ssh = parts.scheme in ("ssh", "git+ssh", "ssh+git")
    clean = urlunsplit(parts._replace(netloc=f"{user}@{host}" if ssh else host))
    return clean, (password,) if ssh else (password, user)


def _is_foreign(name: str) -> bool:
    return name.startswith("GIT_") and _KEPT.fullmatch(name) is None
