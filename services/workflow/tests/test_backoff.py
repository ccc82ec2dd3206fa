import pytest

from workflow.attempts import MOST_TRIES
from workflow.backoff import Backoff
from workflow.config import Settings


def test_it_doubles_up_to_a_most() -> None:
    backoff = Backoff(4, 20, chance=lambda: 0)
    assert [backoff.after(failures) for failures in (1, 2, 3, 4, 5, 10_000)] == [4, 8, 16, 20, 20, 20]


def test_chance_makes_it_up_to_a_quarter_longer() -> None:
    assert Backoff(4, 20, chance=lambda: 1).after(1) == 5


@pytest.mark.parametrize("chance", [0, 1])
def test_the_five_tries_span_a_minute_at_least(chance: float) -> None:
    defaults = Settings.from_environment(
        {
            "REDIS_URL": "redis://r",
            "DELIVERY_URL": "http://d",
            "PACKAGE_URL": "http://p",
            "DRONESCHEDULER_URL": "http://s",
        }
    )
    backoff = Backoff(defaults.retry_seconds, 300, chance=lambda: chance)
    assert 60 <= sum(backoff.after(failures) for failures in range(1, MOST_TRIES)) <= 90
