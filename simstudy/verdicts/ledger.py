"""The ledger of a study's claims: what was predicted, what was found, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from simstudy.sources.registry import Source
from simstudy.study.claim import Claim, Region, Selection, select_scenarios
from simstudy.verdicts.evidence import of_distance, of_measure, of_sup_error
from simstudy.verdicts.foretold import Foretold, scale
from simstudy.verdicts.found import Found
from simstudy.verdicts.intervals import NOWHERE, Evidence, difference, moved, normal, scaled
from simstudy.verdicts.rates import of_slope, of_slope_difference
from simstudy.verdicts.slopes import predicted_slope
from simstudy.verdicts.verdict import (
    LEVEL,
    Bounds,
    Verdict,
    holm,
    judge,
    needed_replicates,
    p_contradicted,
    p_supported,
    power_to_contradict,
)


@dataclass(frozen=True)
class Entry:
    """One line of the ledger; the fields are its columns.

    `region_lower` and `region_upper` end the prediction widened by the margin; `lower` and `upper` end the interval of
    error rate `alpha` that the verdict is read from. `power` is the probability that the study's replicates
    contradict a control whose true value is the estimate. `needed` is the number of replicates that would decide an
    undecided claim with probability 0.9 if its true value is the estimate (NaN where the error is not known).
    """

    claim: str
    role: str
    statement: str
    theory: str
    quantity: str
    scenario: str
    method: str
    reference: str | None
    parameter: str
    margin: float
    predicted: float
    predicted_se: float
    region_lower: float
    region_upper: float
    estimate: float
    estimate_mcse: float
    alpha: float
    lower: float
    upper: float
    p_supported: float
    p_contradicted: float
    expected: str
    verdict: str
    outcome: str
    power: float
    needed: float
    attempted: int
    usable: int
    failed: int
    curvature_p: float
    note: str


COLUMNS = list(Entry.__dataclass_fields__)


@dataclass(frozen=True)
class Tested:
    """A claim with its evidence and the region that it is tested against."""

    claim: Claim
    evidence: Evidence
    region: Bounds
    foretold: Foretold


def ledger(
    claims: Sequence[Claim],
    scenarios: Sequence[Source],
    results: Found,
    foretold: Mapping[str, Foretold],
    replicates: int,
) -> pd.DataFrame:
    """Verdict on every claim and control of a study.

    A claim is supported if the interval of its quantity lies inside the prediction widened by the margin, contradicted
    if it lies wholly outside, else undecided. Over all claims of the study, the probability of a wrong "supported" is
    at most 1 %, and so is that of a wrong "contradicted" (Holm 1979 in each family). A control is tested alone at 1 %.

    Parameters
    ----------
    claims : sequence of Claim
        Each with its control, if it has one.
    scenarios : sequence of Scenario
        Those of the study.
    results : Found
        What simulation found.
    foretold : mapping of str to Foretold
        What `foretell` says, by the id of claim and control.
    replicates : int
        Of the full study, for the power of the controls.

    Returns
    -------
    DataFrame
        Columns of `Entry`; a control follows its claim.
    """
    tested = [confront(claim, scenarios, results, foretold[claim.id]) for claim in claims]
    p = [(p_supported(t.evidence.interval, t.region), p_contradicted(t.evidence.interval, t.region)) for t in tested]
    rates = zip(holm([each[0] for each in p]), holm([each[1] for each in p]), strict=True)
    entries = []
    for found, alphas in zip(tested, rates, strict=True):
        entries.append(_entry(found, "claim", alphas, replicates))
        control = found.claim.control
        if control is not None:
            caught = confront(control, scenarios, results, foretold[control.id])
            entries.append(_entry(caught, "control", (LEVEL, LEVEL), replicates))
    return pd.DataFrame([asdict(entry) for entry in entries], columns=COLUMNS)


def confront(claim: Claim, scenarios: Sequence[Source], results: Found, foretold: Foretold) -> Tested:
    """Evidence and region of one claim, both on the scale of its quantity."""
    evidence = gather(claim, scenarios, results, foretold)
    if isinstance(claim.prediction, Region):
        region = (claim.prediction.above - claim.margin, claim.prediction.below + claim.margin)
        return Tested(claim, evidence, region, Foretold(_only(claim.prediction)))
    if foretold.errors:
        foretold = _of_rate(claim, scenarios, results, foretold)
    if math.isnan(foretold.value):
        silent = foretold.silence or "The theory predicts nothing here."
        return Tested(claim, replace(evidence, interval=lambda _: NOWHERE, note=silent), (math.nan, math.nan), foretold)
    if foretold.draws is not None:
        return Tested(claim, evidence, (0.0, claim.margin), foretold)
    computed = Evidence(foretold.value, foretold.se, normal(foretold.value, foretold.se))
    apart = difference(evidence, computed)
    evidence = replace(evidence, interval=moved(apart.interval, foretold.value))
    return Tested(claim, evidence, (foretold.value - claim.margin, foretold.value + claim.margin), foretold)


def gather(claim: Claim, scenarios: Sequence[Source], results: Found, foretold: Foretold) -> Evidence:
    """Evidence on a claim's quantity."""
    if claim.kind.over_n and claim.reference is not None:
        return of_slope_difference(results, sizes(claim, scenarios), claim.method, claim.reference, claim.about)
    if claim.kind.over_n:
        return of_slope(results, sizes(claim, scenarios), claim.method, claim.kind.rate_of, claim.about)
    evidence = _in(claim, claim.scenario, scenarios, results, foretold)
    if claim.versus is None:
        return evidence
    return difference(evidence, _in(claim, claim.versus, scenarios, results, foretold))


