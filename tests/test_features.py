"""From posts to features: what is kept, what is not, and that nothing is ever left half."""

from __future__ import annotations

import hmac
import os
import signal
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.archives.cleaning import clean, mask
from aftermath.archives.features import write_features
from aftermath.archives.keys import FILE_VARIABLE, KEY_VARIABLE, author_key, keyed_hashes
from aftermath.archives.posts import ArchiveError
from aftermath.archives.schemas import Features
from aftermath.archives.scoring import FEATURES_SCHEMA, Judge, Recipe, Remembered, features_of
from posting import KEY, Counting, batches, marks, posts

TESTS = Path(__file__).parent
TEXTS = ["fine ++", "bad ---", "", "so so", "RT @someone: fine ++", "https://t.co/a", "fine ++ @other", "bad ---", "zh"]


def recipe(scorer: Counting, **changes: object) -> Recipe:
    return Recipe(**{"key": KEY, "scorer_for": lambda _: scorer, "clean": clean, "mask": mask} | changes)


@pytest.fixture
def written(tmp_path) -> pl.DataFrame:
    table = posts(TEXTS, language=["en"] * 8 + ["tlh"])
    return pl.read_parquet(write_features(batches(table), tmp_path / "f.parquet", key=KEY, scorers=marks, workers=1))


# What is kept


def test_features_are_valid_and_in_the_order_of_the_archive(written):
    assert written.schema == FEATURES_SCHEMA
    Features.validate(written)
    assert written["time"].is_sorted() and written["post"].to_list() == list(range(len(TEXTS)))
    assert written["engagement"].to_list() == list(range(len(TEXTS)))


def test_scores_tones_and_their_scorer(written):
    assert written["sentiment"].to_list() == [0.2, -0.3, None, 0.0, 0.2, None, 0.2, -0.3, None]
    said = ["positive", "negative", None, "neutral", "positive", None, "positive", "negative", None]
    assert written["tone"].to_list() == said
    assert written["scorer"].to_list() == ["marks 1" if tone else None for tone in said]


def test_no_text_no_name_and_no_number_of_a_post_is_kept(tmp_path):
    texts = ["a telling sentence about the flight ++", "RT @particularhandle: quite another -"]
    table = posts(texts, author=["Particular Name", "particularhandle"], url=["https://example.org/x"] * 2)
    content = write_features(batches(table), tmp_path / "f.parquet", key=KEY, scorers=marks, workers=1).read_bytes()
    for secret in (*texts, "telling", "Particular Name", "particularhandle", "example.org", table["post_id"][0]):
        assert secret.encode() not in content
    assert KEY not in content


def test_the_same_author_has_the_same_hash_under_one_key_and_another_under_another():
    names = pl.Series("author", ["a", "b", "a", None])
    first, second = keyed_hashes(names, KEY), keyed_hashes(names, b"another key of 16")
    assert first[0] == first[2] != first[1] and first[3] is None
    assert set(first.drop_nulls()).isdisjoint(second.drop_nulls())


@given(st.lists(st.text(max_size=80) | st.none(), max_size=9), st.binary(min_size=16, max_size=100))
def test_authors_are_hashed_by_hmac(names, key):
    hashes = keyed_hashes(pl.Series("author", names, dtype=pl.String), key).to_list()
    assert hashes == [name if name is None else hmac.digest(key, name.encode(), "sha256").hex()[:16] for name in names]


def test_names_of_the_organisation_are_masked_before_scoring():
    scorer = Counting()
    features_of(posts(["United + is bad"]), recipe(scorer, aliases=("United",)))
    assert "United" not in scorer.asked[0] and "is bad" in scorer.asked[0]


def test_posts_without_a_language_have_that_of_the_archive():
    table = posts(["+", "+"], language=[None, "tlh"])
    made = features_of(table, recipe(Counting(), scorer_for=marks, language="en"))
    assert made["language"].to_list() == ["en", "tlh"]
    assert made["sentiment"].to_list() == [0.1, None]
    blank = features_of(table, recipe(Counting(), scorer_for=marks))
    assert blank["sentiment"].to_list() == [None, None]


