"""The page in a browser without a screen: it sorts, filters, folds, adapts, and fetches nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from bench import report
from bench.campaign import Results

webdriver = pytest.importorskip(
    "selenium.webdriver", reason="drives the browser, and is not installed"
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--hide-scrollbars", "--window-size=1000,900",
)  # fmt: skip
TABLE = "#configurations ~ div table.data"


@pytest.fixture(scope="module")
def page(tiny: Results, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report as an address."""
    folder = tmp_path_factory.mktemp("html")
    return (report.write(tiny, folder / "page").parent / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def open_page(browser: Any, page: str) -> Any:
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get(page)
    return browser


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
    requests = [e["message"] for e in open_page.get_log("performance") if "Network.requestWillBeSent" in e["message"]]
    assert all('"url":"data:' in r or page in r for r in requests), requests
    assert open_page.execute_script("return performance.getEntriesByType('resource').length") == 0


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
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        open_page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        seen.append(open_page.execute_script(script))
    assert seen == [["rgb(254, 254, 254)"] * 2, ["rgb(20, 23, 26)"] * 2]


def test_a_phone_does_not_scroll_sideways(open_page: Any) -> None:
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert open_page.execute_script("return document.documentElement.scrollWidth") <= 360


def test_printing_shows_all_rows(open_page: Any) -> None:
    rows = "return [...document.querySelectorAll('#protocol ~ div table.data tbody tr')].filter(r => r.hidden).length"
    assert open_page.execute_script(rows) > 0
    open_page.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert open_page.execute_script(rows) == 0
