"""``python -m build_tasks``: what ``./inv`` runs."""

import sys

try:
    from build_tasks.completion import answered

    if answered(sys.argv[1:]):
        sys.exit()

    from build_tasks.quick_start import without_what_is_not_needed

    with without_what_is_not_needed():
        import invoke  # noqa: F401

    from build_tasks.tasks.program import InvProgram  # imports Invoke

    InvProgram().run()
except KeyboardInterrupt:  # while all this was imported: nothing was begun that there is anything to tell of
    sys.exit(130)  # ExitCode.INTERRUPTED in build_tasks/errors.py
