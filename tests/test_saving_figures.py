"""Figures as files: laid out for their width, told apart without colour, drawn without the network, the same at every time."""

from __future__ import annotations

import html
import itertools
import json
import re
import shutil
import struct
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import plotly
import plotly.graph_objects as go
import pytest

import aftermath as am
from aftermath import figures, vocabulary
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.figures import theme
from aftermath.saving.pictures import PICTURES, picture
from aftermath.saving.print_layout import FONTS, PX, laid_out
from aftermath.saving.problems import SaveError
from browsing import browser
from drawings import GM, KITCHENAID, as_json, case_of, figures_of, notes, overlap, pixel, speeds, text_box

COLUMN, PAGE = 84, 174  # mm
FAR_ENOUGH = 9  # CIE lightness: steps of a grey scale that print side by side
# whether no text lies below the buttons of plotly.js
UNCOVERED = """() => { const bar = document.querySelector(".modebar-btn").getBoundingClientRect();
    return ![...document.querySelectorAll(".main-svg text")].map(each => each.getBoundingClientRect()).some(text =>
        text.width && text.right > bar.left && text.left < bar.right && text.top < bar.bottom && text.bottom > bar.top) }"""
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


def lightness(colour: str) -> float:
    """CIE L* of a colour, by the formulas of IEC 61966-2-1 and CIE 15: 0 is black, 100 white."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * luminance ** (1 / 3) - 16 if luminance > 216 / 24389 else luminance * 24389 / 27


def test_lightness_is_that_of_the_grey_scale():
    assert [round(lightness(colour)) for colour in ("#000000", "#777777", "#ffffff")] == [0, 50, 100]


@pytest.fixture(scope="module")
def timeline() -> go.Figure:
    return figures.timeline(case_of(GM))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare([case_of(case_id) for case_id in (KITCHENAID, GM, "united-3411", "red-cross-tweet")])


@pytest.fixture(scope="module")
def drawing_browser() -> None:
    """Skips where pictures cannot be drawn."""
    pytest.importorskip("kaleido", reason="kaleido is not installed")
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        pytest.skip("no Chrome or Chromium on this machine")


def program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


class TestLayout:
    @pytest.mark.parametrize(("width_mm", "view"), [(COLUMN, 2), (PAGE, 1), (250, 0)])
    def test_the_layout_is_the_one_for_the_width(self, timeline, width_mm, view):
        drawn, layouts = as_json(timeline), as_json(timeline)["layout"]
        expected = layouts | ({} if view == 0 else layouts["meta"]["views"][view - 1]["layout"])
        laid, scale = laid_out(drawn, width_mm, "screen")
        assert laid["layout"]["width"] * scale == pytest.approx(width_mm)
        assert scale == pytest.approx(PX)  # so that text of 12 px has 9 pt
        assert laid["layout"]["xaxis"] == expected["xaxis"]
        assert laid["layout"]["margin"]["l"] == expected["margin"]["l"]
        assert laid["layout"]["font"]["family"] == FONTS

    def test_a_narrower_place_takes_the_narrowest_layout_and_makes_it_smaller(self, timeline):
        laid, scale = laid_out(as_json(timeline), 60, "print")
        assert laid["layout"]["width"] == theme.NARROW.least
        assert scale < PX

    @pytest.mark.parametrize("width_mm", [COLUMN, PAGE, 250])
    def test_the_key_stands_below_and_has_room(self, timeline, width_mm):
        drawn = as_json(timeline)
        layout = laid_out(drawn, width_mm, "print")[0]["layout"]
        entries = [note for note in layout["annotations"] if note["name"] == "key"]
        names = {trace["name"] for trace in drawn["data"] if trace.get("showlegend")}
        assert {note["text"] for note in entries} == names
        assert not layout["showlegend"]
        for note in entries:
            left = layout["margin"]["l"] + note["xshift"]
            assert 0 < left < left + theme.text_width(note["text"]) <= layout["width"]
            assert -layout["margin"]["b"] + 6 <= note["yshift"] <= -6
        places = [(note["xshift"], note["yshift"]) for note in entries]
        assert len(set(places)) == len(places)
        assert "meta" not in layout

    def test_any_figure_of_plotly_is_laid_out(self):
        laid, _ = laid_out(as_json(go.Figure(go.Bar(x=[1], y=[2]))), PAGE, "print")
        assert 0 < laid["layout"]["height"] < laid["layout"]["width"]

    def test_the_figure_itself_is_left_as_it_is(self, timeline):
        before = timeline.to_json()
        laid_out(json.loads(before), COLUMN, "print")
        assert timeline.to_json() == before


class TestWithoutColour:
    """What stands for different things differs in lightness or in hatching."""

    def looks(self, view: dict, role: str) -> list[tuple[float, str]]:
        """Lightness and hatching of each trace of a role that shows anything."""
        of_role = [trace for trace in view["data"] if (trace.get("meta") or {}).get("role") == role and trace["x"]]
        hatched = {
            trace["name"]: trace["meta"]["shape"] for trace in view["data"] if "shape" in (trace.get("meta") or {})
        }
        return [
            (lightness(trace["marker"]["color"]), hatched.get(f"{trace['name']}: hatching", "")) for trace in of_role
        ]

    def told_apart(self, looks: list[tuple[float, str]]) -> bool:
        return all(
            one[1] != other[1] or abs(one[0] - other[0]) >= FAR_ENOUGH
            for one, other in itertools.combinations(looks, 2)
        )

    def test_families_of_acts_and_clusters_of_strategies(self, timeline, comparison):
        for figure, role, least in (
            (timeline, "paint", 6),
            (figures.strategy_sequence(comparison.strategies), "cluster", 5),
        ):
            for of_theme, expected in (("print", True), ("screen", False)):
                looks = self.looks(laid_out(as_json(figure), COLUMN, of_theme)[0], role)
                assert len(looks) >= least
                assert self.told_apart(looks) is expected, looks

    def test_levels_of_stance_get_lighter_step_by_step(self):
        levels = [theme.PRINT.get(colour, colour) for colour in theme.STANCE_COLOURS]
        steps = [lightness(above) - lightness(below) for below, above in itertools.pairwise(levels)]
        assert min(steps) >= FAR_ENOUGH

    def test_one_and_the_others_and_marks_that_warn(self):
        light = theme.LIGHT
        drawn = {token: theme.PRINT.get(light[token], light[token]) for token in ("me", "oth", "focus")}
        levels = sorted(lightness(colour) for colour in drawn.values())
        assert min(upper - lower for lower, upper in itertools.pairwise(levels)) >= FAR_ENOUGH

    @pytest.mark.parametrize("width_mm", [COLUMN, PAGE])
    def test_hatching_stays_within_its_bars(self, timeline, width_mm):
        view = laid_out(as_json(timeline), width_mm, "print")[0]
        bars = {trace["name"]: trace for trace in view["data"] if trace.get("type") == "bar"}
        hatched = [
            trace for trace in view["data"] if (trace.get("meta") or {}).get("role") == "hatching" and trace["x"]
        ]
        assert len(hatched) == 4
        for trace in hatched:
            bar = bars[trace["name"].removesuffix(": hatching")]
            boxes = list(zip(bar["base"], bar["x"], bar["y"], bar["width"], strict=True))
            touched = set()
            for x, y in ((x, y) for x, y in zip(trace["x"], trace["y"], strict=True) if x is not None):
                inside = {
                    number
                    for number, (start, long, middle, high) in enumerate(boxes)
                    if start - 1e-6 <= x <= start + long + 1e-6 and abs(y - middle) <= high / 2 + 1e-6
                }
                assert inside
                touched |= inside
            assert touched == set(range(len(boxes)))  # every bar has a line

    def test_uncertain_bars_stay_paler_and_text_stays_dark(self, timeline, comparison):
        data = laid_out(as_json(timeline), COLUMN, "print")[0]["data"]
        strengths = {
            each
            for trace in data
            if (trace.get("meta") or {}).get("role") == "paint"
            for each in trace["marker"]["opacity"]
        }
        assert len(strengths) > 1
        assert min(strengths) >= 0.4 and max(strengths) == 1
        layout = laid_out(as_json(figures.strategy_sequence(comparison.strategies)), COLUMN, "print")[0]["layout"]
        fonts = [note["font"]["color"] for note in layout["annotations"]]
        assert max(map(lightness, fonts)) < 60


class TestNothingIsShared:
    """plotly.js offers to upload a figure unless it is told not to."""

    def test_what_has_to_be_told_is_still_what_plotly_asks(self):
        source = PLOTLY_JS.read_text(encoding="utf-8")
        assert 'showSendToCloud:{valType:"boolean",dflt:' in source
        assert '{name:"sendChartToCloud"' in source
        assert re.search(r"\.showSendToCloud&&\w+\.push\(\"sendChartToCloud\"\)", source)

    def test_every_figure_says_so_itself(self):
        for figure in (*figures_of(KITCHENAID), figures.latency_ladders(speeds())):
            assert "sendChartToCloud" in as_json(figure)["layout"]["template"]["layout"]["modebar"]["remove"]
        assert theme.CONFIG["showSendToCloud"] is False

    @pytest.mark.slow
    def test_a_saved_page_offers_nothing_and_asks_for_nothing(self, timeline, tmp_path):
        saved = am.save(timeline, tmp_path / "timeline.html", caption="</title><script>window.hacked = 1</script>")
        other = am.save(go.Figure(go.Scatter(y=[1, 2])), tmp_path / "other.html")
        with browser() as opened:
            for path in (saved.path, other.path):
                page = opened.new_page(viewport={"width": 1200, "height": 900})
                asked, complaints = [], []
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.on("console", lambda message, complaints=complaints: complaints.append(message.text))
                page.on("pageerror", lambda error, complaints=complaints: complaints.append(str(error)))
                page.goto(path.as_uri())
                page.wait_for_selector("#figure .main-svg")
                assert page.evaluate(UNCOVERED)
                buttons = page.eval_on_selector_all(".modebar-btn", "all => all.map(each => each.dataset.title)")
                assert "Download plot as a PNG" in buttons
                assert not [button for button in buttons if "Share" in button or "Produced" in button]
                assert [address for address in asked if not address.startswith(("data:", "blob:"))] == [path.as_uri()]
                assert complaints == []
                assert page.evaluate("window.hacked") is None
            # in a page that configures nothing, as in the laboratory: our figure offers no upload, any other does
            offered = page.evaluate(
                """async drawn => Promise.all([drawn, {data: [{y: [1]}], layout: {}}].map(async each => {
                    const place = document.body.appendChild(document.createElement("div"));
                    await Plotly.newPlot(place, each.data, each.layout, {displayModeBar: true});
                    return [...place.querySelectorAll(".modebar-btn")].some(all => /Share/.test(all.dataset.title));
                }))""",
                as_json(timeline),
            )
            assert offered == [False, True]

    def test_the_page_is_the_same_at_every_time_and_needs_no_browser(self, timeline, tmp_path, monkeypatch):
        monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
        first = am.save(timeline, tmp_path / "a.html", note="<b>n</b>").path.read_bytes()
        assert am.save(timeline, tmp_path / "a.html", note="<b>n</b>").path.read_bytes() == first
        assert b"&lt;b&gt;n&lt;/b&gt;" in first


class TestAsked:
    def test_widths_and_themes_are_checked(self, timeline, tmp_path):
        for width in (0, -84, 5, 1e6, float("nan"), "84", None):
            with pytest.raises(SaveError, match="width_mm is a width in mm, from 20 to 1000"):
                am.save(timeline, tmp_path / "x.svg", width_mm=width)
        with pytest.raises(SaveError, match="no theme 'dark'; choose print or screen"):
            am.save(timeline, tmp_path / "x.svg", theme="dark")

    def test_without_a_browser_the_message_has_the_commands(self, timeline, tmp_path, monkeypatch):
        pytest.importorskip("kaleido", reason="kaleido is not installed")
        monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
        with pytest.raises(SaveError, match=r"`plotly_get_chrome`.*`apt-get install chromium`.*BROWSER_PATH"):
            am.save(timeline, tmp_path / "x.pdf")
        assert not [*tmp_path.iterdir()]


@pytest.mark.slow
@pytest.mark.usefixtures("drawing_browser")
class TestPictures:
    @pytest.mark.parametrize("suffix", PICTURES)
    def test_the_same_figure_gives_the_same_bytes(self, timeline, suffix, tmp_path):
        first = am.save(timeline, tmp_path / f"x{suffix}", width_mm=COLUMN).path.read_bytes()
        assert am.save(timeline, tmp_path / f"x{suffix}", width_mm=COLUMN).path.read_bytes() == first

    def test_nothing_is_asked_of_the_network(self):
        asked = []

        class Listener(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_):
                pass

        with HTTPServer(("127.0.0.1", 0), Listener) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            image = {"source": f"http://127.0.0.1:{server.server_port}/a.png", "x": 0, "y": 1, "sizex": 1, "sizey": 1}
            figure = go.Figure(go.Scatter(y=[1, 2], mode="text", text="$x^2$"), {"images": [image]})
            for suffix in PICTURES:
                assert picture(figure, suffix, COLUMN, "print", "title")[0]
            server.shutdown()
        assert asked == []

    @pytest.mark.parametrize("width_mm", [COLUMN, PAGE])
    def test_a_pdf_has_its_size_and_its_fonts(self, timeline, width_mm, tmp_path):
        saved = am.save(timeline, tmp_path / "x.pdf", width_mm=width_mm, caption="A <title> & more")
        info = subprocess.run([program("pdfinfo"), saved.path], capture_output=True, text=True, check=True).stdout
        wide, high = map(float, re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", info).groups())
        assert wide / 72 * 25.4 == pytest.approx(width_mm, abs=0.3)
        height = laid_out(as_json(timeline), width_mm, "print")[0]["layout"]["height"]
        assert high / 0.75 == pytest.approx(height, abs=1)
        assert re.search(r"Title: +A <title> & more\n", info) and re.search(r"Pages: +1\n", info)
        fonts = subprocess.run([program("pdffonts"), saved.path], capture_output=True, text=True, check=True).stdout
        rows = fonts.splitlines()[2:]
        assert rows and all(re.search(r" yes (yes|no) +(yes|no) +\d+ +\d+$", row) for row in rows), fonts

    @pytest.mark.parametrize("width_mm", [COLUMN, PAGE])
    def test_an_svg_has_its_size_in_another_program(self, timeline, width_mm, tmp_path):
        saved = am.save(timeline, tmp_path / "x.svg", width_mm=width_mm)
        drawn = tmp_path / "drawn.pdf"
        subprocess.run([program("rsvg-convert"), "-f", "pdf", "-o", drawn, saved.path], check=True)
        info = subprocess.run([program("pdfinfo"), drawn], capture_output=True, text=True, check=True).stdout
        wide = float(re.search(r"Page size: +([\d.]+) x", info)[1])
        assert wide / 72 * 25.4 == pytest.approx(width_mm, abs=0.1)

    def test_a_png_has_300_dots_an_inch(self, timeline, tmp_path):
        content = am.save(timeline, tmp_path / "x.png", width_mm=COLUMN).path.read_bytes()
        wide, _ = struct.unpack(">II", content[16:24])
        at = content.index(b"pHYs") + 4
        assert struct.unpack(">IIB", content[at : at + 9]) == (11811, 11811, 1)
        assert wide / 11811 * 1000 == pytest.approx(COLUMN, abs=0.1)

    def test_a_figure_higher_than_a_page_is_said(self, tmp_path):
        long = go.Figure(go.Scatter(y=[1]), {"height": 1500})
        (remark,) = am.save(long, tmp_path / "x.svg", width_mm=COLUMN).remarks
        assert remark.startswith("it is 397 mm high")

    def test_every_figure_of_a_case_is_drawn_at_both_widths(self, tmp_path):
        for number, figure in enumerate(figures_of(KITCHENAID)):
            for width_mm in (COLUMN, PAGE):
                saved = am.save(figure, tmp_path / f"{number}.svg", width_mm=width_mm)
                assert f'width="{width_mm}mm"' in saved.path.read_text(encoding="utf-8")[:300]


class TestNumbers:
    """On paper nothing can be pointed at: what has no label has its id, and a list says what it is."""

    @pytest.mark.parametrize("width_mm", [COLUMN, PAGE, 250])
    @pytest.mark.parametrize("case_id", [KITCHENAID, GM, "united-3411"])
    def test_every_event_is_named_once_by_its_label_or_by_its_id_and_the_list(self, case_id, width_mm):
        layout = laid_out(as_json(figures.timeline(case_of(case_id))), width_mm, "print")[0]["layout"]
        texts = {name: [] for name in ("major", "minor", "id", "list")}
        for note in layout["annotations"]:
            texts.setdefault(note["name"], []).append(re.sub("</?b>", "", note["text"]))
        labels = dict(case_of(case_id).events.select("event_id", "label").iter_rows())
        listed = dict(zip(texts["list"][::2], texts["list"][1::2], strict=True))
        assert sorted(listed) == sorted(texts["id"])
        said = [text.replace("<br>", " ") for text in listed.values()] + texts["major"] + texts["minor"]
        assert sorted(map(html.unescape, said)) == sorted(labels.values())
        assert all(html.unescape(text.replace("<br>", " ")) == labels[event] for event, text in listed.items())

    @pytest.mark.parametrize("width_mm", [COLUMN, PAGE])
    @pytest.mark.parametrize("case_id", [KITCHENAID, GM, "united-3411"])
    def test_ids_cover_no_bar_and_no_label_and_the_list_has_room(self, case_id, width_mm):
        laid = laid_out(as_json(figures.timeline(case_of(case_id))), width_mm, "print")[0]
        layout = laid["layout"]
        view = {"least": layout["width"], "layout": layout}
        (marks,) = [trace for trace in laid["data"] if (trace.get("meta") or {}).get("role") == "mark"]
        bars = [
            (pixel(view, start), pixel(view, start + long), middle - 5, middle + 5)
            for start, long, middle in zip(marks["base"], marks["x"], marks["y"], strict=True)
        ]
        ids = [text_box(view, note, pixel(view, note["x"])) for note in notes(view, "id")]
        labels = [
            text_box(view, note, pixel(view, note["x"])) for name in ("major", "minor") for note in notes(view, name)
        ]
        assert ids and not any(overlap(one, other) for one in ids for other in (*bars, *labels))
        assert not any(overlap(one, other) for one, other in itertools.combinations(ids, 2))
        for entry in notes(view, "list"):
            high = 14 * (entry["text"].count("<br>") + 1)
            assert high - layout["margin"]["b"] <= entry["yshift"] < 0
            right = layout["margin"]["l"] + entry["xshift"]
            right += max(theme.text_width(line, 10.5) for line in entry["text"].split("<br>"))
            assert right <= layout["width"] + 4

    @pytest.mark.parametrize("width_mm", [COLUMN, PAGE, 250])
    def test_the_axis_has_its_title_and_tells_before_from_after(self, width_mm):
        layout = laid_out(as_json(figures.timeline(case_of(KITCHENAID))), width_mm, "print")[0]["layout"]
        (title,) = [note for note in layout["annotations"] if note["name"] == "direction"]
        assert title["text"].startswith("time since clock zero (log)")
        axis = layout["xaxis"]
        ticks = list(zip(axis["tickvals"], axis["ticktext"], strict=True))
        assert {text.startswith("−") for at, text in ticks if at < 0} == {True}
        assert not [text for at, text in ticks if at > 0 and text.startswith("−")]

    def test_the_key_tells_certainty_and_that_grey_is_not_only_of_others(self):
        layout = laid_out(as_json(figures.timeline(case_of(KITCHENAID))), COLUMN, "print")[0]["layout"]
        entries = [note["text"] for note in layout["annotations"] if note["name"] == "key"]
        assert [text.split(":")[0] for text in entries if text.split(":")[0] in vocabulary.CERTAINTIES] == [
            "documented",
            "inferred",
            "disputed",
        ]
        assert "Other acts, and anyone else" in entries
