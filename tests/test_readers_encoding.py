"""Encodings: found in the bytes, and what does not fit them."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import Reading, read
from aftermath.archives.readers.encoding import Source, Unreadable, detect_encoding
from aftermath.archives.readers.opening import members

CHINESE = "联合航空公司强行拖拽乘客下飞机，总裁道歉来得太晚了。"
FRENCH = "Le café était fermé à Zürich, où l’œuvre manque."
AMERICAN = "THE DRIVER’S DOOR – “STUCK” SINCE MAY"
TEXTS = {
    "utf-8": CHINESE,
    "gb18030": CHINESE,
    "big5": "聯合航空公司強行拖拽乘客下飛機，總裁道歉來得太晚了。",
    "shift_jis": "すみません、飛行機は遅れました。カタカナ",
    "euc_kr": "죄송합니다. 비행기가 늦었습니다.",
    "cp1252": FRENCH,
    "mac_roman": AMERICAN,
    "cp1251": "Авиакомпания извинилась перед пассажиром, которого силой вывели из самолёта.",
    "utf-16-le": CHINESE,
    "utf-16-be": FRENCH,
}
HEADER = "id,created_at,text"


def rows(*texts: str, first: int = 1) -> list[str]:
    return [f'{number},2017-04-10T10:22:04Z,"{text}"' for number, text in enumerate(texts, start=first)]


def done(path: Path, **settings: object) -> tuple[Reading, list[str]]:
    reading = read(path, **settings)
    return reading, pl.concat([batch.posts for batch in reading])["text"].to_list()


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "posts.csv"


# of one byte a character, in which nearly all bytes are letters: what tells them apart is of which language these are
BY_LETTERS = [
    ("cp1250", "Firma przeprosiła za opóźnienie lotu, żądamy odszkodowania."),
    ("cp1250", "Společnost se omluvila za zpoždění letu, to je šílené."),
    ("cp1250", "A társaság elnézést kért a késésért, őrült ügy, fűtés sem volt."),
    ("iso8859_2", "Společnost se omluvila za zpoždění letu, žádné šílené."),
    ("cp1257", "Uzņēmums atvainojās par reisa kavēšanos, ļoti žēl."),
    ("cp1257", "Įmonė atsiprašė už vėlavimą, labai ačiū."),
    ("cp1257", "Ettevõte vabandas hilinemise pärast, väga häiriv šokk."),
    ("cp1254", "Şirket uçuştaki gecikme için özür diledi, çok kötü ağır."),
    ("cp1253", "Η εταιρεία ζήτησε συγγνώμη για την καθυστέρηση της πτήσης."),
    ("cp1255", "החברה התנצלה על העיכוב בטיסה"),
    ("cp1256", "اعتذرت الشركة عن تأخير الرحلة إلى المدينة"),
    ("cp874", "บริษัทขอโทษสำหรับเที่ยวบินที่ล่าช้า"),
    ("koi8_r", "Компания извинилась за задержку рейса, очень плохо."),
    ("cp1251", "Компанія вибачилася за затримку рейсу, дуже погано її."),
    ("mac_roman", "Die Firma entschuldigt sich für die Verspätung, größer wäre schöner."),
    ("cp850", "Die Verspätung ist größer für alle Gäste."),
    ("iso8859_15", "Le cœur brisé, très déçu, œuvre gâchée."),
    ("cp1252", "Yhtiö pyysi anteeksi lennon myöhästymistä, tämä on hölmöä."),
    ("cp1252", "La compañía pidió perdón, ¿cuándo llegará? ¡Qué mal!"),
]


@pytest.mark.parametrize(("encoding", "text"), BY_LETTERS)
def test_letters_are_those_of_a_language(file, encoding, text):
    file.write_bytes("\n".join([HEADER, *rows(*[text] * 12)]).encode(encoding))
    reading, found = done(file)
    assert found == [text] * 12
    assert reading.encodings == {"posts.csv": encoding}


def test_texts_in_many_languages_of_the_west_stay_western(file):
    texts = [
        "Die Verspätung",
        "très déçu, où ça",
        "¿cuándo llegará? mañana",
        "não é aceitável",
        "ærlig på",
        "così è più",
    ]
    file.write_bytes("\n".join([HEADER, *rows(*texts * 4)]).encode("cp1252"))
    assert done(file)[1] == texts * 4


def test_utf8_that_was_taken_for_another_encoding_is_told(file):
    twice = "the companyâ€™s “sorry” from the cafÃ©"
    file.write_text("\n".join([HEADER, *rows(*[twice] * 3)]), encoding="utf-8")
    reading, found = done(file)
    assert found == [twice] * 3
    assert any("3 hold letters such as" in remark for remark in reading.remarks)
    file.write_text("\n".join([HEADER, *rows("the company’s café", "NÃO, Ã vista", "5 Â no")]), encoding="utf-8")
    reading, _ = done(file)
    assert not any("letters such as" in remark for remark in reading.remarks)


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("copies", [1, 40])
def test_encodings_are_found_in_the_bytes(file, encoding, copies):
    text = TEXTS[encoding]
    file.write_bytes("\n".join([HEADER, *rows(*[text] * copies)]).encode(encoding))
    reading, found = done(file)
    assert found == [text] * copies
    assert reading.encodings == {"posts.csv": encoding}


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_byte_order_marks_are_believed_and_left_out(file, mark, encoding, newline):
    file.write_bytes(mark + newline.join([HEADER, *rows(CHINESE, "plain")]).encode(encoding))
    assert done(file)[1] == [CHINESE, "plain"]
    file.write_bytes(
        mark + newline.join(json.dumps(exports.v1(n, CHINESE), ensure_ascii=False) for n in (1, 2)).encode(encoding)
    )
    assert done(file)[1] == [CHINESE, CHINESE]


def test_json_in_another_encoding_is_read(file):
    file.write_bytes(json.dumps(exports.on_weibo(), ensure_ascii=False).encode("gb18030"))
    assert done(file)[1] == ["道歉来得太晚了"]


def test_line_ends_of_every_system_give_the_same_posts(file):
    lines = [HEADER, *rows("one", "two", "three")]
    for newline in ("\n", "\r\n", "\r"):
        file.write_bytes(newline.join(lines).encode())
        assert done(file)[1] == ["one", "two", "three"]


def test_a_return_in_the_middle_of_a_text_ends_no_record(file):
    file.write_bytes("\n".join([HEADER, *rows("one", "two"), "3,2017-04-10T10:22:04Z,three\rfour"]).encode())
    assert done(file)[1] == ["one", "two", "three four"]


def test_characters_that_come_late_in_a_file_are_found(file):
    plain = rows(*["x" * 90] * 30_000)
    file.write_bytes("\n".join([HEADER, *plain, *rows(FRENCH, first=40_000)]).encode("cp1252"))
    reading, found = done(file)
    assert found[-1] == FRENCH
    assert reading.encodings == {"posts.csv": "cp1252"}


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(
    ("most", "few"), [("utf-8", "cp1252"), ("cp1252", "utf-8"), ("utf-8", "gb18030"), ("gb18030", "utf-8")]
)
def test_lines_in_another_encoding_than_the_rest_are_bad_lines(file, most, few):
    text = CHINESE if "gb18030" in (most, few) else FRENCH
    many = "\n".join([HEADER, *rows(*[text] * 300)]).encode(most)
    one = rows(text, first=900)[0].encode(few)
    file.write_bytes(many + b"\n" + one)
    reading, found = done(file)
    assert (set(found), len(found), reading.bad) == ({text}, 300, 1)
    assert reading.bad_lines[0].line == 302
    file.write_bytes(many + b"\n" + b"\n".join([one] * 5))
    with pytest.raises(ArchiveError, match=r"5\slines of 305 could not be read") as error:
        done(file)
    assert "rest of the file" in str(error.value)


@pytest.mark.bad_input("damaged exports")
def test_a_bad_line_inside_quotation_marks_leaves_the_records_around_it_whole(file):
    lines = [line.encode() for line in [HEADER, *rows(*["é"] * 300)]]
    lines[5:5] = [b'700,2017-04-10T10:22:04Z,"one', b"tw\xe9", b'three"']
    file.write_bytes(b"\n".join(lines))
    reading, found = done(file)
    assert len(found) == 300
    assert [line.line for line in reading.bad_lines] == [6, 7, 8]


@pytest.mark.bad_input("damaged exports")
def test_bytes_that_are_no_character_in_utf16_are_bad_lines(file):
    whole = "\n".join([HEADER, *rows(*["é"] * 300)]).encode("utf-16-le")
    broken = whole.replace("é".encode("utf-16-le"), b"\x00\xd8", 1)
    file.write_bytes(codecs.BOM_UTF16_LE + broken)
    reading, found = done(file)
    assert (len(found), reading.bad) == (299, 1)


@pytest.mark.bad_input("damaged exports")
def test_bytes_that_fit_no_encoding_are_read_as_latin1(file):
    file.write_bytes(b"\n".join([HEADER.encode(), b"1,2017-04-10T10:22:04Z,\x81\x8d\xff\x81"]))
    encoding = detect_encoding(members(file)[0])
    source = Source(members(file)[0], encoding)
    assert len([source.text(line) for _, line in source.lines()]) == 2


@pytest.mark.bad_input("damaged exports")
def test_a_line_of_another_encoding_says_which_byte(file):
    file.write_bytes(b"\n".join("é".encode() for _ in range(5)))
    source = Source(members(file)[0], detect_encoding(members(file)[0]))
    with pytest.raises(Unreadable, match=r"is not utf-8 like the rest of the file \(byte 3\)"):
        source.text(b"ab\xff")
