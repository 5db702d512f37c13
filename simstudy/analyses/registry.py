"""The analyses that a study can ask for by name, ours and everybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from simstudy.analyses.basis import answered
from simstudy.analyses.labels import with_labels
from simstudy.analyses.plain import plain_table
from simstudy.analyses.results import Results
from simstudy.plugins import users_code
from simstudy.registry import Registry
from simstudy.report.figures.canvas import Figure
from simstudy.report.table import Table
from simstudy.study.study import Study

#: Methods with their references, by name.
Pairs = tuple[tuple[str, str], ...]
Frame = Callable[[Results], Any]
Draw = Callable[[Any], Figure]

#: The analysis of a study that asks for none.
USUAL = "performance"


def nothing(_: object) -> str:
    """No sentence, and nothing that a study lacks."""
    return ""


def no_pairs(_: Study) -> Pairs:
    """No contrasts."""
    return ()


@dataclass(frozen=True)
class Analysis:
    """A question that a study answers: its numbers, and how they are shown.

    Parameters
    ----------
    name : str
        As a study file names it; the table's file has this name.
    frame : callable
        From `Results` to the numbers, usually a DataFrame; the other functions get what it returns.
    table : callable
        From the numbers to a `Table`.
    sentence : callable
        From the numbers to the answer in one sentence; empty for none.
    figures : mapping of str to callable
        From the numbers to a figure, by the figure's file name.
    description : str
        The question in one sentence.
    needs : callable
        From a study to the reason why the analysis is not possible for it; empty where it is.
    pairs : callable
        From a study to the pairs (method, reference) whose contrasts the measures must hold.
    slider : callable, optional
        From the numbers to what a slider of the report draws from, in terms of JSON (`report.slider`).
    """

    name: str
    frame: Frame
    table: Callable[[Any], Table]
    sentence: Callable[[Any], str] = nothing
    figures: Mapping[str, Draw] | None = None
    description: str = ""
    needs: Callable[[Study], str] = nothing
    pairs: Callable[[Study], Pairs] = no_pairs
    slider: Callable[[Any], dict[str, Any]] | None = None

    def tabulated(self, results: Results) -> Table:
        """The table of some results, with the answer and its basis; columns that begin with _ are for figures only."""
        with users_code(f"analysis {self.name!r}"):
            numbers = results.once(self.name, self.frame)
            made = self.table(numbers)
            answer = answered(self.sentence, with_labels(numbers, results.labels))
        shown = [name for name in made.data.columns if not str(name).startswith("_")]
        return replace(made, data=made.data[shown], answer=answer, labels=results.labels)


ANALYSES: Registry[Analysis] = Registry("analysis")


def analysis(
    name: str,
    *,
    table: Callable[[Any], Table] | None = None,
    sentence: Callable[[Any], str] = nothing,
    figure: Draw | Mapping[str, Draw] | None = None,
    needs: Callable[[Study], str] = nothing,
    pairs: Callable[[Study], Pairs] = no_pairs,
    slider: Callable[[Any], dict[str, Any]] | None = None,
) -> Callable[[Frame], Frame]:
    """Register the function below as an analysis.

    Parameters
    ----------
    name : str
        A letter, then letters, digits and underscores.
    table, sentence : callable, optional
        From what the function returns to a `Table`, and to a sentence. Without `table` every column is printed, those
        with a column `<name>_mcse` beside them with their Monte Carlo standard error.
    figure : callable or mapping of str to callable, optional
        From what the function returns to a matplotlib figure; a mapping where there are several, by file name.
    needs : callable, optional
        From a study to what it lacks, in words; an empty text where it lacks nothing.
    pairs : callable, optional
        From a study to the pairs (method, reference) whose paired contrasts the function reads from the measures.
    slider : callable, optional
        From what the function returns to what a slider of the report draws from.

    Returns
    -------
    callable
        A decorator that returns the function as it is.

    Raises
    ------
    ConfigError
        The name is taken or not allowed.

    Examples
    --------
    >>> import simstudy as ss
    >>> @ss.analysis("worst_bias")
    ... def worst_bias(results):
    ...     rows = results.measures.query("measure == 'bias' and reference.isna()")
    ...     rows = rows.rename(columns={"value": "bias", "mcse": "bias_mcse"})
    ...     worst = rows.loc[rows.groupby("method")["bias"].idxmax()]
    ...     return worst[["scenario", "method", "parameter", "bias", "bias_mcse"]]
    """

    def register(frame: Frame) -> Frame:
        said = (frame.__doc__ or "").strip().partition("\n")[0]
        shown = partial(plain_table, name, said.rstrip(".")) if table is None else table
        figures = {name: figure} if callable(figure) else figure
        ANALYSES.register(name, Analysis(name, frame, shown, sentence, figures, said, needs, pairs, slider))
        return frame

    return register


def analyses_of(study: Study) -> list[Analysis]:
    """The analyses that a study asks for; the performance table where it asks for none.

    Raises
    ------
    ConfigError
        There is no such analysis.
    """
    return [ANALYSES[name] for name in study.analyses or (USUAL,)]


def drawings(study: Study) -> dict[str, tuple[Analysis, Draw]]:
    """The figures of a study's analyses by file name; a study whose analyses have none gets those of performance."""
    found = {name: (each, draw) for each in analyses_of(study) for name, draw in (each.figures or {}).items()}
    usual = ANALYSES[USUAL]
    return found or {name: (usual, draw) for name, draw in (usual.figures or {}).items()}


def sliders(study: Study) -> list[tuple[Analysis, Callable[[Any], dict[str, Any]]]]:
    """The analyses of a study that have a slider in the report, with what makes its data."""
    return [(each, each.slider) for each in analyses_of(study) if each.slider is not None]
