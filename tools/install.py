"""Make the environment in .venv, or bring it up to date: ``python tools/install.py [default|develop|check]``.

Every package comes from a lock file and is checked against its hash. An install may be interrupted at any moment: an environment
is called ready only when every file is there that its packages say they have. Only the standard library is used, and only
syntax that an old Python can read: an old Python has to be able to say that it is too old.
"""

import csv
import glob
import os
import shutil
import subprocess
import sys
import time

OLDEST, NEWEST = (3, 11), (3, 13)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(ROOT, ".venv")
LOCKS = {"default": "requirements.lock", "develop": "requirements-develop.lock"}
WINDOWS = os.name == "nt"


def main(arguments):
    """Install what the lock of the wanted kind names, or see that it is there; return the exit status."""
    kind = arguments[0] if arguments else "default"
    if kind not in (*LOCKS, "check") or len(arguments) > 1:
        return complain("Say `python tools/install.py default`, `python tools/install.py develop` or `... check`.")
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return complain(wrong_python())
    os.chdir(ROOT)
    if os.path.exists(mark("develop")):
        kind = "develop"  # nothing is taken away from somebody who develops
    started = time.time()
    broken = damaged()
    if kind == "check" and os.path.exists(mark("default")) and not broken:
        print("The environment is whole: all files of %d packages are there." % len(records()), flush=True)
        return 0
    kind = "default" if kind == "check" else kind
    unstamp()
    if any(name_of(folder) == "pip" for folder in broken) or not works(program("python")):
        print("Making the environment in .venv with Python %d.%d.%d ..." % sys.version_info[:3], flush=True)
        if not make_environment():
            return complain(no_environment())
    elif broken:
        print("Files are missing, as an install was interrupted: %s. Mending ..." % names(broken), flush=True)
        forget(broken)
    print("Installing %s; the first time takes about a minute ..." % LOCKS[kind], flush=True)
    if not (packages(LOCKS[kind]) and library()):
        return complain("The environment is not complete; what was printed above says why. Run the command again.")
    broken = damaged()
    if broken:
        return complain(
            "The environment is not complete: files of %s are missing. Run the command again." % names(broken)
        )
    compile_all()
    stamp(kind)
    print("The environment is ready (%.0f s)." % (time.time() - started), flush=True)
    return 0


def program(name):
    """Where the environment keeps a program."""
    return os.path.join(ENVIRONMENT, "Scripts", name + ".exe") if WINDOWS else os.path.join(ENVIRONMENT, "bin", name)


def works(python):
    """Whether there is a Python that runs, is one of ours, and can install packages."""
    question = "import pip, sys; sys.exit(not %r <= sys.version_info[:2] <= %r)" % (OLDEST, NEWEST)
    return os.path.exists(python) and run([python, "-c", question], stderr=subprocess.DEVNULL)


def make_environment():
    """An empty environment with pip in it; what is left of a broken one is cleared."""
    return run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT]) and works(program("python"))


def records():
    """The folder of each package that says what it consists of (``name-version.dist-info``)."""
    library = "Lib" if WINDOWS else os.path.join("lib", "python3.*")
    return sorted(glob.glob(os.path.join(glob.escape(ENVIRONMENT), library, "site-packages", "*.dist-info")))


def name_of(folder):
    """The package that such a folder belongs to."""
    return os.path.basename(folder).split("-")[0]


def names(folders):
    """Packages in words."""
    return ", ".join(name_of(folder) for folder in folders)


def damaged():
    """The packages of which a file is missing, or has another size than its record says.

    Notes
    -----
    Installers write the record last, and call a package installed once its folder is there: they do not look again. What pip
    has put aside to be removed begins with ``~``.
    """
    return [folder for folder in records() if name_of(folder).startswith("~") or not is_whole(folder)]


