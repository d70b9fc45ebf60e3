"""Case pages: what was measured beyond speed and openness is that of the measures, and what was not is named."""

from __future__ import annotations

import re

import pytest

import aftermath as am
from aftermath.pages.nothing import Nothing
from aftermath.running.parameters import ParameterError
from aftermath.wording import number
from factories import case, event, signal, text
from pages import Page, blocks, real_page

KITCHENAID, GM, DOUYIN = "kitchenaid-tweet", "gm-ignition-recall", "douyin-minor-tipping"
CODED = ("favourability", "stance_response", "stance_org")

every_case = pytest.mark.parametrize("case_id", [KITCHENAID, GM, DOUYIN])


def words(html: str) -> str:
    return " ".join(Page(html).text.split())


def plain(text: str) -> str:
    return " ".join(text.split())


@every_case
def test_figures_are_numbered_without_gaps(case_id):
    page = real_page(case_id)
    figures = re.findall(r'<figure id="f(\d+)"', page.html)
    assert len(figures) >= 5
    assert [int(figure) for figure in figures] == list(range(1, len(figures) + 1))
    assert re.findall(r"Figure (\d+)", page.text) == figures


# how the coverage moved


@every_case
def test_the_course_is_told_as_it_was_measured(case_id):
    told, given = words(real_page(case_id).figure("f4")), am.load_case(case_id)
    for variable in CODED[:2]:
        recovery = am.recovery(given, variable)
        assert recovery.modelled
        assert plain(recovery.text) in told
    assert (
        "Line: expected value from a proportional-odds model on log time, averaged over its scale; band: 95 % interval"
        in told
    )


@every_case
def test_half_life_and_time_to_neutral_stand_in_the_table_with_n(case_id):
    section, given = real_page(case_id).section("coverage"), am.load_case(case_id)
    rows = [words(row) for row in re.findall(r"<tr>.*?</tr>", section) if 'data-l="Odds ratio"' in row]
    assert len(rows) == len(CODED)
    for variable in CODED:
        recovery = am.recovery(given, variable)
        (row,) = (row for row in rows if row.startswith(recovery.tone.label))
        expected = [f"{number(recovery.after)} text", f"{number(recovery.publishers)} publisher"]
        if recovery.modelled:
            expected += [recovery.half_life.text, recovery.time_to_neutral.text, number(recovery.odds_ratio, 2)]
        else:
            expected.append(recovery.why_not)
        assert [text for text in expected if plain(text) not in row] == []


def test_a_case_where_no_course_can_be_fitted_keeps_its_phases():
    shown = blocks(am.load_case("huoshan-vulgar-content"))
    told = words(shown["figure-tone"].html)
    assert "Where there is no model, a line is the mean of a phase" in told
    assert "no model was fitted" in told
    assert "Only one level was coded" in words(shown["list-unmeasured"].html)


def test_a_case_without_any_model_says_so_and_shows_its_phases():
    made = case([event("exposure")], [text(f"2020-01-{day:02}", a="1") for day in range(2, 12)])
    shown = blocks(made)
    how = re.search(r'<p class="how">.*?</p>', shown["figure-tone"].html).group()
    assert "Line: the mean of a phase" in how
    assert "proportional" not in how
    assert {trace.meta["role"] for trace in shown["figure-tone"].figure.data} == {"band", "mean", "stem", "mark"}
    assert "no model: only one level was coded" in words(shown["recovery"].html)
    assert "First week" in words(shown["recovery"].html)


# the market


def test_the_market_table_holds_every_key_day():
    reaction, figure = am.market_reaction(am.load_case(GM)), real_page(GM).figure("f5")
    table = words(figure[figure.index("<details") :])
    assert len(reaction.readings) == 4
    for reading in reaction.readings:
        alone = reading.study[reading.day]
        assert f"{number(100 * alone.value, 2, sign=True)} %" in table
        assert f"{number(reading.study.as_large(reading.day))} of {reading.study.model.n}" in table
        assert all(f'href="#{event_id}"' in figure for event_id in reading.key.event_ids)
    assert plain(reaction.text) in words(figure)


