"""``headroom jobs worker``: waits for jobs on the broker, and does one at a time.

Celery's threads: the one that waits stays responsive, and the job itself is a group of processes behind a guard, so
nothing is gained by another process between.
"""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final
from uuid import UUID

import structlog
from celery.exceptions import Reject
from celery.worker import state
from redis import Redis
from redis.exceptions import RedisError

from api.jobs.broker import ANSWER_TIMEOUT_S, CONNECT_TIMEOUT_S, TASK, celery_app
from api.jobs.leases import LEASE_S
from api.jobs.presence import EXPIRES_S, INTERVAL_S, Presence, presence_key
from api.jobs.schemas import Queue
from domain.errors import BadSettings, Unavailable
from domain.settings import Settings
from headroom.jobs.plan import CONFIGURATION, JobCommands
from headroom.jobs.runner import Runner

log = structlog.get_logger()

_LATER_S: Final = 5.0
"""Before a job is offered again whose row could not be reached."""
_NICE: Final = 10
"""The worker itself only waits; what it starts gives way further (:func:`headroom.jobs.guard.give_way`)."""


def worker_name() -> str:
    """This process among all workers."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run(settings: Settings, queues: Sequence[Queue], *, lease_s: float = LEASE_S, commands: Path | None = None) -> None:
    """Do jobs until SIGTERM or SIGINT; the one in hand is stopped and given back.

    Args:
        settings: for the database, Redis and the data folder.
        queues: where it listens.
        lease_s: how long it may be silent.
        commands: in place of ``configs/jobs.yaml``.

    Raises:
        BadSettings: the database or Redis is not set, or the commands cannot be read.
    """
    JobCommands.load(commands or CONFIGURATION)  # a mistake in the file is told now, not with the first job
    if settings.database_url is None or settings.redis_url is None:
        raise BadSettings("HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL must be set for a jobs worker")
    os.nice(_NICE)
    redis_url = settings.redis_url.get_secret_value()
    name = worker_name()
    runner = Runner(settings, worker=name, lease_s=lease_s, commands=commands or CONFIGURATION)
    app = celery_app(redis_url)
    app.task(name=TASK)(_task_of(runner))
    present = _Present(redis_url, name, queues)
    # The bare controller: the command's own brings signal handlers that restart it, and words of its own.
    controller = app.WorkController(
        hostname=f"jobs@{name}",
        pool_cls="threads",
        concurrency=1,
        queues=[queue.value for queue in queues],
        ready_callback=lambda _: present.start(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel=settings.log_level.upper(),
    )
    _end_on_signals(runner)
    log.info("waiting for jobs", queues=[queue.value for queue in queues], worker=name)
    try:
        controller.start()
    finally:
        present.stop()


def _task_of(runner: Runner) -> Callable[[str], None]:
    def job(job_id: str) -> None:
        try:
            asyncio.run(runner.run(UUID(job_id)))
        except Unavailable as error:
            log.warning("the database does not answer; the job waits", job=job_id, error=str(error))
            time.sleep(_LATER_S)  # in the thread of jobs: there is nothing else to do without a database
            raise Reject(str(error), requeue=True) from error

    return job


def _end_on_signals(runner: Runner) -> None:
    """The first one ends the worker as soon as the job in hand is given back; a second one does not wait for that."""

    def end(_: int, __: FrameType | None) -> None:
        if state.should_stop is not None:
            os._exit(1)
        state.should_stop = 0
        # Not here: a handler runs between two instructions of whatever holds a lock.
        threading.Thread(target=runner.stop, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


class _Present(threading.Thread):
    """Says which queues have a worker, every two seconds."""

    def __init__(self, redis_url: str, name: str, queues: Sequence[Queue]) -> None:
        super().__init__(name="presence", daemon=True)
        self._keys = [presence_key(queue) for queue in queues]
        self._name = name
        self._ended = threading.Event()
        self._redis = Redis.from_url(
            redis_url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=ANSWER_TIMEOUT_S
        )

    def run(self) -> None:
        """Say it until the worker ends."""
        while True:
            with suppress(RedisError, OSError):  # whoever asks finds nothing, which is what there is
                self._say()
            if self._ended.wait(INTERVAL_S):
                return

    def _say(self) -> None:
        here = Presence(at=datetime.now(UTC), worker=self._name).model_dump_json()
        with self._redis.pipeline(transaction=False) as pipeline:
            for key in self._keys:
                pipeline.set(key, here, ex=EXPIRES_S)
            pipeline.execute()

    def stop(self) -> None:
        """Say no more."""
        self._ended.set()
