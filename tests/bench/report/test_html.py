"""The page in a browser without a screen: it sorts, filters, folds, adapts, and fetches nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bench.chromium import open_alone, requests_of, set_media, violations

TABLE = "#configurations ~ div table.data"


@pytest.fixture(scope="module")
def page(tiny_report: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report that was moved away from the files beside it."""
    return Path(shutil.copy(tiny_report / "report.html", tmp_path_factory.mktemp("alone"))).as_uri()


@pytest.fixture
def open_page(browser: Any, page: str) -> Any:
    return open_alone(browser, page, "#regenerate")  # the last section


def column(browser: Any, index: int) -> list[str]:
    rows = "[...document.querySelectorAll(arguments[0] + ' tbody tr:not([hidden])')]"
    script = f"return {rows}.map(row => row.cells[arguments[1]].dataset.value)"
    found: list[str] = browser.execute_script(script, TABLE, index)
    return found


def head(browser: Any, name: str) -> int:
    script = "return [...document.querySelectorAll(arguments[0] + ' thead th')].map(h => h.textContent.trim())"
    found: list[str] = browser.execute_script(script, TABLE)
    return found.index(name)


def test_nothing_is_fetched_and_nothing_is_wrong(open_page: Any, page: str) -> None:
    assert open_page.get_log("browser") == []
    assert requests_of(open_page, page) == []


def test_columns_sort_both_ways_by_mouse_and_by_keyboard(open_page: Any) -> None:
    index = head(open_page, "test")
    button = open_page.find_elements("css selector", f"{TABLE} thead button")[index]
    button.click()
    down = [float(v) for v in column(open_page, index)]
    assert down == sorted(down, reverse=True)
    button.send_keys("\ue007")  # Enter
    up = [float(v) for v in column(open_page, index)]
    assert up == sorted(up)
    assert len(set(up)) > 2
    cell = open_page.find_elements("css selector", f"{TABLE} thead th")[index]
    assert cell.get_attribute("aria-sort") == "ascending"


def test_rows_are_filtered_as_one_types(open_page: Any) -> None:
    search = open_page.find_element("css selector", "#configurations ~ .tools input")
    search.send_keys("sgd 0.001")
    families = column(open_page, 0)
    assert families == ["sgd", "sgd"]
    assert open_page.find_element("css selector", "#configurations ~ .tools output").text == "2 of 8 rows"
    search.clear()
    search.send_keys("nothing like it")
    assert column(open_page, 0) == []


def test_more_than_twenty_rows_are_folded(open_page: Any) -> None:
    rows = "return document.querySelectorAll('#protocol ~ div table.data tbody tr:not([hidden])').length"
    assert open_page.execute_script(rows) == 20
    open_page.find_element("css selector", "#protocol ~ .tools button").click()
    assert open_page.execute_script(rows) > 20


def test_dark_mode_follows_the_system_in_page_and_figures(open_page: Any) -> None:
    seen = []
    script = (
        "return [getComputedStyle(document.body).backgroundColor,"
        "getComputedStyle(document.querySelector('figure svg path')).fill]"
    )
    for scheme in ("light", "dark"):
        set_media(open_page, scheme)
        seen.append(open_page.execute_script(script))
    assert seen == [["rgb(254, 254, 254)"] * 2, ["rgb(20, 23, 26)"] * 2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_keeps_anyone_out(open_page: Any, scheme: str) -> None:
    """The rules of WCAG 2.1, levels A and AA. What is inside a figure is its drawing, of which the label speaks."""
    set_media(open_page, scheme)
    assert violations(open_page, but="figure svg > *") == []


def test_figures_are_seen_and_described(open_page: Any) -> None:
    figures = open_page.find_elements("css selector", "figure svg")
    assert len(figures) > 5
    assert all(figure.size["width"] > 500 and figure.size["height"] > 100 for figure in figures)
    assert all(len(figure.get_attribute("aria-label")) > 20 for figure in figures)


def test_a_phone_does_not_scroll_sideways(open_page: Any) -> None:
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert open_page.execute_script("return document.documentElement.scrollWidth") <= 360


def test_a_phone_shows_what_a_figure_finds_and_the_words_beside_its_rows(open_page: Any) -> None:
    seen = "return getComputedStyle(document.querySelector('#accuracy .finding')).display"
    assert open_page.execute_script(seen) == "none"
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert open_page.execute_script(seen) == "block"
    finding = open_page.find_element("css selector", "#accuracy .finding").text
    assert "40.0 %" in finding
    rows = "return [...document.querySelectorAll('#accuracy [id*=ytick] > g')].map(g => g.getBoundingClientRect())"
    places = open_page.execute_script(rows)
    assert len(places) >= 2
    assert all(0 <= place["left"] < place["right"] <= 390 for place in places)


def test_on_a_phone_the_scale_is_seen_whole_and_the_sections_are_listed_after_the_answer(open_page: Any) -> None:
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    script = (
        "return [...document.querySelectorAll('.scale svg, .scale .word, nav')].map(e => e.getBoundingClientRect())"
    )
    *scale, links = open_page.execute_script(script)
    assert len(scale) == 1 + 2 * 2  # the labels, and for each family its word and its interval
    assert all(0 <= place["left"] < place["right"] <= 390 for place in scale)
    assert max(place["bottom"] for place in scale) < links["top"]


def test_a_wide_table_lies_on_a_shadow_that_its_end_covers(open_page: Any) -> None:
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    script = (
        "const s = getComputedStyle(document.querySelector('.scroll')); return [s.backgroundAttachment, s.overflowX]"
    )
    assert open_page.execute_script(script) == ["local, local, scroll, scroll", "auto"]


def test_on_paper_a_heading_stays_with_what_it_heads_and_figures_share_pages(open_page: Any) -> None:
    a4 = {"width": 718, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", a4)
    set_media(open_page, "light", "print")
    after = "return ['h2', '.caption'].map(s => getComputedStyle(document.querySelector(s)).breakAfter)"
    assert open_page.execute_script(after) == ["avoid", "avoid"]
    script = "return [...document.querySelectorAll('{}')].map(svg => svg.getBoundingClientRect().height)"
    half = 1000 / 2  # at most so much is left empty before a figure, its heading included
    heights = open_page.execute_script(script.format("figure:not(.tall) svg"))
    assert 100 < max(heights) + open_page.execute_script(script.format("h2"))[0] < half


def test_printing_shows_all_rows(open_page: Any) -> None:
    rows = "return [...document.querySelectorAll('#protocol ~ div table.data tbody tr')].filter(r => r.hidden).length"
    assert open_page.execute_script(rows) > 0
    open_page.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert open_page.execute_script(rows) == 0


def test_paper_is_light_and_as_wide_as_the_page_also_in_dark_mode(open_page: Any) -> None:
    a4 = {"width": 718, "height": 1000, "deviceScaleFactor": 1, "mobile": False}  # less 10 mm on either side
    open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", a4)
    colours = "return ['body', 'a', '.verdicts .word'].map(s => getComputedStyle(document.querySelector(s)).color)"
    seen = []
    for scheme in ("light", "dark"):
        set_media(open_page, scheme, "print")
        seen.append(open_page.execute_script(colours))
    assert seen[0] == seen[1]
    assert open_page.execute_script("return document.documentElement.scrollWidth") <= 718
