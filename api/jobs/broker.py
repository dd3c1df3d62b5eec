"""The way to the workers: Celery over Redis, by a task's name alone. Nothing of what a task does is imported here."""

import asyncio
import ssl
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from api.jobs.schemas import Queue
from domain.errors import Unavailable

log = structlog.get_logger()

TASK: Final = "headroom.job"
"""The one task: it is given a job's id, and the row says the rest."""
KEY_PREFIX: Final = "jobs:"
CONNECT_TIMEOUT_S: Final = 3.0
ANSWER_TIMEOUT_S: Final = 10.0
_SHORTLY: Final = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
"""Once more at once: a connection that lay in the pool may have died with the last broker."""


def celery_app(redis_url: str) -> Any:  # noqa: ANN401 - celery publishes no types
    """Celery as both ends need it. Nothing is connected yet.

    The import takes 0.6 s and 30 MB, so whoever never sends nor receives a job does not pay for it.
    """
    from celery import Celery  # noqa: PLC0415

    app = Celery("headroom", broker=redis_url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        # A worker that dies leaves the message with the broker. What keeps a job from running twice is its lease.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "global_keyprefix": KEY_PREFIX,
            "socket_connect_timeout": CONNECT_TIMEOUT_S,
            "socket_timeout": ANSWER_TIMEOUT_S,
        },
        task_default_queue=Queue.CPU.value,
    )
    if urlsplit(redis_url).scheme == "rediss":
        app.conf.broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    return app


class Broker:
    """Sends jobs to workers.

    Args:
        redis_url: where the broker is.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url

    @cached_property
    def _app(self) -> Any:  # noqa: ANN401 - celery publishes no types
        return celery_app(self._redis_url)

    async def send(self, job_id: UUID, queue: Queue) -> None:
        """Tell the workers of a queue that there is a job.

        Raises:
            Unavailable: the broker does not answer.
        """
        await asyncio.to_thread(self._send, job_id, queue)

    def _send(self, job_id: UUID, queue: Queue) -> None:
        from kombu.exceptions import KombuError  # noqa: PLC0415 - as celery's

        try:
            self._app.send_task(TASK, args=[str(job_id)], queue=queue.value, retry=True, retry_policy=_SHORTLY)
        except (KombuError, RedisError, OSError) as error:
            log.warning("a job could not be sent", job=str(job_id), error=type(error).__name__)
            raise Unavailable("the broker of jobs does not answer") from error
