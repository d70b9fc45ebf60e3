"""A byte that is lost or changed costs its own line, and makes no other encoding of the rest of the file."""

from __future__ import annotations

import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read

TEXTS = {
    "gb18030": ("道歉来得太晚了，我的厨房毁了。", "这家公司真的很差劲，再也不买了", "感谢你们的快速答复，非常满意"),
    "big5": ("道歉來得太晚了，我的廚房毀了。", "這家公司真的很差勁，再也不買了", "感謝你們的快速答覆，非常滿意"),
    "shift_jis": ("お詫びが遅すぎました、台所が台無しです", "この会社は本当にひどい、もう買いません"),
    "euc_kr": ("사과가 너무 늦었습니다 부엌이 망가졌어요", "이 회사는 정말 최악입니다 다시는 안 사요"),
    "cp1252": ("Größe und Qualität sind übel – nie wieder!", "Mein Kessel ging schon am ersten Tag kaputt, müde"),
}


def a_table(encoding: str, damaged: int | None, how: bytes) -> bytes:
    """Forty rows; of one of them, the first byte of its first character outside ASCII is replaced."""
    texts = TEXTS[encoding]
    lines = [f'{100 + row},2024-03-04T09:00:00Z,"{texts[row % len(texts)]}"'.encode(encoding) for row in range(40)]
    if damaged is not None:
        line = lines[damaged]
        at = next(place for place, byte in enumerate(line) if byte > 127)
        lines[damaged] = line[:at] + how + line[at + 1 :]
    return b"\n".join([b"id,created_at,text", *lines, b""])


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize("how", [b"", b"\x81", b"\xff", b"\x9d"])
@pytest.mark.parametrize("damaged", [0, 17, 39])
@pytest.mark.parametrize("encoding", TEXTS)
def test_a_damaged_byte_leaves_the_other_lines_as_they_were(tmp_path, encoding, damaged, how):
    file = tmp_path / "posts.csv"
    file.write_bytes(a_table(encoding, None, b""))
    whole = {post["post_id"]: post["text"] for batch in read(file) for post in batch.posts.to_dicts()}
    assert set(whole.values()) == set(TEXTS[encoding])
    file.write_bytes(a_table(encoding, damaged, how))
    reading = read(file, max_bad=0.1)
    found = {post["post_id"]: post["text"] for batch in reading for post in batch.posts.to_dicts()}
    assert len(found) + reading.bad == 40
    assert {number for number, text in found.items() if text != whole[number]} <= {str(100 + damaged)}


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("more", [-1, 1])
def test_utf_16_with_a_byte_too_few_or_too_many_is_refused(tmp_path, encoding, more, end):
    rows = [f'{100 + row},2024-03-04T09:00:00Z,"sorry {row}"' for row in range(400)]
    data = "".join(f"{row}{end}" for row in ["id,created_at,text", *rows]).encode(encoding)
    file = tmp_path / "posts.csv"
    file.write_bytes(data)
    assert sum(batch.posts.height for batch in read(file, language="en")) == 400
    for at in (20_000, len(data) - 3_000):
        file.write_bytes(data[:at] + data[at - more :] if more < 0 else data[:at] + b"x" + data[at:])
        with pytest.raises(ArchiveError, match=r"a byte of it is missing or too many.* before that were whole"):
            list(read(file, language="en"))


@pytest.mark.parametrize(
    "columns", [("text", "id", "created_at"), ("id", "text", "created_at"), ("created_at", "id", "text")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_text_over_several_lines_stands_in_any_column(tmp_path, columns, end):
    rows = [
        {
            "id": str(100 + row),
            "created_at": f"2024-03-04T09:{row:02}:00Z",
            "text": f'"Terrible, all of it{end}{end}and {row}"',
        }
        for row in range(20)
    ]
    file = tmp_path / "posts.csv"
    lines = [",".join(columns), *(",".join(row[column] for column in columns) for row in rows)]
    file.write_bytes("".join(f"{line}{end}" for line in lines).encode())
    posts = [post for batch in read(file) for post in batch.posts.to_dicts()]
    assert [post["post_id"] for post in posts] == [row["id"] for row in rows]
    assert [post["text"].split() for post in posts] == [
        ["Terrible,", "all", "of", "it", "and", str(row)] for row in range(20)
    ]


@pytest.mark.bad_input("damaged exports")
def test_a_lone_mark_in_the_first_column_joins_no_rows(tmp_path):
    lines = ["text,id,created_at"]
    lines += [f"sorry for all {row},{100 + row},2024-03-04T09:{row:02}:00Z" for row in range(20)]
    lines[5] = f'"{lines[5]}'
    lines[8] = lines[8].replace(",", '",', 1)
    file = tmp_path / "posts.csv"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) + reading.bad == 20
