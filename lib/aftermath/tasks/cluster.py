"""Workers on a Dask cluster: any scheduler of ``distributed``, by its address."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from aftermath.problems import AftermathError
from aftermath.tasks.workers import Workers

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = "20s"


class ClusterError(AftermathError):
    """A cluster cannot be reached, or has nobody to work."""


def connected(address: str) -> Client:
    """A connection to a scheduler that has workers.

    Parameters
    ----------
    address
        E.g. ``tcp://10.0.0.1:8786``.

    Returns
    -------
    distributed.Client
        To be closed by the caller.

    Raises
    ------
    ClusterError
        If nobody answers there, or no worker has joined.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, ValueError, TypeError, ImportError) as error:
        raise ClusterError(
            f"{address}: no Dask scheduler with workers answers there ({error}). Start it with `dask scheduler` and "
            "`dask worker ADDRESS --nthreads 1`, and give its address, e.g. --dask tcp://127.0.0.1:8786."
        ) from error
    return client


class ClusterWorkers(Workers):
    """The workers of a cluster. **A worker that dies is replaced by another; a page that fails is not tried again.**

    Parameters
    ----------
    client
        The connection.
    stopped, finished
        As ``Workers`` takes them.
    """

    def __init__(
        self, client: Client, stopped: Callable[[], bool], finished: Callable[[dict, Any, float], None]
    ) -> None:
        self.client = client
        super().__init__(0, "", stopped, finished)

    def _new_pool(self) -> Executor:
        return self.client.get_executor(pure=False)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster: what has not begun is called off where the build was interrupted."""
        self.pool.shutdown(wait=wait and not (self.stopped() or cancel_futures))
