"""The report in a real Chromium: it opens, sorts, filters, draws, fits the screen, and says nothing on the console."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simstudy.workflow.report import report

BROWSER, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
HEADINGS = "#table-1-1 thead th"
CELLS = "#table-1-1 tbody tr"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if BROWSER is None or DRIVER is None:
        why = "chromium and chromium-driver are not installed (Debian: apt-get install chromium chromium-driver)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    selenium = pytest.importorskip("selenium.webdriver")
    options = selenium.ChromeOptions()
    options.binary_location = BROWSER
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = selenium.Chrome(options=options, service=selenium.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def address(folder: Path, summary: Any) -> str:
    assert summary is not None
    path, _ = report([folder / "draw.toml"], results=folder / "results", out=folder / "browser.html")
    return path.resolve().as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Any:
    """The report on a wide screen; what it says on the console must be nothing."""
    resize(browser, 1400)
    browser.get_log("browser")
    browser.get(address)
    assert browser.execute_script("return document.documentElement.dataset.ready") == "yes"
    yield browser
    assert browser.get_log("browser") == []


def resize(browser: Any, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def texts(page: Any, selector: str) -> list[str]:
    found: list[str] = page.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent.trim())", selector
    )
    return found


def column(page: Any, heading: str) -> list[str]:
    place = texts(page, HEADINGS).index(heading) + 1
    return texts(page, f"{CELLS} > :nth-child({place})")


def sort_by(page: Any, heading: str, key: str) -> str:
    """Press a key on the heading's sort button; what a screen reader is told of the order."""
    place = texts(page, HEADINGS).index(heading) + 1
    button = page.find_element("css selector", f"{HEADINGS}:nth-child({place}) [role=button]")
    page.execute_script("arguments[0].focus()", button)
    button.send_keys(key)
    told = page.find_element("css selector", f"{HEADINGS}:nth-child({place})").get_attribute("aria-sort")
    return str(told)


@pytest.mark.parametrize("width", [400, 1400])
def test_no_part_of_the_page_is_wider_than_the_screen(page: Any, width: int) -> None:
    resize(page, width)
    page.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.implicitly_wait(1)
    assert page.execute_script("return document.documentElement.scrollWidth") <= width


def test_a_table_sorts_by_number_with_the_keyboard(page: Any) -> None:
    assert sort_by(page, "√n RMSE", "\n") == "ascending"
    rising = [float(text.split()[0]) for text in column(page, "√n RMSE")]
    assert rising == sorted(rising)
    assert sort_by(page, "√n RMSE", "\n") == "descending"
    falling = [float(text.split()[0]) for text in column(page, "√n RMSE")]
    assert falling == rising[::-1]
    assert rising[0] < rising[-1]


def test_a_table_filters_and_says_how_many_rows_are_left(page: Any) -> None:
    whole = len(column(page, "Method"))
    box = page.find_element("css selector", "input[aria-controls=table-1-1]")
    box.send_keys("fgsm")
    assert set(column(page, "Method")) == {"FGSM-SCAD"}
    assert f"2 of {whole} rows" in texts(page, ".shown")[0]
    box.clear()
    box.send_keys("nothing has this text")
    assert texts(page, "#table-1-1 tbody") == ["No row has this text."]


def test_the_interactive_figure_switches_measure_coefficient_and_methods(page: Any) -> None:
    page.find_element("css selector", ".explorer summary").click()
    page.implicitly_wait(5)
    assert len(page.find_elements("css selector", ".plot .legend .traces")) == 3
    title = ".plot .ytitle"
    assert texts(page, title) == ["RMSE"]
    choose(page, "measure", "bias")
    choose(page, "parameter", "beta_2")
    assert texts(page, title) == ["bias"]
    page.find_element("css selector", ".series input").click()
    assert len(page.find_elements("css selector", ".plot .legend .traces")) == 2
    choose(page, "group", "family binomial")
    assert page.find_element("css selector", "select[name=axis]").get_attribute("value") == "n"


def choose(page: Any, name: str, value: str) -> None:
    script = """
        const select = document.querySelector(`select[name=${arguments[0]}]`);
        select.value = arguments[1];
        select.dispatchEvent(new Event("change", { bubbles: true }));
        return select.value;
    """
    assert page.execute_script(script, name, value) == value


def test_a_reader_with_a_keyboard_skips_to_the_content(page: Any) -> None:
    body = page.find_element("css selector", "body")
    body.send_keys("\ue004")
    focused = page.switch_to.active_element
    assert focused.text == "Skip to the content"
    assert page.execute_script("return getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_paper_has_static_figures_whole_tables_and_notes(page: Any) -> None:
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
    assert page.execute_script(shown, ".explorer") == "none"
    assert page.execute_script(shown, ".filter") == "none"
    assert page.execute_script(shown, "figure img") != "none"
    assert page.execute_script("return getComputedStyle(document.querySelector('.frame')).overflowY") == "visible"
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert page.execute_script("return document.querySelector('details.notes').open") is True
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_nothing_is_loaded(page: Any) -> None:
    loaded = "return performance.getEntriesByType('resource').map((each) => each.name)"
    assert [name for name in page.execute_script(loaded) if not name.startswith("data:")] == []


def test_the_slider_leaves_out_the_smallest_values_with_the_keyboard(page: Any) -> None:
    page.find_element("css selector", ".explorer summary").click()
    page.implicitly_wait(5)
    slider = page.find_element("css selector", "input[name=least]")
    assert slider.get_attribute("max") == "1"
    slider.send_keys("\ue014")
    assert texts(page, ".explorer output") == ["n = 120"]
    assert slider.get_attribute("aria-valuetext") == "n from 120"


@pytest.mark.parametrize("width", [400, 1400])
def test_axe_finds_no_serious_fault(page: Any, width: int) -> None:
    if not AXE.exists():
        why = "axe-core is not installed (`make browser` gets it with npm)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    resize(page, width)
    page.execute_script(AXE.read_text(encoding="utf-8"))
    found = page.execute_async_script(
        "const done = arguments[0]; axe.run().then((found) => done(found.violations.map("
        "(each) => [each.impact, each.id, each.nodes.length, each.nodes[0].html.slice(0, 200)])))"
    )
    assert [each for each in found if each[0] in {"serious", "critical"}] == []
