"""The report as a document: what it shows, that it is one file, and what bad input does to it."""

import gzip
import json
import re
import shutil
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import simstudy as ss
from simstudy.analyses.results import Results
from simstudy.errors import ConfigError, ResultsError
from simstudy.report.explorer import explorer
from simstudy.report.page import Picture, Section, counts, order, packed, render
from simstudy.report.table import Column, Table, document
from simstudy.workflow import report as verb
from simstudy.workflow.report import report

EVIL = """<script>alert(1)</script>&"'\\section{x}$%../../etc"""
VOID = {"meta", "source", "img", "input", "br", "link", "hr"}


class Outline(HTMLParser):
    """Elements that are open, headings, and what a reader with a screen reader meets."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(html: str) -> Outline:
    outline = Outline()
    outline.feed(html)
    assert outline.open == []
    return outline


@pytest.fixture(scope="module")
def page(folder: Path, summary: Results) -> str:
    assert summary.study.name == "draw"
    path, notes = report([folder / "draw.toml"], results=folder / "results", out=folder / "report.html")
    assert notes == ()
    return path.read_text(encoding="utf-8")


def test_the_page_is_one_file_that_loads_nothing(page: str) -> None:
    outline = parsed(page)
    for tag, attributes in outline.tags:
        assert tag not in {"link", "iframe", "object", "base"}
        assert "src" not in attributes or str(attributes["src"]).startswith("data:")
    assert "default-src 'none'" in page


def test_headings_are_in_order_and_everything_has_a_name(page: str) -> None:
    outline = parsed(page)
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    pictures = [attributes for tag, attributes in outline.tags if tag == "img"]
    assert len(pictures) == 16
    assert all(len(str(each["alt"])) > 40 for each in pictures)
    assert all("scope" in attributes for tag, attributes in outline.tags if tag == "th")
    names = [tag for tag, _ in outline.tags]
    assert names.count("caption") == names.count("table")
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [str(attributes["href"])[1:] for tag, attributes in outline.tags if tag == "a"]
    assert set(targets) <= set(ids)


def test_the_page_says_all_that_a_reader_asks(page: str) -> None:
    for words in (
        "to draw",
        "25 replicates",
        "0 of 300 fits",
        "simstudy run",
        "How to reproduce",
        "Provenance",
        "Failures",
    ):
        assert words in page
    assert page.index("The finding</h2>") < page.index('id="study-draw"')


def test_what_is_up_to_date_is_not_made_again(folder: Path, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page

    def never(*_: object, **__: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(verb, "table", never)
    monkeypatch.setattr(verb, "figure", never)
    report([folder / "draw.toml"], results=folder / "results", out=folder / "again.html")
    # What nobody knows the origin of is made again; a date decides nothing (tests/workflow/test_stale.py).
    (folder / "results" / "draw" / "measures.parquet").touch()
    report([folder / "draw.toml"], results=folder / "results", out=folder / "again.html")
    (folder / "results" / "draw" / "made.json").unlink()
    with pytest.raises(AssertionError, match="made again"):
        report([folder / "draw.toml"], results=folder / "results", out=folder / "again.html")


STUDY = """
aim = "AIM"
replicates = 4
analyses = ["root_n", "support", "neutrality"]

[[scenario]]
family = "binomial"
n = [30, 60]
beta = { pattern = "explicit", values = [1.0, 0.0] }
intercept = 0.0

[[method]]
name = "mle"
estimator = "mle"
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File of a tiny study in an empty folder, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tiny.toml"
    path.write_text(STUDY.replace(', "neutrality"', ""))
    return path


def test_a_study_without_results_is_reported_as_that(tiny: Path) -> None:
    path, notes = report([tiny])
    text = path.read_text(encoding="utf-8")
    assert path == Path("results/report.html")
    assert notes == ()
    assert "No results yet, of 2 scenarios and 1 methods." in text
    assert "simstudy run" in text
    parsed(text)


def test_partial_results_and_one_replicate_are_named(tiny: Path) -> None:
    ss.run(tiny, only=["n=30"], replicates=1)
    text = report([tiny])[0].read_text(encoding="utf-8")
    assert "1 replicates of 1 of 2 combinations" in text
    assert "A single replicate tells no Monte Carlo standard error." in text
    parsed(text)


