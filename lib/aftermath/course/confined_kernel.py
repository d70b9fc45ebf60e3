"""The kernel that a student's notebook runs in: **it changes nothing outside the folder that it is started in, and tells nobody**.

Started as ``python -m aftermath.course.confined_kernel -f connection.json``. Guards are set before any code of a student is
run, and cannot be taken down from Python. On Linux the system itself refuses, whatever language asks: namespaces of its own
leave the kernel without a network and end with all that it started (where the system lets anybody make them); Landlock (from
5.13 on) refuses to write outside the folder and to read what belongs to users, and connections over TCP (from 6.7 on). On every system an audit hook
refuses to write, rename or delete elsewhere, to start or end processes, and to connect to other machines. This keeps accidents
and clumsy tricks from doing harm. It is no prison for somebody who sets out to break it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import struct
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MOST_MEMORY = 8 * 1024**3  # bytes of address space
LARGEST_FILE = 1024**3  # bytes

# events of Python's audit hooks: https://docs.python.org/3/library/audit_events.html
_OF_PROCESSES = (
    "subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn os.spawn os.startfile os.kill os.killpg"
)
_REFUSED = frozenset(_OF_PROCESSES.split())
# event to the places of its arguments: the paths that it changes, and the open folders that these are relative to
_CHANGES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "os.remove": ((0,), (1,)),
    "os.rmdir": ((0,), (1,)),
    "os.mkdir": ((0,), (2,)),
    "os.rename": ((0, 1), (2, 3)),
    "os.link": ((0, 1), (2, 3)),
    "os.symlink": ((1,), (2,)),
    "os.truncate": ((0,), ()),
    "os.chmod": ((0,), (2,)),
    "os.chown": ((0,), (3,)),
    "os.utime": ((0,), (3,)),
    "shutil.rmtree": ((0,), (1,)),
}

_SET_PARENT_DEATH_SIGNAL, _SET_NO_NEW_PRIVILEGES = 1, 38
_NEW_USER, _NEW_IPC, _NEW_PROCESSES, _NEW_NETWORK = 1 << 28, 1 << 27, 1 << 29, 1 << 30

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
_WRITE_FILE, _READ_FILE, _READ_FOLDER, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_READ = _READ_FILE | _READ_FOLDER
# read; write a file; remove a folder or file; make one of any kind
_BEGUN = _READ | _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
# version of Landlock to what it can refuse beyond that: linking across folders, truncating
_SINCE = {2: 1 << 13, 3: _TRUNCATE}
_TCP, _SIGNALS_AND_ABSTRACT_SOCKETS = 0b11, 0b11
_TCP_SINCE, _SIGNALS_SINCE = 4, 6
# what a Python process reads of the system; homes and places for data are not among it
_OF_THE_SYSTEM = "/bin /dev /etc /gnu /lib /lib32 /lib64 /nix /opt /proc /sbin /snap /sys /usr"


def isolated(started_by: int | None = None) -> bool:
    """Go on as a process without a network, with which ends all that it starts.

    Parameters
    ----------
    started_by
        The process with which it ends; the one above it if not given, **which may have ended before it was asked for**.

    Returns
    -------
    bool
        Whether the system allowed it. **It returns in a child process alone**: the one that was started waits for it and ends as it
        ends. Where it was not allowed nothing happens.
    """
    if sys.platform != "linux":
        return False
    user, group, started_by = os.getuid(), os.getgid(), started_by or os.getppid()
    if _system().unshare(_NEW_USER | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK) != 0:
        return False
    for file, content in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with contextlib.suppress(
            OSError
        ):  # AppArmor may forbid it: the process is then nobody's, and reads and writes as before
            Path("/proc/self", file).write_text(content, encoding="ascii")
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    gone, open_while_alive = os.pipe()  # says that the other end was closed, with the process that waits
    child = os.fork()
    if child == 0:
        os.close(open_while_alive)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        _system().prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if select.select([gone], [], [], 0)[0]:
            os._exit(1)  # it had ended before it could be asked for a signal
        return True
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is meant for the child, which gets it as well
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if os.getppid() != started_by:
            os._exit(1)  # and the child with it
        signal.sigtimedwait([signal.SIGCHLD], 1.0)
    os._exit(os.waitstatus_to_exitcode(ended[1]) & 0xFF)


def confine(folder: Path) -> None:
    """Set the guards for this process and what it starts; there is no way back.

    Parameters
    ----------
    folder
        The one in which anything may be changed.
    """
    folder = Path(os.path.realpath(folder))
    with contextlib.suppress(
        ImportError, OSError, ValueError
    ):  # Windows has no such limits; a stricter one may be in force
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _confine_by_landlock(folder)
    sys.addaudithook(_hook(str(folder)))


def _hook(folder: str) -> Callable[[str, tuple[Any, ...]], None]:
    inside = folder + os.sep

    def check(path: Any, relative_to: Any = None) -> None:
        if not isinstance(path, str | bytes | os.PathLike) or path == os.devnull:
            return  # a file that is open already, or none
        base = f"/proc/self/fd/{relative_to}" if isinstance(relative_to, int) and relative_to >= 0 else ""
        resolved = os.path.realpath(os.path.join(base, os.fsdecode(path)))  # noqa: PTH118 - Path raises audit events of its own
        if not (resolved + os.sep).startswith(inside):
            raise PermissionError(f"while a notebook is graded, nothing may be changed outside its folder: {resolved}")

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            if isinstance(arguments[2], int) and arguments[2] & WRITING:
                check(arguments[0])
        elif event in _CHANGES:
            paths, bases = _CHANGES[event]
            for place, path in enumerate(paths):
                base = arguments[bases[place]] if place < len(bases) and bases[place] < len(arguments) else None
                check(arguments[path], base)
        elif event in _REFUSED:
            raise PermissionError(f"while a notebook is graded, it may not start or end processes ({event})")
        elif event == "socket.connect" and _of_another_machine(arguments[1]):
            raise PermissionError("while a notebook is graded, it may not connect to other machines")

    return hook


def _of_another_machine(address: Any) -> bool:
    return isinstance(address, tuple) and str(address[0]) not in ("127.0.0.1", "::1", "localhost")


def landlock_version() -> int:
    """Which version of Landlock the system's kernel has; below 1 where it has none."""
    if sys.platform != "linux":
        return 0
    return _system().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)