def is_whole(folder):
    """Whether all files of a package are there, with the sizes that its record says."""
    try:
        with open(os.path.join(folder, "RECORD"), encoding="utf-8", newline="") as file:
            text = file.read()
        rows = list(csv.reader(text.splitlines()))
        sizes = [(os.stat(os.path.join(folder, os.pardir, row[0])).st_size, row[2]) for row in rows if row]
    except (OSError, ValueError, IndexError, csv.Error):
        return False
    itself = os.path.basename(folder) + "/RECORD"
    whole = text.endswith("\n") and any(row[:1] == [itself] for row in rows)
    return whole and all(recorded in ("", str(size)) for size, recorded in sizes)


def forget(folders):
    """Let installers take packages for missing: what is there of them is written over."""
    for folder in folders:
        shutil.rmtree(folder)


def packages(lock):
    """Install the packages of a lock with uv, which is quick; with pip where uv cannot be had or finds no index.

    Notes
    -----
    pip reads settings (an index of a company, say) that uv does not know, so it is worth the second try.
    Dependencies are not resolved: the lock is complete, but for what it leaves out on purpose (torch).
    """
    pip = [program("python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    pip += ["--no-compile", "--require-hashes", "--requirement"]
    sync = [program("uv"), "pip", "sync", "--quiet", "--python", program("python"), "--require-hashes", lock]
    if run([*pip, "requirements-installer.lock"]) and run(sync):
        return True
    print("uv could not install the packages; trying pip, which takes a few minutes ...", flush=True)
    return run([*pip, lock])


def library():
    """Install the library itself so that edits count at once."""
    pip = [program("python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    return run([*pip, "--no-build-isolation", "--no-index", "--editable", "."])


def compile_all():
    """Compile what was installed, or each kernel spends many seconds importing; the tests of packages can wait.

    Notes
    -----
    Said aloud, because PYTHONDONTWRITEBYTECODE may be set. Packages carry a few files for other Pythons that do not
    compile here: the status says nothing.
    """
    compiler = [program("python"), "-W", "ignore", "-m", "compileall", "-qq", "-j", "0", "-x", r"[/\\]tests[/\\]"]
    run([*compiler, os.path.join(ENVIRONMENT, "Lib" if WINDOWS else "lib"), os.path.join(ROOT, "lib")])


def mark(kind):
    """The file that says that the environment is of a kind; make compares its age with that of the locks."""
    return os.path.join(ENVIRONMENT, ".%s-installed" % kind)


def stamp(kind):
    """Note what is installed. A develop environment holds the default one as well."""
    for path in {mark("default"), mark(kind)}:
        with open(path, "w"):
            os.utime(path)


def unstamp():
    """Let make install again if this is interrupted; of which kind the environment is stays known."""
    for kind in LOCKS:
        if os.path.exists(mark(kind)):
            os.utime(mark(kind), (0, 0))


def run(command, **options):
    """Run a program; whether it went well."""
    settings = dict(os.environ)
    settings.setdefault("UV_HTTP_TIMEOUT", "120")
    settings.pop("PYTHONHOME", None)
    settings.pop("PYTHONPATH", None)
    try:
        return subprocess.call(command, env=settings, **options) == 0
    except OSError as error:
        print("%s: %s" % (command[0], error.strerror), flush=True)
        return False


def wrong_python():
    """What to say to a Python that is too old or too new."""
    text = "Aftermath needs Python 3.11, 3.12 or 3.13; this is %d.%d (%s)." % (
        sys.version_info[0],
        sys.version_info[1],
        sys.executable,
    )
    for name in ("python3.13", "python3.12", "python3.11"):
        if shutil.which(name):
            return text + "\n%s is installed here: add PYTHON=%s to the make command." % (name, name)
    return text + "\nInstall one of them, then name it: make reports PYTHON=/path/to/python3.12"


def no_environment():
    """What to say where the venv module of the standard library is missing or broken."""
    return (
        "%s could not make an environment. On Debian and Ubuntu the module venv is a package of its own: "
        "apt install python%d.%d-venv. Or name another Python: make reports PYTHON=/path/to/python3.12"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )


def complain(text):
    """Print a problem; return the exit status that says that there was one."""
    sys.stderr.write(text + "\n")
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(complain("Stopped. Run the command again to complete the environment."))
