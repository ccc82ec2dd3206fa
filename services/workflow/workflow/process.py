"""The worker, put together from its settings, for as long as the process lives."""

import asyncio
import logging
import signal

from workflow.attempts import Attempts
from workflow.backoff import Backoff
from workflow.config import Settings
from workflow.fulfilment import CALLS_AT_ONCE
from workflow.heartbeat import Heartbeat
from workflow.redis_queue import RedisQueue, unique_worker_name
from workflow.services import HttpServices
from workflow.stopping import Stop
from workflow.worker import Worker

_FINISH_SECONDS = 7.0
_LONGEST_RETRY_SECONDS = 300.0

_log = logging.getLogger(__name__)


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stop = Stop(_FINISH_SECONDS)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.request)
    queue = RedisQueue(
        settings.redis_url, unique_worker_name(), settings.claim_seconds, settings.redis_seconds
    )
    services = HttpServices(
        settings.service_urls, settings.call_seconds, CALLS_AT_ONCE * settings.concurrency
    )
    attempts = Attempts(queue, services, Backoff(settings.retry_seconds, _LONGEST_RETRY_SECONDS))
    worker = Worker(queue, attempts.attempt, Heartbeat(settings.heartbeat_file), settings.concurrency)
    try:
        await worker.run(stop)
    finally:
        await services.close()
        await queue.close()
    _log.info("stopped")
