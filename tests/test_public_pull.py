"""Pulling: a pull that broke off goes on where it stopped, keys and texts stay where they belong."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from aftermath import public
from aftermath.files import WriteError
from aftermath.public import PullError, QueryError
from aftermath.public.source import pieces
from recorded import ANSWERS, KEY, QUERIES, views
from replaying import Clock, Replay, hangs_up, says


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    monkeypatch.setenv("MEDIACLOUD_API_KEY", KEY)
    replay = Replay()
    yield replay
    replay.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# Going on where it stopped

LONG = {"article": "Acme Corporation", "start": "2017-01-01", "end": "2019-12-31"}
THREE = [views(("2017040900", 1)), views(("2018040900", 2)), views(("2019040900", 3))]


@pytest.mark.fault("networks that fail")
@pytest.mark.parametrize("trouble", [says("", status=500), hangs_up, says("<h1>Sorry</h1>"), says('{"items": [')])
def test_a_pull_that_broke_off_asks_only_for_what_is_missing(trouble, server, clock, tmp_path):
    server.script, server.otherwise = [says(THREE[0])], trouble
    with pytest.raises(PullError):
        public.pull("wikipedia", LONG, tmp_path, client=server.client(clock))
    record = json.loads((tmp_path / "pull.json").read_text())
    assert files(tmp_path) == ["pull.json", record["responses"][0]["file"]]
    with pytest.raises(PullError, match=r"the pull is not whole .*2018"):
        public.load(tmp_path)
    first = server.asked[0]
    server.asked.clear()
    server.script, server.otherwise = [says(THREE[1]), says(THREE[2])], None
    pulled = public.pull("wikipedia", LONG, tmp_path, client=server.client(clock))
    assert (pulled.asked, pulled.kept) == (2, 1)
    assert first not in server.asked
    assert pulled.table["value"].to_list() == [1.0, 2.0, 3.0]


def test_a_whole_pull_asks_for_nothing(server, clock, tmp_path):
    server.script = [says(body) for body in THREE]
    client = server.client(clock)
    first = public.pull("wikipedia", LONG, tmp_path, client=client)
    again = public.pull("wikipedia", {**LONG, "agent": "user"}, tmp_path, client=client)  # a default, said aloud
    assert (len(server.asked), again.asked, again.kept) == (3, 0, 3)
    assert again.table.equals(first.table)


def test_the_same_answers_make_the_same_files(server, tmp_path):
    for name in ("one", "two"):
        server.script = [says(body) for body in THREE]
        public.pull("wikipedia", LONG, tmp_path / name, client=server.client(Clock()))
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).rglob("*.json")} for n in ("one", "two"))
    assert one == two
    assert len(one) == 4


def test_days_that_were_not_over_are_asked_for_again(server, tmp_path):
    query = {"article": "Acme Corporation", "start": "2024-05-01", "end": "2024-06-01"}
    for day, count in (("2024060100", 1), ("2024060100", 7)):
        server.script.append(says(views((day, count))))
    now = public.pull("wikipedia", query, tmp_path, client=server.client(Clock()))
    later = server.client(Clock(datetime(2024, 6, 3, tzinfo=UTC)))
    final = public.pull("wikipedia", query, tmp_path, client=later)
    assert (now.table["value"].to_list(), final.table["value"].to_list()) == ([1.0], [7.0])
    assert public.pull("wikipedia", query, tmp_path, client=later).asked == 0
    assert len(files(tmp_path)) == 2


@pytest.mark.bad_input("answers of public sources")
def test_an_answer_that_was_changed_is_refused_and_one_that_is_gone_is_asked_for_again(server, clock, tmp_path):
    server.script = [says(ANSWERS["wikipedia"]), says(ANSWERS["wikipedia"])]
    client = server.client(clock)
    public.pull("wikipedia", QUERIES["wikipedia"], tmp_path, client=client)
    (answer,) = (tmp_path / "responses").iterdir()
    whole = answer.read_bytes()
    answer.write_bytes(whole.replace(b"2500", b"25"))
    sums = [hashlib.sha256(content).hexdigest() for content in (answer.read_bytes(), whole)]
    for again in (lambda: public.load(tmp_path), lambda: public.pull("wikipedia", QUERIES["wikipedia"], tmp_path)):
        with pytest.raises(PullError, match=f"{answer.name} is not the answer that came: .*{sums[0]}.*{sums[1]}"):
            again()
    answer.unlink()
    assert public.pull("wikipedia", QUERIES["wikipedia"], tmp_path, client=client).asked == 1
    assert answer.read_bytes() == whole


def test_one_folder_holds_one_query(server, clock, tmp_path):
    server.script = [says(ANSWERS["wikipedia"])]
    public.pull("wikipedia", QUERIES["wikipedia"], tmp_path, client=server.client(clock))
    for name, query in (("wikipedia", {**QUERIES["wikipedia"], "agent": "spider"}), ("gdelt", QUERIES["gdelt"])):
        with pytest.raises(QueryError, match=r"holds another pull \(wikipedia: .*Acme_Corporation"):
            public.pull(name, query, tmp_path, client=server.client(clock))
    assert len(server.asked) == 1


@pytest.mark.fault("full disks and missing rights")
@pytest.mark.parametrize("fails_at", range(1, 5))
def test_a_disk_that_fills_up_leaves_only_what_is_whole(fails_at, server, clock, tmp_path, monkeypatch):
    server.otherwise = says(THREE[0])
    written, fsync = [], os.fsync

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) >= fails_at:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match="No space left"):
            public.pull("wikipedia", LONG, tmp_path, client=server.client(clock))
    kept = (fails_at - 1) // 2
    record = tmp_path / "pull.json"
    assert len(json.loads(record.read_text())["responses"] if record.exists() else []) == kept
    assert not [name for name in files(tmp_path) if Path(name).name.startswith(".")]
    pulled = public.pull("wikipedia", LONG, tmp_path, client=server.client(clock))
    assert (pulled.asked, pulled.kept) == (3 - kept, kept)


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize(
    "record",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"source": "wikipedia", "query": {}, "responses": [{}]}',
        '{"source": "wikipedia", "query": {}, "responses": 3}',
        '{"source": "wikipedia", "query": {}, "responses": [{"url": 1, "about": "", "file": "../../x", "sha256": "",'
        ' "content_type": "", "status": 200, "bytes": 1, "retrieved": "2024-01-01T00:00:00+00:00"}]}',
    ],
)
def test_a_record_that_cannot_be_read_is_named(record, server, tmp_path):
    (tmp_path / "pull.json").write_text(record)
    with pytest.raises(PullError, match=r"pull\.json cannot be read"):
        public.load(tmp_path)
    with pytest.raises(PullError, match=r"pull\.json cannot be read"):
        public.pull("wikipedia", QUERIES["wikipedia"], tmp_path, client=server.client())
    assert (server.asked, (tmp_path / "pull.json").read_text()) == ([], record)


def test_a_folder_without_a_pull_is_named(tmp_path):
    with pytest.raises(PullError, match=r"holds no pull"):
        public.load(tmp_path)


# Keys and texts


def test_a_missing_key_is_an_error_with_the_cure(server, clock, tmp_path, monkeypatch):
    for key in (None, "", "  "):
        monkeypatch.delenv("MEDIACLOUD_API_KEY", raising=False)
        if key is not None:
            monkeypatch.setenv("MEDIACLOUD_API_KEY", key)
        with pytest.raises(PullError, match=r"set the environment variable MEDIACLOUD_API_KEY.*mediacloud\.org"):
            public.pull("mediacloud", QUERIES["mediacloud"], tmp_path / "pull", client=server.client(clock))
    assert (server.asked, (tmp_path / "pull").exists()) == ([], False)


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("key", ["two words", "line\r\nHost: evil", "schlüssel"])
def test_a_key_that_is_none_is_not_sent(key, server, clock, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDIACLOUD_API_KEY", key)
    with pytest.raises(PullError, match="characters that no key has"):
        public.pull("mediacloud", QUERIES["mediacloud"], tmp_path, client=server.client(clock))
    assert server.asked == []


def test_the_key_is_sent_and_never_written(server, clock, tmp_path):
    server.script = [says(ANSWERS["mediacloud"])]
    pulled = public.pull("mediacloud", QUERIES["mediacloud"], tmp_path, client=server.client(clock))
    assert server.headers[0]["authorization"] == f"Token {KEY}"
    assert KEY not in server.asked[0] + pulled.text + repr(pulled)
    assert len(files(tmp_path)) == 2
    assert not [name for name in files(tmp_path) if KEY in (tmp_path / name).read_text()]


def test_only_the_source_that_needs_the_key_gets_it(server, clock, tmp_path):
    for name in sorted(set(public.SOURCES) - {"mediacloud"}):
        server.script = [says(ANSWERS[name])]
        public.pull(name, QUERIES[name], tmp_path / name, client=server.client(clock))
    assert len(server.headers) == 6
    assert not [sent for sent in server.headers if "authorization" in sent]


def test_what_people_wrote_stays_out_of_the_repository(server, clock, tmp_path, monkeypatch):
    (tmp_path / "casestudies").mkdir()
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    query, client = QUERIES["nhtsa-complaints"], server.client(clock)
    for place in ("", "data/archives/acme", "casestudies/acme", "build/../data"):
        with pytest.raises(QueryError, match="is in the repository"):
            public.pull("nhtsa-complaints", query, tmp_path / place, client=client)
    assert server.asked == []
    server.otherwise = says(ANSWERS["nhtsa-complaints"])
    for place in ("data/archives/acme/raw", "build/acme", "../elsewhere"):
        assert public.pull("nhtsa-complaints", query, tmp_path / place, client=client).asked == 1
    server.otherwise = says(ANSWERS["nhtsa-recalls"])
    assert public.pull("nhtsa-recalls", query, tmp_path / "data" / "acme", client=client).asked == 1


# Questions that cannot be asked


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("wikipedia", {"article": ""}, "needs article: title as it stands"),
        ("wikipedia", {"article": ".."}, "is not a title"),
        ("wikipedia", {"article": "a\x00b"}, "cannot be seen"),
        ("wikipedia", {"article": "a\udce9"}, "cannot be seen"),
        ("wikipedia", {"article": "a" * 1001}, "longer than 1000"),
        ("wikipedia", {"article": 5}, "is not text"),
        ("wikipedia", {"titel": "x"}, "does not take titel: write article, start"),
        ("wikipedia", {"start": "2015-06-30"}, "is before 2015-07-01"),
        ("wikipedia", {"start": "9.4.2017"}, "write YYYY-MM-DD"),
        ("wikipedia", {"start": "20170409"}, "write YYYY-MM-DD"),
        ("wikipedia", {"start": "2017-04-21"}, "is after end=2017-04-20. Exchange the two"),
        ("wikipedia", {"end": "2024-06-02"}, "has not come yet: write a day up to 2024-06-01"),
        ("wikipedia", {"project": "en.wikipedia/../x"}, "is not a project"),
        ("wikipedia", {"agent": "human"}, "write user, all-agents"),
        ("wikipedia", {"article": ["A", "B"]}, "takes article only once"),
        ("gdelt", {"start": "2016-12-31"}, "is before 2017-01-01"),
        ("gdelt", {"measure": ["volume", "mood"]}, "write volume or tone"),
        ("wayback", {"url": "example.org/*"}, "ask for one page"),
        ("wayback", {"url": "statement"}, "is not the address of a page"),
        ("wayback", {"start": "1995-12-31"}, "is before 1996"),
        ("mediacloud", {"collection": ""}, "needs collection"),
        ("mediacloud", {"collection": "34412234&key=x"}, "is not the number of a collection"),
        ("nhtsa-complaints", {"years": "05"}, "write e.g. 2005 or 2005-2007"),
        ("nhtsa-complaints", {"years": "1950-2024"}, "write e.g. 2005 or 2005-2007"),
        ("nhtsa-recalls", {"model": []}, "needs model"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_sent(name, change, problem, server, clock, tmp_path):
    with pytest.raises(QueryError, match=problem):
        public.pull(name, {**QUERIES[name], **change}, tmp_path / "pull", client=server.client(clock))
    assert (server.asked, (tmp_path / "pull").exists()) == ([], False)


def test_an_unknown_source_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(QueryError, match=r"'twitter' is not a source\. There are gdelt, mediacloud,"):
        public.pull("twitter", {}, tmp_path)


def test_more_requests_than_anyone_should_send_are_not_sent(server, clock, tmp_path):
    query = {"make": "ACME", "model": [f"M{k}" for k in range(60)], "years": "1980-2019"}
    with pytest.raises(QueryError, match=r"2,400.requests, more than 2000"):
        public.pull("nhtsa-complaints", query, tmp_path / "pull", client=server.client(clock))
    assert server.asked == []


@pytest.mark.parametrize(
    ("start", "end"), [("2017-01-01", "2017-01-01"), ("2016-01-01", "2016-12-31"), ("2015-07-01", "2024-02-29")]
)
def test_pieces_cover_the_range_once_and_are_of_one_length(start, end):
    found = pieces(start, end)
    lengths = [(b - a).days + 1 for a, b in found]
    assert (found[0][0].isoformat(), found[-1][1].isoformat()) == (start, end)
    assert all((b[0] - a[1]).days == 1 for a, b in pairwise(found))
    assert max(lengths) <= 366
    assert max(lengths) - min(lengths) <= 1


# What a person reads


def test_the_words_say_what_came_and_how_to_cite_it(server, clock, tmp_path):
    server.script = [says(ANSWERS["gdelt"])]
    text = public.pull("gdelt", QUERIES["gdelt"], tmp_path, client=server.client(clock)).text.replace("\u00a0", " ")
    assert text.splitlines()[0] == "gdelt: 2 values of articles and 2 values of articles_monitored."
    assert "1 request sent, 0 answers kept from before." in text
    assert "Cite as: The GDELT Project" in text


def test_help_names_every_source_and_every_argument():
    assert [line.split()[0] for line in public.help_text().splitlines()] == sorted(public.SOURCES)
    for name, source in public.SOURCES.items():
        text = public.help_text(name)
        assert all(f"  {argument.name}=" in text for argument in source.arguments)
        assert source.documentation in text
    assert "MEDIACLOUD_API_KEY" in public.help_text("mediacloud")


@pytest.mark.bad_input("answers of public sources")
@pytest.mark.parametrize("word", ["article", "=x", ""])
def test_a_word_that_is_no_argument_is_named(word):
    with pytest.raises(QueryError, match="is not of the form argument=value"):
        public.parsed([word])


def test_every_module_names_its_documentation():
    for source in public.SOURCES.values():
        assert "https://" in (__import__(source.plan.__module__, fromlist=["x"]).__doc__ or "")
