"""``python -m build_tasks``: what ``./inv`` runs."""

from build_tasks.tasks.program import InvProgram

InvProgram().run()