def sizes(claim: Claim, scenarios: Sequence[Source]) -> list[tuple[str, int]]:
    """Keys and n of the scenarios of a rate, n rising."""
    found = select_scenarios(claim.scenario, scenarios)
    return [(each.key, each.n) for each in sorted(found, key=lambda each: each.n)]


def _in(
    claim: Claim, selection: Selection, scenarios: Sequence[Source], results: Found, foretold: Foretold
) -> Evidence:
    (scenario,) = select_scenarios(selection, scenarios)
    key, method, parameter = scenario.key, claim.method, claim.about
    if claim.quantity == "kolmogorov":
        draws = np.zeros(1) if foretold.draws is None else foretold.draws
        return of_distance(results, key, method, parameter, scenario.n, draws)
    if claim.quantity == "sup_error":
        evidence = of_sup_error(results, key, method)
    else:
        evidence = of_measure(results, key, method, claim.reference, claim.quantity, parameter)
    return scaled(evidence, scale(claim, scenario))


def _of_rate(claim: Claim, scenarios: Sequence[Source], results: Found, foretold: Foretold) -> Foretold:
    """Slope that the predicted errors have with the weights of the simulated ones."""
    rows = [results.row(key, claim.method, None, claim.kind.rate_of, claim.about) for key, _ in sizes(claim, scenarios)]
    if any(row is None for row in rows):
        return replace(foretold, silence="No results at some n.")
    relative = np.array([row["mcse"] / row["value"] for row in rows if row is not None])
    n = np.array([size for _, size in sizes(claim, scenarios)], dtype=float)
    predicted, se = np.array(foretold.errors).T
    value, spread = predicted_slope(n, predicted, se, relative)
    return replace(foretold, value=value, se=spread)


def _only(region: Region) -> float:
    return region.above if region.above == region.below else math.nan


def _entry(tested: Tested, role: str, alphas: tuple[float, float], replicates: int) -> Entry:
    claim, evidence, region = tested.claim, tested.evidence, tested.region
    verdict, alpha = judge(evidence.interval, region, *alphas)
    lower, upper = evidence.interval(alpha)
    is_control, undecided = role == "control", verdict is Verdict.UNDECIDED
    return Entry(
        claim=claim.id,
        role=role,
        statement=claim.statement,
        theory=claim.theory,
        quantity=f"sqrt(n) {claim.quantity}" if claim.scaled else claim.quantity,
        scenario=_shown(claim.scenario) + ("" if claim.versus is None else f" minus {_shown(claim.versus)}"),
        method=claim.method,
        reference=claim.reference,
        parameter=claim.about,
        margin=claim.margin,
        predicted=tested.foretold.value,
        predicted_se=tested.foretold.se,
        region_lower=region[0],
        region_upper=region[1],
        estimate=evidence.value,
        estimate_mcse=evidence.mcse,
        alpha=alpha,
        lower=lower,
        upper=upper,
        p_supported=p_supported(evidence.interval, region),
        p_contradicted=p_contradicted(evidence.interval, region),
        expected="contradicted" if is_control else claim.expected,
        verdict=verdict.value,
        outcome=_outcome(role, verdict, claim.expected),
        power=power_to_contradict(evidence, region, alpha, replicates) if is_control else math.nan,
        needed=needed_replicates(evidence, region, alpha) if undecided else math.nan,
        attempted=evidence.attempted,
        usable=evidence.usable,
        failed=evidence.failed,
        curvature_p=evidence.curvature_p,
        note=evidence.note,
    )


def _outcome(role: str, verdict: Verdict, expected: str) -> str:
    if role == "control":
        named = {Verdict.CONTRADICTED: "caught", Verdict.SUPPORTED: "missed", Verdict.UNDECIDED: "not evaluated"}
        return named[verdict]
    if verdict is Verdict.UNDECIDED:
        return "undecided"
    return "as expected" if verdict.value == expected else "unexpected"


def _shown(selection: Selection) -> str:
    return selection if isinstance(selection, str) else ", ".join(f"{name}={value}" for name, value in selection)
