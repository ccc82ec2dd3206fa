"""What an answer that refuses looks like (RFC 9457)."""

import httpx


def assert_problem(response: httpx.Response, status: int, *words: str) -> None:
    """`response` is a problem of that `status` whose detail has all `words`."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    for word in words:
        assert word in problem["detail"]
