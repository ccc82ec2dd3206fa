"""What the steps need from the outside world. Adapters provide it; tests provide fakes.

Every method raises :class:`build_tasks.errors.FlowError` for what a user can cause or must know.
"""
