"""Workers on a Dask cluster: any scheduler of ``distributed``, by its address."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftermath.building.jobs import environment, library
from aftermath.problems import AftermathError

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 20.0  # seconds


class ClusterError(AftermathError):
    """A cluster cannot be reached, has nobody to work, or its workers would make other pages than this machine."""


@contextlib.contextmanager
def cluster(address: str, folder: Path) -> Iterator[Executor]:
    """The workers of a cluster. **What a worker that dies leaves undone another does; a page that fails is not tried again.**

    Parameters
    ----------
    address, folder
        As ``connected`` takes them.

    Raises
    ------
    ClusterError
        As ``connected`` does.
    """
    with connected(address, folder) as client:
        executor = client.get_executor(pure=False)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False)  # which calls off what has not begun
            raise
        executor.shutdown()


@contextlib.contextmanager
def connected(address: str, folder: Path) -> Iterator[Client]:
    """A connection to a scheduler whose workers see our folder and have our library.

    Parameters
    ----------
    address
        E.g. ``tcp://10.0.0.1:8786``.
    folder
        A folder of the build, which every worker must see at the same place.

    Yields
    ------
    distributed.Client

    Raises
    ------
    ClusterError
        If nobody answers there, no worker has joined, or **a worker has another library, Python or package**: a page
        says what it was made with, and that must be true.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(
            "the package distributed is not installed, which speaks with a Dask cluster. Install the extra cluster, e.g. with "
            '`pip install "aftermath[cluster]"`, here and on the workers.'
        ) from error
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise ClusterError(
            f"{address}: no Dask scheduler with workers answers there ({error}). Start it with `dask scheduler` and "
            "`dask worker ADDRESS --nthreads 1`, and give its address, e.g. --dask tcp://127.0.0.1:8786."
        ) from error
    with client:
        seen = client.run(_seen, folder)
        if isinstance(seen, dict):  # and not something to wait for, as of a client that is used in a loop
            compare(seen, _seen(folder))
        yield client


def _seen(folder: Path) -> dict[str, Any]:
    """What a process sees; asked of every worker."""
    return {"folder": folder.is_dir(), "library": library(), "environment": list(environment())}


def compare(workers: Mapping[str, Mapping], own: Mapping[str, Any]) -> None:
    """Hold what workers see against what we see.

    Parameters
    ----------
    workers
        Address to what the worker sees: ``folder``, ``library``, ``environment`` (a list of lines).
    own
        The same of this process.

    Raises
    ------
    ClusterError
        With the first worker that differs, and how.
    """
    for address, seen in sorted(workers.items()):
        if not seen["folder"]:
            fault = "does not see the build folder; the workspace must lie on a disk that all share, at the same path"
        elif seen["library"] != own["library"]:
            fault = "has another version of aftermath; install the same there, then start the worker again"
        elif seen["environment"] != own["environment"]:
            differing = sorted(set(seen["environment"]) ^ set(own["environment"]))
            fault = f"has other packages ({', '.join(differing)}); install the same lock there, then start it again"
        else:
            continue
        raise ClusterError(f"the worker at {address} {fault}.")