def test_a_study_of_which_every_fit_failed_is_reported(tiny: Path) -> None:
    # Fifty coefficients and five observations: maximum likelihood does not exist.
    tiny.write_text(tiny.read_text().replace("n = [30, 60]", "n = 5").replace("[1.0, 0.0]", str([1.0] * 50)))
    ss.run(tiny)
    path, notes = report([tiny])
    text = path.read_text(encoding="utf-8")
    assert notes == ()
    assert "Every fit failed." in text
    assert "4 rank_deficient" in text
    assert "4/4*" in text
    assert "No fit succeeded" in text
    parsed(text)


def test_an_analysis_that_cannot_be_made_is_said_and_the_rest_is_there(tiny: Path) -> None:
    oracle = '\n[[method]]\nname = "{0}"\nestimator = "{0}"\n{1}'
    scad = 'penalty = "scad"\nlam = 0.2\n'
    tiny.write_text(STUDY + oracle.format("oracle", "") + oracle.format("fgsm", scad))
    ss.run(tiny, only=["method=mle"])
    path, notes = report([tiny])
    text = path.read_text(encoding="utf-8")
    assert any("neutrality needs the results of methods that are compared" in note for note in notes)
    assert text.count("<img") == 2


PLUGIN = """
import simstudy as ss

@ss.analysis("widest")
def widest(results):
    return results.measures.query("measure == 'empirical_se'")[["method", "parameter", "value"]]
"""


def test_a_report_on_a_results_folder_runs_no_plug_in(tiny: Path) -> None:
    ours = STUDY.replace('"support", "neutrality"', '"widest"')
    tiny.write_text('plugins = ["own.py"]\n' + ours)
    tiny.with_name("own.py").write_text(PLUGIN)
    ss.run(tiny)
    assert report([tiny])[1] == ()
    # What would be loaded is gone, and what it made is still shown.
    tiny.with_name("own.py").unlink()
    path, notes = report([])
    assert notes == ()
    text = path.read_text(encoding="utf-8")
    assert "Error against sample size" in text
    assert "widest" in text


def test_a_report_without_any_study_says_what_to_do(tiny: Path) -> None:
    with pytest.raises(ResultsError, match="simstudy run"):
        report([])
    with pytest.raises(ConfigError, match="cannot be read"):
        report([tiny.with_name("missing.toml")])


def test_all_studies_with_results_are_the_default_and_replicates_are_not_needed(tiny: Path) -> None:
    ss.run(tiny)
    report([])
    shutil.rmtree("results/tiny/replicates")
    text = report([])[0].read_text(encoding="utf-8")
    assert "simstudy run results/tiny/study.toml -r 4" in text
    assert "Error against sample size" in text
    parsed(text)


def test_damaged_files_are_said_and_do_not_stop_the_report(tiny: Path) -> None:
    ss.run(tiny)
    report([tiny])
    shutil.rmtree("results/tiny/replicates")
    Path("results/tiny/measures.parquet").write_bytes(b"PAR1 no")
    Path("results/tiny/tables/root_n.json").write_text("{")
    text = report([tiny])[0].read_text(encoding="utf-8")
    assert "cannot read results/tiny/measures.parquet" in text
    assert "cannot read results/tiny/tables/root_n.json" in text


@pytest.mark.parametrize("content", [b"[]", b"{}", b"null", b"[" * 100_000, b"\xff\xfe", b"", b"9" * 5000])
def test_a_table_or_a_figure_of_somebody_else_is_said(tiny: Path, content: bytes) -> None:
    ss.run(tiny)
    report([tiny])
    shutil.rmtree("results/tiny/replicates")
    for file in ("tables/root_n.json", "figures/root_n.svg"):
        Path("results/tiny", file).write_bytes(content)
    path, notes = report([tiny])
    assert any("results/tiny/tables/root_n.json" in note for note in notes)
    parsed(path.read_text(encoding="utf-8"))


def test_a_malformed_study_is_left_out_and_the_others_are_reported(tiny: Path) -> None:
    ss.run(tiny)
    for name, content in {"bad": b"[", "deep": b"a = " + b"[" * 100_000, "bytes": b"\xff"}.items():
        Path("results", name).mkdir()
        Path("results", name, "study.toml").write_bytes(content)
    path, notes = report([])
    assert "simstudy run results/tiny/study.toml" in path.read_text(encoding="utf-8")
    assert [note.split(":")[0] for note in notes] == ["left out bad", "left out bytes", "left out deep"]
    shutil.rmtree("results/tiny")
    with pytest.raises(ResultsError, match="left out bad"):
        report([])