# Reposts cost nothing


def test_a_text_is_scored_once_whoever_passes_it_on():
    scorer, made = Counting(), []
    one = recipe(scorer)
    for table in (posts(["fine ++", "RT @a: fine ++", "fine ++ https://t.co/x"]), posts(["fine ++", "RT @b: fine ++"])):
        made += features_of(table, one)["sentiment"].to_list()
    assert made == [0.2] * 5
    assert scorer.asked == ["fine ++"]


def test_what_is_remembered_is_bounded_and_asked_for_once():
    memory, asked = Remembered(most=10), []

    def score(texts: pl.Series) -> np.ndarray:
        asked.extend(texts)
        return texts.str.len_chars().to_numpy() / 10

    for place in range(1000):
        memory.scores(pl.Series([f"text {place}", f"text {place}"]), score)
    assert asked == [f"text {place}" for place in range(1000)]
    assert memory.scores(pl.Series(["text 999", "a", "text 0", "a"]), score).tolist() == [0.8, 0.1, 0.6, 0.1]
    assert asked[1000:] == ["a", "text 0"]


@given(st.lists(st.text(alphabet="+- ab@:/RT", max_size=12), min_size=1, max_size=40), st.integers(1, 5))
def test_remembering_changes_no_score(texts, most):
    texts = list(dict.fromkeys(texts))
    small = Judge(Counting(), recipe(Counting()), Remembered(most), Remembered(most))
    again = [small.scores(texts[place : place + 3]) for place in range(0, len(texts), 3) for _ in range(2)]
    fresh = [Judge(Counting(), recipe(Counting())).scores([text])[0] for text in texts]
    assert list(chain(*again[::2])) == list(chain(*again[1::2])) == fresh


# The file


@pytest.mark.slow
def test_any_number_of_workers_and_any_size_of_batch_give_the_same_rows(tmp_path):
    from aftermath.archives.scorers.english import Vader

    table = posts([f"The crew was {word}, number {n}" for n in range(40) for word in ("kind", "rude", "there")])
    one, *others = (
        pl.read_parquet(
            write_features(batches(table, size), tmp_path / f"{workers}", key=KEY, scorers=english, workers=workers)
        )
        for workers, size in ((1, 120), (2, 7), (3, 7))
    )
    assert all(map(one.equals, others)) and one["sentiment"].n_unique() == 3
    assert one["scorer"].unique().to_list() == [Vader.id]


def english(language):
    from aftermath.archives.scorers.english import Vader

    return Vader()


def test_the_archive_is_read_as_it_is_needed_and_never_far_ahead(tmp_path):
    from aftermath.archives.features import AHEAD

    taken, done = [], tmp_path / "f.parquet"

    def slowly():
        for batch in batches(posts(["+"] * 40), 1):
            parts = sum(1 for _ in tmp_path.glob(".f.parquet.*/0*.parquet"))
            taken.append(parts)
            assert len(taken) - parts <= AHEAD + 2
            yield batch

    write_features(slowly(), done, key=KEY, scorers=marks, workers=1)
    assert len(taken) == 40


