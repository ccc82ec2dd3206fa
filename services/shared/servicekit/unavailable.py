"""A dependency that cannot answer now."""


class Unavailable(Exception):
    """Something the service depends on could not answer; the same request may succeed later.

    The message is for the log. A client gets 503 with `detail`, which subclasses say in the words of their
    service, and is asked to wait for `retry_after_seconds`.
    """

    detail = "The store does not answer. Try again."
    retry_after_seconds = 2
