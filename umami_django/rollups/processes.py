"""Processes that count for another one, and end with it however it ends."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from threading import Thread

import django


def pool(jobs: int) -> ProcessPoolExecutor:
    """So many processes, with Django set up in each. Spawned ones: forked ones would share this one's connections."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)


def _begin() -> None:
    django.setup()
    Thread(target=_end_with_parent, name="umami-parent", daemon=True).start()


def _end_with_parent() -> None:
    """A pool's processes wait for work for ever when nobody has told them to end: who is killed tells nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