def test_an_archive_without_posts_is_an_error_and_leaves_what_was_there(tmp_path):
    target = tmp_path / "f.parquet"
    target.write_bytes(b"earlier")
    with pytest.raises(ArchiveError, match=r"no post.*span"):
        write_features(batches(posts([])), target, key=KEY, scorers=marks, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["f.parquet"] and target.read_bytes() == b"earlier"


@pytest.mark.parametrize("error", [ArchiveError("line 7 is bad"), KeyboardInterrupt()])
def test_an_end_in_the_middle_leaves_nothing_half(tmp_path, error):
    def broken():
        yield from batches(posts(["+"] * 9))
        raise error

    with pytest.raises(type(error)):
        write_features(broken(), tmp_path / "f.parquet", key=KEY, scorers=marks, workers=1)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_killed_in_the_middle_leaves_no_target_and_the_next_run_clears_up(tmp_path):
    program = (
        f"import sys, time; sys.path.insert(0, {str(TESTS)!r})\n"
        "from pathlib import Path\nfrom posting import *\nfrom aftermath.archives.features import write_features\n"
        "def slow():\n    for batch in batches(posts(['+'] * 400), 1):\n        yield batch\n        time.sleep(0.05)\n"
        f"write_features(slow(), Path({str(tmp_path / 'f.parquet')!r}), key=KEY, scorers=marks, workers=1)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".f.parquet.*/*3.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(tmp_path.glob(".f.parquet.*")) and not (tmp_path / "f.parquet").exists()
    write_features(batches(posts(["+"])), tmp_path / "f.parquet", key=KEY, scorers=marks, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["f.parquet"]


def test_two_runs_at_once_leave_each_other_alone(tmp_path):
    target = tmp_path / "f.parquet"

    def meanwhile():
        yield from batches(posts(["+"] * 3))
        write_features(batches(posts(["-"])), target, key=KEY, scorers=marks, workers=1)
        yield from batches(posts(["+"] * 3))

    write_features(meanwhile(), target, key=KEY, scorers=marks, workers=1)
    assert pl.read_parquet(target)["sentiment"].to_list() == [0.1] * 6


class Killing(Counting):
    def score(self, texts):
        os._exit(1)


def killing(language):
    return Killing()


def test_a_worker_that_dies_is_a_clear_error(tmp_path):
    with pytest.raises(ArchiveError, match="worker process ended"):
        write_features(batches(posts(["+"] * 9)), tmp_path / "f.parquet", key=KEY, scorers=killing, workers=3)
    assert not list(tmp_path.iterdir())


# The key


def test_without_a_key_the_error_says_how_to_make_one(monkeypatch):
    for variable in (KEY_VARIABLE, FILE_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ArchiveError, match=r"no key.*token_hex.*AFTERMATH_AUTHOR_KEY_FILE"):
        author_key()


def test_the_key_comes_from_the_environment_or_from_a_file(monkeypatch, tmp_path):
    monkeypatch.setenv(KEY_VARIABLE, KEY.decode())
    assert author_key() == KEY
    file = tmp_path / "key"
    file.write_bytes(b"another key of 16 and more\n")
    file.chmod(0o600)
    assert author_key(file) == b"another key of 16 and more"
    monkeypatch.delenv(KEY_VARIABLE)
    monkeypatch.setenv(FILE_VARIABLE, str(file))
    assert author_key() == b"another key of 16 and more"


def test_a_key_inside_the_workspace_a_short_one_and_a_missing_one_are_refused(monkeypatch, tmp_path):
    (tmp_path / "ours" / "casestudies").mkdir(parents=True)
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path / "ours"))
    inside, short = tmp_path / "ours" / "key", tmp_path / "short"
    inside.write_bytes(KEY)
    short.write_bytes(b"short")
    short.chmod(0o600)
    (tmp_path / "link").symlink_to(inside)
    for file, words in (
        (inside, "inside"),
        (tmp_path / "link", "inside"),
        (short, "guessed"),
        (tmp_path / "no", "read"),
    ):
        with pytest.raises(ArchiveError, match=words):
            author_key(file)


@pytest.mark.bad_input("secrets and texts that must not come out")
@pytest.mark.skipif(sys.platform == "win32", reason="rights are otherwise there")
@pytest.mark.parametrize("rights", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_is_refused_with_the_cure(tmp_path, rights):
    (file := tmp_path / "key").write_bytes(KEY)
    file.chmod(rights)
    with pytest.raises(ArchiveError, match=r"others on this machine can read.*chmod 600") as error:
        author_key(file)
    assert KEY.decode() not in str(error.value)
    file.chmod(0o600)
    assert author_key(file) == KEY


def test_a_key_is_in_no_message_and_no_representation(monkeypatch):
    assert KEY.decode() not in repr(recipe(Counting()))
    monkeypatch.setenv(KEY_VARIABLE, "tooshort")
    with pytest.raises(ArchiveError) as error:
        author_key()
    assert "tooshort" not in str(error.value)
