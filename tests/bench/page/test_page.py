"""The page of trainings in a browser: it computes what `nn` computes, moves, adapts, and fetches nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from bench import page
from bench.grid import load
from bench.page import Shown
from bench.records import Run, Stack
from bench.training.training import train_stack
from nn.arrays import with_ones
from tests.bench.chromium import open_alone, phone, requests_of, set_media, violations

HOSTILE = "</script><img src=x onerror=alert(1)>"
FOUR = f"""
title = "Four"
[problem]
train = 30
validation = 10
test = 20
[network]
hidden = [16, 5]
[training]
epochs = 40
[regularization]
l2 = 1e-4
dropout = 0.1
[[optimizer]]
name = "sgd"
lr = 0.3
[[optimizer]]
name = "momentum"
label = "{HOSTILE}"
lr = 0.1
[[optimizer]]
name = "sgd"
label = "sgd too fast"
lr = 1e30
[[optimizer]]
name = "adam"
lr = 0.02
[seeds]
tune = 0
confirm = 6
"""
ROWS = "".join(f"{i % 7},{i * i % 5},{i % 3},{'ab'[i % 7 > 3]}\n" for i in range(60))
TABLE = '[problem]\npath = "table.csv"\ntarget = "kind"\n[[optimizer]]\nname = "adam"\n[training]\nepochs = 20\n'

Pages = Callable[..., tuple[str, list[Shown]]]


def shown(grid: Path, *overrides: str) -> list[Shown]:
    """A run of each of the grid's configurations, with what a store would know."""
    runs = [Run(configuration, 1_000_000) for configuration in load(grid, overrides).configurations()]
    return [Shown(run.settings.optimizer.label, run, train_stack(Stack((run,)))[0].digest, "chosen") for run in runs]


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[Shown]]:
    """The address of a page with four networks, one of which diverged, and what is shown."""
    folder = tmp_path_factory.mktemp("four")
    (folder / "four.toml").write_text(FOUR)
    runs = shown(folder / "four.toml")
    page.write(runs, folder / "four.html")
    return (folder / "four.html").as_uri(), runs


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page of samples with three features."""
    folder = tmp_path_factory.mktemp("table")
    (folder / "table.csv").write_text(f"a,b,c,kind\n{ROWS}")
    (folder / "table.toml").write_text(TABLE)
    page.write(shown(folder / "table.toml"), folder / "table.html")
    return (folder / "table.html").as_uri()


@pytest.fixture
def open_page(browser: Any, four: tuple[str, list[Shown]]) -> Any:
    return open_alone(browser, four[0], "article .now:not(:empty)")


def texts(browser: Any, selector: str) -> list[str]:
    """The text of each element, as it is now."""
    script = "return [...document.querySelectorAll(arguments[0])].map(element => element.textContent.trim())"
    found: list[str] = browser.execute_script(script, selector)
    return found


def settle(browser: Any) -> None:
    """Until what was asked for is drawn."""
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))")


def move_to(browser: Any, place: int) -> None:
    browser.execute_script("moveTo(arguments[0])", place)
    settle(browser)


def test_nothing_is_fetched_and_nothing_is_wrong(open_page: Any, four: tuple[str, list[Shown]]) -> None:
    move_to(open_page, 3)
    assert open_page.get_log("browser") == []
    assert requests_of(open_page, four[0]) == []


@pytest.mark.parametrize("activation", ["relu", "leaky-relu", "tanh"])
def test_the_browser_computes_what_nn_computes(
    browser: Any, activation: str, tmp_path: Path, four: tuple[str, list[Shown]]
) -> None:
    """At 400 places, at the beginning and at the end. Both round to float32 (6e-8), nn in another order of sums: logits
    are sums of some 20 products below 10, so that probabilities differ by 1e-5 at the very most."""
    (tmp_path / "grid.toml").write_text(FOUR)
    runs = shown(tmp_path / "grid.toml", f"network.activation='{activation}'", "optimizer.adam.lr=0.1")
    page.write(runs[3:], tmp_path / "one.html")
    open_alone(browser, (tmp_path / "one.html").as_uri(), "article .now:not(:empty)")
    assert ("below" in texts(browser, "article")[0]) == (activation != "relu")  # where units can say what is below 0
    settings = runs[3].run.settings
    for frame in (0, -1):
        weights, x, shares = browser.execute_script(
            """
            const [network] = networks;
            const frame = arguments[0] < 0 ? network.epochs.length - 1 : arguments[0];
            const count = network.weights.length / network.epochs.length;
            const x = pixels(network.box, 20);
            const shares = softmax(forward(network, frame, x, 400).at(-1), network.classes.length, 400);
            return [network.weights.slice(frame * count, (frame + 1) * count), x, shares].map((a) => Array.from(a));
            """,
            frame,
        )
        network = nn.Network(settings.widths, activation=activation)
        network.parameters[...] = weights
        logits = network.forward(with_ones(np.array(x, np.float32).reshape(1, 2, 400)))
        expected = network.loss.probabilities(logits)[0]
        np.testing.assert_allclose(np.reshape(shares, expected.shape), expected, atol=1e-5)
        assert expected.std() > 0.02  # else anything would agree


def test_weights_of_half_the_precision_are_read_as_they_were_rounded(open_page: Any) -> None:
    given = np.array([0, 1, -1, 65504, 6e-8, -6.1e-5, 0.1, 1 / 3, 2**-14, 1.5 * 2**-20], np.float16)
    read = open_page.execute_script("return Array.from(numbers(arguments[0], true, 4))", page.content.encoded(given))
    assert read == (4 * given.astype(np.float64)).tolist()


def test_the_slider_moves_what_is_seen_and_what_is_said(open_page: Any) -> None:
    picture = "return document.querySelectorAll('.regions')[3].toDataURL()"
    seen = []
    for place in (0, 10, 35):
        move_to(open_page, place)
        marks = open_page.execute_script("return document.querySelector('.curve .mark').getAttribute('d')")
        label = open_page.execute_script("return document.querySelector('.regions').getAttribute('aria-label')")
        seen.append((open_page.execute_script(picture), marks, label, texts(open_page, ".now")[3]))
    for column in zip(*seen, strict=True):
        assert len(set(column)) == 3
    epoch = texts(open_page, "#now")[0]
    assert seen[-1][3].startswith(f"Epoch {epoch}: test accuracy ")
    assert open_page.find_element("css selector", "#epoch").get_attribute("aria-valuetext") == f"epoch {epoch}"


def test_what_is_said_at_the_end_is_what_was_stored(open_page: Any, four: tuple[str, list[Shown]]) -> None:
    [result] = train_stack(Stack((four[1][3].run,)))
    parts = [f"{name} {100 * result.measures[f'{split}_accuracy']:.1f}\u00a0%" for name, split in
             (("test accuracy", "test"), ("validation", "validation"), ("training", "train"))]  # fmt: skip
    assert f"Epoch 40: {', '.join(parts)}; training loss " in texts(open_page, ".now")[3]


def test_keys_move_it_and_play_it(open_page: Any) -> None:
    body = open_page.find_element("css selector", "body")
    value = "return Number(document.getElementById('epoch').value)"
    move_to(open_page, 5)
    body.send_keys("\ue014")  # to the right
    body.send_keys("\ue014")
    body.send_keys("\ue012")  # to the left
    assert open_page.execute_script(value) == 6
    slider = open_page.find_element("css selector", "#epoch")
    slider.send_keys("\ue014")  # the slider's own
    assert open_page.execute_script(value) == 7
    slider.send_keys(" ")
    assert texts(open_page, "#play") == ["Pause"]
    slider.send_keys(" ")
    assert texts(open_page, "#play") == ["Play"]
    slider.send_keys("\ue010")  # End
    settle(open_page)
    assert texts(open_page, "#now") == ["40"]


def test_it_plays_to_the_end_and_is_read_out_only_then(open_page: Any) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    last = int(open_page.execute_script("return slider.max"))
    said = "return document.getElementById('said').textContent"
    WebDriverWait(open_page, 30).until(lambda b: b.execute_script(said))
    open_page.execute_script("document.getElementById('said').textContent = ''")
    move_to(open_page, last - 3)
    open_page.find_element("css selector", "#play").click()
    assert open_page.execute_script("return FRAME") == 125
    WebDriverWait(open_page, 30).until(lambda b: texts(b, "#play") == ["Play"])
    assert open_page.execute_script(said) == ""
    WebDriverWait(open_page, 30).until(lambda b: b.execute_script(said))
    assert open_page.execute_script(said).startswith("sgd: Epoch 40: test accuracy ")
    assert int(open_page.execute_script("return slider.value")) == last


def test_with_less_motion_it_goes_by_the_second(browser: Any, four: tuple[str, list[Shown]]) -> None:
    open_alone(browser, "about:blank", "body")
    set_media(browser, "light", prefers_reduced_motion="reduce")
    browser.get(four[0])
    assert browser.execute_script("return FRAME") == 1000


def test_four_networks_stand_side_by_side_in_pairs_and_below_each_other_on_a_phone(open_page: Any) -> None:
    script = "return [...document.querySelectorAll('.regions')].map((one) => one.getBoundingClientRect())"
    for width, columns in (640, 2), (1190, 2), (1210, 4), (1600, 4):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        open_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        settle(open_page)
        places = open_page.execute_script(script)
        assert len({place["left"] for place in places}) == columns
        assert len({place["top"] for place in places}) == 4 / columns
    phone(open_page)
    settle(open_page)
    places = open_page.execute_script(script)
    assert len({place["left"] for place in places}) == 1
    assert all(300 < place["width"] <= 390 for place in places)
    assert open_page.execute_script("return document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_keeps_anyone_out(open_page: Any, table: str, scheme: str) -> None:
    set_media(open_page, scheme)
    assert violations(open_page) == []
    open_alone(open_page, table, "article .now:not(:empty)")
    set_media(open_page, scheme)
    assert violations(open_page) == []


def test_dark_mode_follows_the_system_on_canvases_too(open_page: Any) -> None:
    corner = """
        const canvas = document.querySelectorAll('.regions')[3];
        const {data} = canvas.getContext('2d').getImageData(2, 2, 1, 1);
        return [getComputedStyle(document.body).backgroundColor, ...data];
    """
    seen = []
    for scheme in ("light", "dark"):
        set_media(open_page, scheme)
        settle(open_page)
        seen.append(open_page.execute_script(corner))
    assert [one[0] for one in seen] == ["rgb(254, 254, 254)", "rgb(20, 23, 26)"]
    assert sum(seen[0][1:4]) > sum(seen[1][1:4]) + 100


def test_classes_are_told_apart_without_colour(open_page: Any) -> None:
    marks = open_page.execute_script("return [...Array(8).keys()].map(mark)")
    assert len(set(marks)) == 8
    paths = "document.querySelector('article .legend').querySelectorAll('path')"
    drawn = f"return [...{paths}].map((path) => path.getAttribute('d'))"
    assert open_page.execute_script(drawn) == marks[:3]
    assert texts(open_page, "article:first-child .legend li") == ["class 0", "class 1", "class 2"]


def test_every_picture_is_described(open_page: Any) -> None:
    described = (
        "return [...document.querySelectorAll('main canvas, main [role=img]')].map(e => e.getAttribute('aria-label'))"
    )
    labels = open_page.execute_script(described)
    assert len(labels) == 4 * (1 + 2 + 2 + 3)
    assert all(len(label) > 30 for label in labels)


def test_names_from_outside_are_text(open_page: Any) -> None:
    assert texts(open_page, "h2")[1] == HOSTILE
    assert open_page.execute_script("return document.images.length") == 0


def test_a_network_that_diverged_stays_as_it_was_and_says_so(open_page: Any) -> None:
    [said] = texts(open_page, ".diverged")
    assert said.startswith("Diverged: at epoch ")
    assert said.endswith("Shown from there on: the network before training.")
    assert texts(open_page, ".now")[2].startswith("Epoch 0: ")


def test_the_run_and_its_digest_are_named(open_page: Any, four: tuple[str, list[Shown]]) -> None:
    for one, said in zip(four[1], texts(open_page, "article footer"), strict=True):
        assert f"Run {one.run.id}, bit for bit as stored: " in said
        assert f"with weights of the digest {one.digest}." in said
        assert "penalties included and with dropout off." in said


def test_more_than_two_features_have_no_regions_and_it_is_said_why(browser: Any, table: str) -> None:
    open_alone(browser, table, "article .now:not(:empty)")
    assert browser.get_log("browser") == []
    [said] = [text for text in texts(browser, "article p") if text.startswith("No decision regions")]
    assert "points of this problem have 3 features" in said
    assert browser.find_elements("css selector", ".regions") == []
    assert texts(browser, ".legend li") == ["a", "b"]
    assert "12 of 64 units, those with the largest outgoing weights" in texts(browser, "main")[0]
    move_to(browser, 4)
    paints = """
        const {width, height, data} = document.querySelector('.units').getContext('2d').getImageData(0, 0, 300, 60);
        return width * height * 4 === data.length && data.some(Boolean);
    """
    assert browser.execute_script(paints)