@pytest.mark.parametrize("case_id", [GM, KITCHENAID])
def test_one_case_is_said_to_be_one(case_id):
    assert "One share and one crisis: n = 1." in words(real_page(case_id).section("market"))


def test_closes_lead_to_their_sources():
    given, page = am.load_case(GM), real_page(GM)
    numbers = {source_id: place for place, source_id in enumerate(given.sources["source_id"], start=1)}
    figure = page.figure("f5")
    for source_id in given.prices["source_ids"].explode().unique():
        assert f'href="#s{numbers[source_id]}"' in figure


def test_without_prices_the_section_is_one_sentence():
    section = real_page(DOUYIN).section("market")
    assert (
        words(section)
        == "What the market said No share prices are on record (prices.csv), so no market reaction is measured."
    )
    assert "<figure" not in section


# the numbers and the alarm


def test_the_change_of_monthly_sales_is_told():
    told, (sales,) = words(real_page(GM).figure("f6")), am.signals(am.load_case(GM)).changes
    assert sales.signal == "us_sales_units"
    assert plain(sales.change_text) in told
    assert "Dark line: the fitted course" in told


@every_case
def test_every_number_keeps_its_row_and_its_source(case_id):
    section = real_page(case_id).section("numbers")
    rows = re.findall(r'<tr id="n\d+">.*?</tr>', section)
    assert len(rows) == am.load_case(case_id).signals.height > 0
    assert all('href="#s' in row for row in rows)


def test_numbers_of_one_day_each_are_not_drawn():
    made = case([event("exposure")], signals=[signal(5), signal(7, signal="sales"), signal(8, unit="thousands")])
    html = blocks(made)["figure-numbers"].html
    assert "None was published on two days, so there is no course to draw." in words(html)
    assert "<figure" not in html
    assert html.count('<tr id="n') == 3


@every_case
def test_the_alarm_that_could_not_be_set_says_why(case_id):
    with pytest.raises(am.AftermathError) as refusal:
        am.alarm_from_coverage(am.load_case(case_id))
    reason = str(refusal.value).removeprefix(f"{case_id}: ")[1:]
    page = real_page(case_id)
    for anchor in ("alarm", "unmeasured"):
        assert plain(reason) in words(page.section(anchor))


# what was not measured


@every_case
def test_what_was_not_measured_is_named_and_what_was_is_not(case_id):
    listed, given = real_page(case_id).section("unmeasured"), am.load_case(case_id)
    named = {words(row) for row in re.findall(r'<th scope="row">.*?</th>', listed)}
    unmodelled = {variable for variable in CODED if not am.recovery(given, variable).modelled}
    courses = {name for name in named if name.startswith("Course over time")}
    assert len(courses) == len(unmodelled)
    assert ("Market reaction" in named) is given.prices.is_empty()
    assert ("Change of a published number at clock zero" in named) is (not am.signals(given).changes)
    assert not {"Speed", "Transparency"} & named
    assert any(name.startswith("Level change, local level") for name in named)


# the level


def test_the_level_of_the_models_can_be_chosen():
    given = am.load_case(GM)
    page, narrow = blocks(given), blocks(given, interval_level=0.8)
    assert plain(am.recovery(given, level=0.8).text) in words(narrow["figure-tone"].html)
    assert "intervals at 80 %" in words(narrow["figure-market"].html)
    assert "80% intervals" in words(narrow["figure-numbers"].html)
    assert "interval_level = 0.8" in narrow["files"].html
    phases = [shown["recovery"].html.partition("By phase, without a model")[2] for shown in (narrow, page)]
    assert phases[0] == phases[1] != ""  # bootstrap intervals stay as they are


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(ParameterError, match="interval_level must lie between 0 and 1"):
        am.report(am.load_case(KITCHENAID), interval_level=level)


def test_reasons_are_escaped():
    unmeasured = am.unmeasured({"A <measure>": Nothing("<b>no</b>")})
    html = am.report(am.load_case(KITCHENAID)).show(unmeasured).html
    assert "&lt;b&gt;no&lt;/b&gt;" in html
    assert "A &lt;measure&gt;" in html