@pytest.mark.parametrize("name", ["../out", "a/b", "<b>", "..", "a b"])
def test_a_study_cannot_name_a_place_outside_the_results(tiny: Path, name: str) -> None:
    tiny.write_text(f"name = {json.dumps(name)}\n{tiny.read_text()}")
    with pytest.raises(ConfigError, match="name"):
        report([tiny])
    assert not Path("results").exists()
    assert not Path("out").exists()


def test_a_folder_that_holds_another_study_is_named(tiny: Path) -> None:
    ss.run(tiny)
    Path("results/copy").mkdir()
    shutil.copy("results/tiny/study.toml", "results/copy/study.toml")
    assert report([])[1] == ("left out copy: results/copy holds the study 'tiny': a study's folder has its name",)


def test_text_of_a_study_is_only_ever_text() -> None:
    data = pd.DataFrame({"method": [EVIL], "value": [1.0]})
    column = Column(EVIL, lambda rows: list(rows["method"]), numeric=False)
    table = document(Table("t", EVIL, (column,), (EVIL,), data, EVIL))
    claim = {"claim": EVIL, "role": "claim", "statement": EVIL, "theory": EVIL, "verdict": "supported"}
    section = Section(
        "name", EVIL, EVIL, (Picture(EVIL, f"<svg>{EVIL}</svg>", EVIL),), (table,),
        claims=({**claim, "outcome": "as expected"},), claims_table=table, commands=(EVIL,), notes=(EVIL,),
        failures=({"method": EVIL, "attempted": 1, "failed": 1, "statuses": {EVIL: 1}},),
        runs=({"started": EVIL, "finished": False, "replicates": EVIL, "minutes": EVIL, "commit": EVIL, "cpu": EVIL,
               "versions": EVIL},),
        explorer={"series": [EVIL], "scenarios": [], "measures": [], "parameters": [], "columns": [], "rows": []},
        sliders=({"caption": EVIL, "lams": [1.0], "start": EVIL, "series": [EVIL]},),
    )  # fmt: skip
    text = render([section], EVIL)
    assert "<script>alert" not in text
    assert text.count("</script>") == 6
    parsed(text)


def test_json_in_the_page_cannot_end_its_element() -> None:
    assert json.loads(gzip.decompress(b64decode(packed({"a": EVIL})))) == {"a": EVIL}
    assert "<" not in packed({"a": EVIL})
    assert packed({"a": EVIL}) == packed({"a": EVIL})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *[("-0.12 (0.03)", "-0.12"), ("[0.1, 0.2]", "0.1"), ("<0.001", "0.001"), ("3/200*", "3"), ("–", "-1e300")],
        *[("1.0e-09", "1.0e-09"), ("[−∞, 3]", "-1e299"), ("∞", "1e299"), ("worst", "-1e300")],
    ],
)
def test_columns_sort_by_the_number_that_is_printed(text: str, key: str) -> None:
    assert order(text) == key


def test_outcomes_are_counted() -> None:
    rows = [{"role": "claim", "outcome": "as expected"}, {"role": "control", "outcome": "caught"}]
    assert {name: count for name, count in counts(rows).items() if count} == {
        "claims": 1,
        "as expected": 1,
        "controls": 1,
        "caught": 1,
    }


def test_the_explorer_holds_each_number_once(summary: Results) -> None:
    data = explorer(summary.measures, summary.scenarios)
    assert data is not None
    assert data["columns"] == ["family", "n"]
    assert len({tuple(row[:4]) for row in data["rows"]}) == len(data["rows"])
    first = data["rows"][0]
    wanted = summary.measures[summary.measures["measure"] == data["measures"][first[2]]]
    assert f"{first[4]:.4g}" in {f"{value:.4g}" for value in wanted["value"]}
    assert explorer(summary.measures.assign(value=float("nan")), summary.scenarios) is None


def test_coefficients_of_unknown_truth_are_not_drawn(summary: Results) -> None:
    """Images have one for each pixel, and nobody knows their bias."""
    measures = summary.measures
    key = measures["scenario_key"].iloc[0]
    unknown = measures[~((measures["scenario_key"] == key) & measures["measure"].isin(["bias", "rmse"]))]
    data = explorer(unknown, summary.scenarios)
    assert data is not None
    of_first = {data["parameters"][row[3]] for row in data["rows"] if row[0] == 0}
    of_second = {data["parameters"][row[3]] for row in data["rows"] if row[0] == 1}
    assert "beta_1" in of_second
    assert "beta_1" not in of_first
    assert "intercept" in of_first
