"""The report in a real Chromium: it opens, sorts, filters, draws, fits the screen, and says nothing on the console."""

import os
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import simstudy as ss
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


#: FGSM has no weights at the largest level and no minimiser at the smallest.
LEVELS = """
aim = "Which boundary?"
replicates = 2
analyses = ["boundary_path"]
estimands = ["test_error"]
scenario = [{ source = "images", images = "digits", pair = "3v8", per_class = 60 }]
method = [
    { name = "svm_1", label = "SVM, lam = 1", estimator = "svm", lam = 1.0 },
    { name = "svm_2", label = "SVM, lam = 0.01", estimator = "svm", lam = 0.01 },
    { name = "fgsm", label = "FGSM-LASSO", estimator = "fgsm", penalty = "lasso", lam = 0.2 },
]

[[claim]]
id = "learns"
statement = "The support vector machine is better than chance."
theory = "G9"
estimand = "test_error"
quantity = "mean"
method = "svm_2"
prediction = { below = 0.5 }
margin = 0.1
"""


@pytest.fixture(scope="module")
def address(folder: Path, summary: Any) -> str:
    assert summary is not None
    (folder / "levels.toml").write_text(LEVELS)
    ss.run(folder / "levels.toml", results=folder / "results")
    path, _ = report(
        [folder / "draw.toml", folder / "levels.toml"], results=folder / "results", out=folder / "browser.html"
    )
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
    page.implicitly_wait(10)
    page.find_element("css selector", ".explorer[data-drawn=whole]")
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
    page.implicitly_wait(10)
    page.find_element("css selector", ".explorer[data-drawn=whole]")
    slider = page.find_element("css selector", "input[name=least]")
    assert slider.get_attribute("max") == "1"
    slider.send_keys("\ue014")
    assert texts(page, ".explorer output")[0] == "n = 120"
    assert slider.get_attribute("aria-valuetext") == "n from 120"


RIGHT, LEFT, HOME, END, TAB, ENTER = "\ue014", "\ue012", "\ue011", "\ue010", "\ue004", "\ue007"
DRAWN = "figure.levels[data-drawn=whole]"


def pictured(page: Any) -> list[str]:
    """What each panel of the slider shows: its drawing, or its pixels."""
    found: list[str] = page.execute_script(
        """return [...document.querySelectorAll("figure.levels .panel")].map((each) => [
            ...[...each.querySelectorAll("canvas")].map((one) => one.toDataURL()),
            each.querySelector("[role=img]").innerHTML].join(""))"""
    )
    return found


def test_the_slider_over_the_levels_moves_all_pictures_with_the_keyboard(page: Any) -> None:
    page.implicitly_wait(10)
    page.find_element("css selector", DRAWN)
    slider = page.find_element("css selector", "figure.levels input[name=level]")
    slider.send_keys(END)
    assert texts(page, "figure.levels .lam") == ["λ = 0.01"]
    before, said = pictured(page), texts(page, "figure.levels .said")
    assert len(before) == 9
    slider.send_keys(LEFT)
    assert texts(page, "figure.levels .lam") == ["λ = 0.016"]
    assert slider.get_attribute("aria-valuetext") == "λ = 0.016"
    assert texts(page, "figure.levels .said") != said
    assert all(a != b for a, b in zip(before, pictured(page), strict=True))
    slider.send_keys(RIGHT)
    assert pictured(page) == before


def test_a_level_without_a_boundary_says_why(page: Any) -> None:
    page.implicitly_wait(10)
    page.find_element("css selector", DRAWN)
    page.find_element("css selector", "figure.levels input[name=series]").send_keys(RIGHT)
    slider = page.find_element("css selector", "figure.levels input[name=level]")
    slider.send_keys(HOME)
    assert texts(page, "figure.levels .said") == ["FGSM-LASSO at λ = 1: no boundary, all weights are zero."]
    slider.send_keys(END)
    assert texts(page, "figure.levels .said") == ["FGSM-LASSO at λ = 0.01: no boundary, no minimiser."]
    assert "no minimiser" in texts(page, "figure.levels .mirrors p")[0]


def test_matrix_filter_and_slider_are_reached_and_used_by_keys_alone(page: Any) -> None:
    """Each is reached with Tab from the one before; the link of the matrix leads to the claims of its study."""
    page.implicitly_wait(10)
    page.find_element("css selector", DRAWN)
    reached = {}
    page.find_element("css selector", "body").send_keys(TAB)
    for _ in range(400):
        focused = page.switch_to.active_element
        for name, selector in (
            ("matrix", ".matrix td a"),
            ("filter", "input[type=search]"),
            ("slider", "figure.levels input[name=level]"),
        ):
            if name not in reached and page.execute_script(
                "return arguments[0].matches(arguments[1])", focused, selector
            ):
                shown = "return getComputedStyle(arguments[0]).outlineStyle"
                reached[name] = page.execute_script(shown, focused)
        if len(reached) == 3:
            break
        focused.send_keys(TAB)
    assert list(reached) == ["matrix", "filter", "slider"]
    assert "none" not in reached.values(), "who uses keys sees where they are"
    page.find_element("css selector", ".matrix td a").send_keys(ENTER)
    target = page.execute_script("return decodeURIComponent(location.hash.slice(1))")
    assert page.execute_script("return document.getElementById(arguments[0]) !== null", target)


def test_paper_has_every_row_of_every_table_within_the_page(page: Any, tmp_path: Path) -> None:
    rows = page.execute_script("return document.querySelectorAll('table tbody tr').length")
    # A4 less its margins of 15 mm, at 96 dots an inch.
    resize(page, 680)
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    shown = page.execute_script(
        "return [...document.querySelectorAll('table tbody tr')].filter((each) => each.getClientRects().length).length"
    )
    widest = page.execute_script(
        "return Math.max(...[...document.querySelectorAll('table')].map((each) => each.getBoundingClientRect().right))"
    )
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown == rows
    assert widest <= 680
    pdf = b64decode(page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert pdf.startswith(b"%PDF")
    if reader := shutil.which("pdftotext"):
        (tmp_path / "page.pdf").write_bytes(pdf)
        done = subprocess.run(
            [reader, "-layout", tmp_path / "page.pdf", "-"], capture_output=True, text=True, check=True
        )
        # The last row of each long table, which a screen folds away.
        last = texts(page, "table.long tbody tr:last-child > :nth-child(2)")
        assert last
        assert all(each.split()[0] in done.stdout for each in last)


@pytest.mark.parametrize("width", [400, 1400])
def test_axe_finds_no_serious_fault(page: Any, width: int) -> None:
    if not AXE.exists():
        why = "axe-core is not installed (`make browser` gets it with npm)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    resize(page, width)
    page.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.implicitly_wait(10)
    page.find_element("css selector", DRAWN)
    page.execute_script(AXE.read_text(encoding="utf-8"))
    found = page.execute_async_script(
        "const done = arguments[0]; axe.run().then((found) => done(found.violations.map("
        "(each) => [each.impact, each.id, each.nodes.length, each.nodes[0].html.slice(0, 200)])))"
    )
    assert [each for each in found if each[0] in {"serious", "critical"}] == []
