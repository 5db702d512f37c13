"""Error rates of verdicts and the size of MCSEs over 1000 small studies whose truth is known (slow).

The replicates are drawn from laws whose moments are known, not fitted, so that each claim's truth can be put exactly on
the edge of its region. False alarms: a count of wrong studies beyond its binomial 1 - 1e-6 point at the stated rate of
1 % (28 of 1000); a true rate of 5 % would be detected with probability 0.998. The spread over 1000 studies is known
within 2.2 % for normal measures, so that 10 % is 4.5 of its standard errors (false alarm 1e-5); 20 % would be detected.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import simstudy as ss
from simstudy.measures import summarise
from simstudy.records import SCENARIO_SCHEMA
from simstudy.study.claim import Claim, Region
from simstudy.verdicts.foretold import Foretold
from simstudy.verdicts.found import Found
from simstudy.verdicts.ledger import ledger
from simstudy.verdicts.verdict import LEVEL

pytestmark = pytest.mark.slow

STUDIES, R = 1000, 200
SCENARIO = ss.Scenario("gaussian", 100, [1.0, 0.0], intercept=None)
TRUTH = pd.DataFrame(
    [{"study": "s", "scenario": SCENARIO.label, "scenario_key": SCENARIO.key, "family": "gaussian", "n": 100, "p": 2}]
).assign(s=1, design="normal", rho=0.0, sigma=1.0, intercept=np.nan, prevalence=np.nan, prevalence_realised=np.nan)
TRUTH["beta_true"] = [np.array([1.0, 0.0])]
TRUTH = TRUTH.reindex(columns=SCENARIO_SCHEMA.names)

#: Quantity, parameter, reference, its true value, and a margin.
QUANTITIES = [
    ("bias", "beta_1", None, 0.5, 0.4),
    ("zero_probability", "beta_2", None, 0.7, 0.2),
    ("false_positives", "all", None, 0.3, 0.2),
    ("mse_difference", "beta_1", "other", 0.25, 0.9),
    ("exact_support", "all", None, 0.7, 0.2),
]


def claims(inside: float) -> list[Claim]:
    """Claims whose truth is `inside` of the margin's width away from the upper edge of the region."""
    made = []
    for k, (name, at, reference, true, margin) in enumerate(QUANTITIES):
        predicted = true - (1 - inside) * margin
        place = {"scenario": SCENARIO.label, "reference": reference, "parameter": at}
        made.append(Claim(f"c{k}", "s", "T", name, "ours", Region(predicted, predicted), margin, **place))
    return made


def replicates(rng: np.random.Generator) -> pd.DataFrame:
    """`ours` has bias 0.5 and finds the zero with probability 0.7, `other` has none; `rare` finds either in 2 %."""
    noise = rng.standard_normal((R, 3))
    zero = rng.random((R, 3)) < [0.7, 0.02, 0.02]
    ours = np.column_stack([1.5 + noise[:, 0], np.where(zero[:, 0], 0.0, noise[:, 1])])
    other = np.column_stack([1.0 + noise[:, 2], noise[:, 1]])
    rare = np.where(zero[:, 1:], 0.0, 1.0 + noise[:, :2])
    rows = [
        pd.DataFrame({"method": name, "replicate": range(R), "beta_hat": list(beta)})
        for name, beta in (("ours", ours), ("other", other), ("rare", rare))
    ]
    return pd.concat(rows, ignore_index=True).assign(status="ok", scenario_key=SCENARIO.key, intercept_hat=np.nan)


@pytest.fixture(scope="module")
def studies() -> tuple[pd.DataFrame, list[pd.DataFrame], list[pd.DataFrame]]:
    """Measures of all studies, and their ledgers with the truth on the edge and half way inside."""
    measures, ledgers = [], {0.0: [], 0.5: []}
    for k in range(STUDIES):
        frame = replicates(np.random.default_rng([4, k]))
        found = summarise(frame, TRUTH, [("ours", "other")])
        measures.append(found)
        results = Found(found, TRUTH, lambda _, frame=frame: frame)
        for inside, kept in ledgers.items():
            made = claims(inside)
            kept.append(ledger(made, [SCENARIO], results, {claim.id: Foretold() for claim in made}, R))
    return pd.concat(measures, ignore_index=True), ledgers[0.0], ledgers[0.5]


def wrong(ledgers: list[pd.DataFrame], verdict: str) -> int:
    return sum((ledger["verdict"] == verdict).any() for ledger in ledgers)


def test_on_the_edge_neither_verdict_comes_more_often_than_its_rate(studies) -> None:
    _, edge, _ = studies
    most = binom.isf(1e-6, STUDIES, LEVEL)
    assert wrong(edge, "supported") <= most
    assert wrong(edge, "contradicted") <= most


def test_inside_the_region_hardly_any_claim_is_contradicted(studies) -> None:
    _, _, inside = studies
    assert wrong(inside, "contradicted") <= binom.isf(1e-6, STUDIES, LEVEL)
    assert wrong(inside, "supported") > STUDIES / 2


def test_mcses_are_the_spread_of_the_measures(studies) -> None:
    measures, _, _ = studies
    measures["reference"] = measures["reference"].fillna("")
    cells = measures.groupby(["method", "reference", "measure", "parameter"])
    spread, mcse = cells["value"].std(), cells["mcse"].agg(lambda each: np.sqrt(np.mean(each**2)))
    varying = spread > 0
    ratio = (mcse / spread)[varying]
    assert {"bias", "rmse", "zero_probability", "mse_difference"} <= set(ratio.index.get_level_values("measure"))
    assert ratio[(ratio < 0.9) | (ratio > 1.1)].to_dict() == {}