def _system() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _confine_by_landlock(folder: Path) -> None:
    """Ask the system's kernel to refuse changes elsewhere, and reading what belongs to users; where it cannot, nothing happens."""
    call, version = _system().syscall, landlock_version()
    if version < 1:
        return
    of_files = _BEGUN | sum(bit for since, bit in _SINCE.items() if version >= since)
    fields = [of_files]
    fields += [_TCP] if version >= _TCP_SINCE else []
    fields += [_SIGNALS_AND_ABSTRACT_SOCKETS] if version >= _SIGNALS_SINCE else []
    refused = struct.pack(f"{len(fields)}Q", *fields)
    if (rules := call(_CREATE_RULESET, refused, ctypes.c_size_t(len(refused)), 0)) < 0:
        return
    for path, allowed in ((folder, of_files), (Path(os.devnull), _READ_FILE | _WRITE_FILE | _TRUNCATE), *_readable()):
        beneath = os.open(path, os.O_PATH)
        of_its_kind = allowed if path.is_dir() else allowed & (_READ_FILE | _WRITE_FILE | _TRUNCATE)
        call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", of_its_kind & of_files, beneath), 0)
        os.close(beneath)
    _system().prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _readable() -> Iterator[tuple[Path, int]]:
    """The system, and what this Python imports from."""
    places = {
        *_OF_THE_SYSTEM.split(),
        sys.prefix,
        sys.base_prefix,
        *sysconfig.get_paths().values(),
        *filter(None, sys.path),
    }
    places |= set(filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)))
    return ((Path(place), _READ) for place in sorted(places) if Path(place).exists())


def missing_guards() -> list[str]:
    """What this system does not keep a notebook from; asked in a process that is confined for the purpose."""
    alone, version = isolated(), landlock_version()
    lacks = {
        "using the network": not alone and version < _TCP_SINCE,
        "leaving processes behind": not alone,
        "reading files and changing them": version < 1,
    }
    return [what for what, lacking in lacks.items() if lacking]


if __name__ == "__main__":
    if sys.argv[1:] == ["--missing-guards"]:
        print(*missing_guards(), sep="\n")
        sys.exit()
    isolated(int(os.environ.get("JPY_PARENT_PID", 0)) or None)
    confine(Path.cwd())

    from ipykernel import kernelapp

    # what cells print is read by nobody, and must not fill the memory of who grades
    kernelapp.launch_new_instance(outstream_class=None, no_stdout=True, no_stderr=True)
