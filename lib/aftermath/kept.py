"""Results kept from build to build: what rests on unchanged rows is not computed anew.

Only a build keeps results, in a folder of its own that holds for one state of the library and of the packages. Outside a
build, and wherever a result cannot be read or written, it is computed: **keeping changes how long something takes, and
nothing else**.

Results are pickled, and to load a pickle is to run it. So each is signed with a key that only this user on this machine
has and that lies outside of every build folder: what anybody else put there is not loaded.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import os
import pickle
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from aftermath.files import WriteError, write_whole

_VARIABLE = "AFTERMATH_KEPT"
_DIGEST = hashlib.sha256().digest_size
_KEY_FILE = "kept.key"

Kept = TypeVar("Kept")

# of this thread alone: pages are made side by side, and not all of them keep results
_folder: ContextVar[str] = ContextVar("folder of kept results", default="")


@contextlib.contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Keep results in a folder while this is held, in this thread and in processes that are started with ``handed_on``.

    Parameters
    ----------
    folder
        For one state of library and packages. **It need not be trusted**: what this user did not keep is not loaded.
    """
    token = _folder.set(str(folder))
    try:
        yield
    finally:
        _folder.reset(token)


def handed_on() -> dict[str, str]:
    """The variables by which a process that is started knows the folder."""
    return {_VARIABLE: folder} if (folder := _folder.get()) else {}


def kept(name: str, made_from: Callable[[], Any], compute: Callable[[], Kept]) -> Kept:
    """A result as it was kept, or computed and kept.

    Parameters
    ----------
    name
        What it is the result of, e.g. ``entry kitchenaid-tweet``. **One result a name is kept**: a newer one takes its place.
    made_from
        Tells all that it depends on beside library and packages, compared by its ``repr``; **asked only in a build**. Where it
        tells nothing (empty or None), or a file cannot be read (OSError), nothing is kept.
    compute
        Computes it. What it returns must survive pickling.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, keeping(Path(folder)):
    ...     first = kept("sum", lambda: (1, 2), lambda: 3)
    ...     again = kept("sum", lambda: (1, 2), lambda: "never asked")
    ...     other = kept("sum", lambda: (2, 2), lambda: 4)
    >>> first, again, other
    (3, 3, 4)
    """
    path = _path(name)
    if path is None:
        return compute()
    key = _key(name, made_from)
    found = _read(path, key) if key else None
    if found is None:
        found = (compute(),)
        if key and _key(name, made_from) == key:  # nothing was saved meanwhile
            _write(path, key, found)
    return found[0]


def kept_each(name: str, made_from: Mapping[str, Callable[[], Any]], compute: Callable[[str], Kept]) -> dict[str, Kept]:
    """Small results of many cases as they were kept, **all in one file**: those of cases that changed are computed.

    Parameters
    ----------
    name
        What they are the results of, e.g. ``rows of sources``.
    made_from
        Id of a case to what tells all that its result depends on, as ``kept`` takes it.
    compute
        Computes the result of the case with an id. What it returns must survive pickling.

    Returns
    -------
    dict
        Id to result, in the order of ``made_from``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, keeping(Path(folder)):
    ...     first = kept_each("length", {"a": lambda: 1, "b": lambda: 1}, len)
    ...     again = kept_each("length", {"b": lambda: 2, "a": lambda: 1}, lambda case_id: f"new: {case_id}")
    >>> first, again
    ({'a': 1, 'b': 1}, {'b': 'new: b', 'a': 1})
    """
    path = _path(name)
    if path is None:
        return {case_id: compute(case_id) for case_id in made_from}
    whole = hashlib.sha256(name.encode()).digest()
    (before,) = _read(path, whole) or ({},)
    now, results = {}, {}
    for case_id, origin in made_from.items():
        key = _key(case_id, origin)
        if key and before.get(case_id, ("",))[0] == key:
            now[case_id] = before[case_id]
            results[case_id] = before[case_id][1]
        else:
            results[case_id] = compute(case_id)
            if key and _key(case_id, origin) == key:  # nothing was saved meanwhile
                now[case_id] = key, results[case_id]
    if {case_id: key for case_id, (key, _) in now.items()} != {case_id: key for case_id, (key, _) in before.items()}:
        _write(path, whole, (now,))
    return results


def _path(name: str) -> Path | None:
    """Where a result is kept; None where none is."""
    folder = _folder.get() or os.environ.get(_VARIABLE)
    return Path(folder, hashlib.sha256(name.encode()).hexdigest()[:32]) if folder and _key_of_this_user() else None


def _key(name: str, made_from: Callable[[], Any]) -> bytes:
    with contextlib.suppress(OSError):
        if origin := made_from():
            return hashlib.sha256(repr((name, origin)).encode()).digest()
    return b""


def _read(path: Path, key: bytes) -> tuple | None:
    """What was kept under a key, in a tuple; None where there is nothing, something else or something damaged."""
    with contextlib.suppress(OSError):
        content = path.read_bytes()
        signature, found, result = content[:_DIGEST], content[_DIGEST : 2 * _DIGEST], content[2 * _DIGEST :]
        if found == key and hmac.compare_digest(signature, _signature(key, result)):
            return pickle.loads(result)  # noqa: S301 - signed by this user
    return None


def _write(path: Path, key: bytes, found: tuple) -> None:
    """Keep what was found under a key. A full disk is no fault; a damaged result is found out by its signature."""
    result = pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL)
    with contextlib.suppress(WriteError):
        write_whole(path, _signature(key, result) + key + result, durable=False)


def _signature(key: bytes, result: bytes) -> bytes:
    return hmac.digest(_key_of_this_user(), key + result, "sha256")


@functools.cache
def _key_of_this_user() -> bytes:
    """The key of this user on this machine, made when it is first asked for; empty where it cannot be kept.

    Two processes that make it at once may go by different ones, and compute what the other kept.
    """
    import platformdirs  # only a build needs it

    place = platformdirs.user_state_path("aftermath") / _KEY_FILE
    with contextlib.suppress(OSError):
        if not place.is_file() or place.stat().st_size != _DIGEST:
            place.parent.mkdir(parents=True, exist_ok=True)
            # born readable by this user alone, as ``write_whole`` would not make it
            handle, beside = tempfile.mkstemp(prefix=f".{_KEY_FILE}.", dir=place.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_DIGEST))
            Path(beside).replace(place)
        return place.read_bytes()
    return b""
