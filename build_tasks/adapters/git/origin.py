"""What goes to and comes from the remote called origin."""

from __future__ import annotations

import re
from collections.abc import Sequence

from build_tasks.adapters.git.command import Git
from build_tasks.errors import ExitCode, FlowError

_SPECS = ("+refs/heads/*:refs/remotes/origin/*", "refs/tags/*:refs/tags/*")
_CLOBBERED = re.compile(r"! \[rejected\]\s+(\S+)\s+.*would clobber existing tag")


class Origin:
    """The remote of a repository, if it has one."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def fetch(self) -> None:
        """Bring origin's branches and new tags. Does nothing without an origin.

        Nothing is forced or pruned: a tag that names something else here and there is an error, since
        somebody may have signed either of them. A branch that origin deleted is left for the user to prune.

        :raises FlowError: CONFLICT for such a tag (all else has been fetched by then), UNAVAILABLE.
        """
        if not self._git.origin():
            return
        what = "fetch from origin"
        words = ("fetch", "--no-recurse-submodules", "--no-write-fetch-head", "--no-prune", "origin")
        done = self._git.transfer(*words, *_SPECS, what=what)
        if done.status == 0:
            return
        moved = sorted(set(_CLOBBERED.findall(done.stderr)))
        if moved:
            why = f"tags that name something else on origin than here: {', '.join(moved)}"
            fix = f"find out which is right; to take origin's: git tag -d {' '.join(moved)}, then fetch again"
            raise self._git.failed(done, what, why, fix, ExitCode.CONFLICT)
        raise self._git.failed(done, what, "git could not fetch", "", ExitCode.TOOL_FAILED)

    def push(self, refs: Sequence[str]) -> None:
        """Push branches and tags under their own names, all or none; never forced.

        :raises FlowError: CONFLICT when origin refuses one, CONFIG without an origin, UNAVAILABLE.
        """
        what = f"push {', '.join(refs)} to origin"
        for ref in refs:
            if not ref or ref.startswith(("+", "^")) or ":" in ref:
                raise FlowError(what, f"{ref!r} is not the name of a branch or tag", code=ExitCode.USAGE)
        if not self._git.origin():
            why = "this repository has no remote called origin"
            raise FlowError(what, why, "git remote add origin URL", code=ExitCode.CONFIG)
        words = ("push", "--atomic", "--no-follow-tags", "--recurse-submodules=no", "origin", "--", *refs)
        done = self._git.transfer(*words, what=what)
        if "does not match any" in done.stderr:
            raise self._git.failed(done, what, "there is no such branch or tag here", "", ExitCode.FAILED)
        if done.status != 0:
            fix = "git fetch origin shows what is there; nothing was pushed"
            raise self._git.failed(done, what, "origin refused it", fix, ExitCode.CONFLICT)
