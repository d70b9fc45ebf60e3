"""What goes to a terminal: no name and no text of a case commands it, whatever says it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from rich.text import Text

from aftermath import cli
from aftermath.problems import CaseError, Problem
from aftermath.terminal import console, guard_streams, hand_on, harmless, say
from tiny import CASES, make_workspace

RED_CROSS = CASES[1]
EVIL = {
    "colours": "a\x1b[31mb",
    "hides": "a\x1b[8mb",
    "clears": "a\x1b[2Jb",
    "sets a title": "a\x1b]0;owned\x07b",
    "links": "a\x1b]8;;http://x\x1b\\b",
    "asks the terminal": "a\x1b[6nb",
    "one byte": "a\x9b2Jb",
    "writes over": "a\rb",
    "goes back": "a\x08\x08b",
    "shifts": "a\x0eb",
    "deletes": "a\x7fb",
    "runs backwards": "a\u202etxt.exe",
    "isolates": "a\u2066b",
    "new line": "a\u2028b",
}
COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
by_evil = pytest.mark.parametrize("name", EVIL.values(), ids=EVIL)


@pytest.fixture
def command(monkeypatch, capsys) -> Callable[..., tuple[int, str]]:
    """Runs the command in this process: exit status, and all that it said."""

    def run(*arguments: str) -> tuple[int, str]:
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as ended:
            patch.setattr(sys, "argv", ["aftermath", *arguments])
            patch.setattr(sys, "stdout", sys.stdout)  # what the command puts in their place goes afterwards
            patch.setattr(sys, "stderr", sys.stderr)
            cli.main()
        return ended.value.code or 0, "".join(capsys.readouterr())

    return run


@pytest.mark.bad_input("control characters in names")
@pytest.mark.parametrize("name", ["".join(EVIL.values()), EVIL["clears"], EVIL["runs backwards"]])
def test_messages_of_every_kind_spell_them_out(command, name, tmp_path, monkeypatch, record_property):
    workspace = make_workspace(tmp_path / "work", (RED_CROSS,))
    monkeypatch.setenv("AFTERMATH_ROOT", str(workspace.root))
    path = workspace.cases / RED_CROSS / "events.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("event_id", f"event_id{name.replace(chr(13), '')}", 1),
        encoding="utf-8",
    )
    asked = [
        ("check",),
        ("check", name),
        ("build", "--case", name),
        ("build", "-p", f"{name}=1"),
        ("build", name),
        (name,),
        ("build", f"--{name}"),
        ("serve", "--port", name),
        ("new", name),
        ("sweep", name),
        ("replay", name),
        ("export", name, "--format", "bibtex"),
        ("sources", name),
        ("archive", "list", name),
    ]
    record_property("trials", len(asked))
    for words in asked:
        status, said = command(*words)
        assert status, words
        assert said.strip(), words
        assert COMMANDS.findall(said.replace("\n", "")) == [], words


@pytest.mark.bad_input("control characters in names")
@pytest.mark.skipif(os.name == "nt", reason="names that Windows does not allow")
@by_evil
def test_a_workspace_may_have_any_name(command, name, tmp_path, monkeypatch):
    (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path / name))
    status, said = command("build")
    assert status
    assert harmless(name.replace("//", "/")) in said.replace("\n", "")
    assert COMMANDS.findall(said.replace("\n", "")) == []


@pytest.mark.bad_input("control characters in names")
@by_evil
def test_problems_and_progress_spell_them_out(name, capsys):
    say(str(CaseError([Problem(f"casestudies/{name}/events.csv", 2, name, name, name)])), error=True)
    console().print(
        Text(name), name, f"[bold]{name}[/bold]" if "[" not in name and "\\" not in name else name, markup=False
    )
    captured = capsys.readouterr()
    assert COMMANDS.findall(captured.out.replace("\n", "") + captured.err.replace("\n", "")) == []
    assert harmless(name) in captured.err


def test_words_and_their_lines_stay_as_they_are():
    text = "1\t2\r\nnaïve “words” — 中文 עברית \u200f\u00a0🙂\n"
    assert harmless(text) == text


def test_data_in_a_pipe_stays_as_it_is_and_on_a_terminal_commands_nothing(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    written = []
    for kind in (io.StringIO, Terminal):
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, kind())
        guard_streams()
        guard_streams()
        hand_on(EVIL["clears"])
        print(EVIL["clears"], end="", file=sys.stderr)
        sys.stdout.writelines(["|", EVIL["hides"]])
        written.append((sys.stdout.getvalue(), sys.stderr.getvalue()))
    shown = harmless(EVIL["clears"])
    assert written == [
        (f"{EVIL['clears']}|{EVIL['hides']}", shown),
        (f"{shown}|{harmless(EVIL['hides'])}", shown),
    ]


@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX")
def test_on_a_terminal_colours_are_our_own_alone():
    import pty

    script = (
        "from aftermath.terminal import *\nguard_streams()\nout = console()\n"
        "out.print('ours \\x1b[31mtheirs', style='bold', highlight=False)\nprint('printed \\x1b[2J')\nhand_on('data \\x1b]0;x\\x07\\n')\n"
        "raise ValueError('raised \\x1b[8m')\n"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    try:
        subprocess.run(
            [sys.executable, "-c", script], stdout=theirs, stderr=theirs, env=environment, timeout=60, check=False
        )
        said = os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "\x1b[1mours \\x1b[31mtheirs\x1b[0m" in said
    for words in ("printed \\x1b[2J", "data \\x1b]0;x\\x07", "ValueError: raised \\x1b[8m"):
        assert words in said
    assert set(re.findall("\x1b[^m]*m|\x1b.", said)) == {"\x1b[1m", "\x1b[0m"}
