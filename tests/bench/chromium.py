"""A browser without a screen: it opens a page alone, and says what the page fetches and whom it keeps out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--hide-scrollbars", "--window-size=1000,900",
)  # fmt: skip


@contextmanager
def started(profile: Path) -> Iterator[Any]:
    """The browser; tests skip where it, or what drives it, is not installed."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="drives the browser, and is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield browser
    browser.quit()


def open_alone(browser: Any, page: str, last: str) -> Any:
    """The browser with a page, as if nothing had been open before. `last`: selects what is there when all of it is."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get("about:blank")  # ends what the page before is loading, also the browser's own first one
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get(page)
    # A busy machine may answer before the whole page is parsed.
    WebDriverWait(browser, 60).until(
        lambda b: b.execute_script(
            "return document.readyState === 'complete' && !!document.querySelector(arguments[0])", last
        )
    )
    return browser


def requests_of(browser: Any, page: str) -> list[str]:
    """What the page has asked for, besides itself and what is in it."""
    sent = [entry["message"] for entry in browser.get_log("performance")]
    sent = [message for message in sent if "Network.requestWillBeSent" in message]
    own = ('"url":"data:', '"url":"about:blank', page)
    others = [message for message in sent if not any(one in message for one in own)]
    script = "return performance.getEntriesByType('resource').map(entry => entry.name)"
    resources_of_page: list[str] = browser.execute_script(script)
    return others + resources_of_page


def set_media(browser: Any, scheme: str, media: str = "", **features: str) -> None:
    """Light or dark, screen or print; and other features, such as prefers_reduced_motion."""
    wanted = {"prefers-color-scheme": scheme} | {name.replace("_", "-"): value for name, value in features.items()}
    listed = [{"name": name, "value": value} for name, value in wanted.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": listed})


def phone(browser: Any, width: int = 390) -> None:
    """As wide as a phone."""
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def violations(browser: Any, but: str = "") -> list[Any]:
    """What axe-core finds by the rules of WCAG 2.1, levels A and AA. `but`: selects what is not looked at."""
    pytest.importorskip("axe_core_python", reason="brings the rules of axe-core, and is not installed")
    browser.execute_script((resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = browser.execute_async_script(AXE, [[but]] if but else [])
    assert {"color-contrast", "svg-img-alt", "label", "button-name", "document-title"} <= set(found["passes"])
    violated: list[Any] = found["violations"]
    return violated


AXE = """
const [but, done] = arguments;
axe.run({exclude: but}, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(
  (found) => done({
    passes: found.passes.map((rule) => rule.id),
    violations: found.violations.map((rule) => [rule.id, rule.help, rule.nodes.map((node) => node.html)]),
  }),
  (error) => done({passes: [], violations: [String(error)]}),
);
"""
