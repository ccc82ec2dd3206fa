"""The argument that command-line tools of services have in common."""

import argparse

import httpx


def base_url(text: str) -> str:
    """Take `http[s]://host[:port]` as it is; raise argparse.ArgumentTypeError for anything else."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a URL: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise argparse.ArgumentTypeError(f"{text!r} does not look like http://host")
    return text
