"""From posts to a file of features that holds no text: scored while the next are read, in memory that does not grow.

Batches go to workers as they are read, never more than a few ahead; each part is written beside the target. At the
end the parts are joined in the order of the archive and the file is renamed into place, so that a reader sees the old
file, or the new one, or none.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from aftermath.archives.cleaning import clean, mask
from aftermath.archives.posts import ArchiveError, Batch
from aftermath.archives.scoring import FEATURES_SCHEMA, Recipe, features_of

AHEAD = 2  # batches waiting for each worker
IDLE_SECONDS = 60  # after which a worker ends by itself, should the main process have been killed


def write_features(
    batches: Iterable[Batch],
    target: Path,
    *,
    key: bytes,
    aliases: Iterable[str] = (),
    scorers: Callable | None = None,
    language: str | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
) -> Path:
    """Write the features of posts: time, language, kind, engagement, hashed author and sentiment; **no text**.

    Parameters
    ----------
    batches
        Posts, from ``aftermath.archives.readers.read``.
    target
        The parquet file; its folder is made where it is missing.
    key
        From ``aftermath.archives.keys.author_key``.
    aliases
        Names of the organisation, taken out of the texts before scoring.
    scorers
        From a language to its scorer; ``aftermath.archives.sentiment.scorer_for`` if not given.
    language
        Of posts that carry none.
    workers
        Processors to use; all if not given. With 1 a batch is read and scored, then comes the next; with 2 a thread scores
        while the next is read; with more, processes beside this one score.
    executor
        Where the parts are made instead, e.g. ``dask.distributed.Client.get_executor()``; its workers must reach the folder of
        the target.

    Returns
    -------
    Path
        ``target``, whose rows are in the order of the archive and **the same for any number of workers**.

    Raises
    ------
    ArchiveError
        If there is no post at all, a worker ends unexpectedly, or the disk is full. What stood at ``target`` is untouched then.
    """
    recipe = _recipe(key, aliases, scorers, language)
    posts = (batch.posts for batch in batches if batch.posts.height)
    with _beside(target) as folder, _workers(workers, executor) as (pool, count):
        try:
            parts = list(_parts(posts, folder, recipe, pool, AHEAD * count))
            if not parts:
                raise ArchiveError(
                    f"{target.name}: there is no post to make features of. Check the span and the filter of the archive."
                )
            _join(parts, folder / "whole.parquet", target)
        except BrokenExecutor as error:
            raise ArchiveError(
                "a worker process ended unexpectedly, perhaps for want of memory; nothing was written. "
                "Run the command again, with --workers 1 if it happens again."
            ) from error
        except OSError as error:
            raise ArchiveError(
                f"{target}: could not be written ({error.strerror or error}). Free space or make the folder writable, "
                "then run the command again; what stood there is intact."
            ) from error
    return target


def _recipe(key: bytes, aliases: Iterable[str], scorers: Callable | None, language: str | None) -> Recipe:
    if scorers is None:
        from aftermath.archives.sentiment import scorer_for as scorers
    return Recipe(key, scorers, clean, mask, tuple(sorted(set(aliases))), language)


def _parts(posts: Iterable[pl.DataFrame], folder: Path, recipe: Recipe, pool: Executor, ahead: int) -> Iterator[Path]:
    """The parts in the order of the archive, each when it is done; at most ``ahead`` batches are under way."""
    pending: deque[Future] = deque()
    first = 0
    for number, frame in enumerate(posts):
        pending.append(
            pool.submit(write_part, frame.drop("post_id", "url"), first, folder / f"{number:08}.parquet", recipe)
        )
        first += frame.height
        if len(pending) > ahead:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


def write_part(posts: pl.DataFrame, first: int, part: Path, recipe: Recipe) -> Path:
    """What a worker is asked to do: write the features of one batch.

    Parameters
    ----------
    posts
        Of one batch; their ids and addresses are not needed.
    first
        Place of the first of them in the archive.
    part
        Where they go.
    recipe
        How they are made.
    """
    features_of(posts, recipe, first).write_parquet(part, compression="uncompressed")  # soon read again
    return part


def _join(parts: list[Path], whole: Path, target: Path) -> None:
    pl.scan_parquet(parts, schema=FEATURES_SCHEMA).sink_parquet(whole, maintain_order=True)
    with whole.open("rb") as file:
        os.fsync(file.fileno())
    whole.replace(target)


class _Here(Executor):
    """Does everything at once, in this process."""

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        done: Future = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@contextlib.contextmanager
def _workers(count: int | None, executor: Executor | None) -> Iterator[tuple[Executor, int]]:
    """Where parts are made, and by how many."""
    count = count or os.cpu_count() or 1
    if count < 1:
        raise ArchiveError(f"workers = {count} must be at least 1")
    if executor is not None or count == 1:
        yield executor or _Here(), count
        return
    if count == 2:  # both are outside of the interpreter's lock for most of the time, and have their memory in common
        pool = ThreadPoolExecutor(1)
        try:
            yield pool, 1
        finally:
            pool.shutdown(cancel_futures=True)  # where something failed, some may still wait
        return
    from loky import ProcessPoolExecutor

    # a worker is one of several: it keeps to one processor
    pool = ProcessPoolExecutor(count - 1, timeout=IDLE_SECONDS, env={"POLARS_MAX_THREADS": "1"})
    try:
        yield pool, count - 1
    except BaseException:
        pool.shutdown(wait=True, kill_workers=True)
        raise
    pool.shutdown(wait=True)


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder for parts beside the target, gone afterwards; those of runs that were killed are removed first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for abandoned in target.parent.glob(f".{target.name}.*"):
        if abandoned.is_dir() and not _held(abandoned):
            shutil.rmtree(abandoned, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder,
        (Path(folder) / "held").open("wb") as mark,
    ):
        _hold(mark)
        yield Path(folder)


def _held(folder: Path) -> bool:
    """Whether a living process works in the folder: the system lets go of its mark when the process ends."""
    try:
        with (folder / "held").open("rb+") as mark:
            _hold(mark)
    except OSError:
        return True
    return False


def _hold(mark: BinaryIO) -> None:
    """Mark a file as in use, or raise ``OSError``; without locks (Windows) an open file cannot be removed anyway."""
    with contextlib.suppress(ImportError):
        import fcntl

        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
