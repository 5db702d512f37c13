"""Coverage of estimate +- 2 MCSE over many repeats of a whole study: normal and skewed replicates."""

import numpy as np
import pytest

from simstudy.measures import MEASURES
from simstudy.measures.measure import Of

REPEATS = 10_000
#: 95.45 % for a normal estimate; of shares, which are discrete, the lower end only.
LOW, HIGH = 0.944, 0.965
LAWS = {
    "normal": lambda shape, rng: 0.3 + rng.standard_normal(shape),
    "exponential": lambda shape, rng: rng.standard_exponential(shape) - 0.7,
}
#: Without an MCSE, or with a bootstrap of 200 samples for each repeat, which takes hours here.
LEFT_OUT = {"top_share", "mad", "zero_probability"}
#: Where the normal interval falls short at R = 200, with the least coverage that is asserted instead: a known weakness.
SHORT = {
    "normal": {"quantile_05": 0.93, "quantile_95": 0.93, "bias_eliminated_coverage": 0.935},
    "exponential": {
        "empirical_se": 0.90, "rmse": 0.905, "model_se_error": 0.925, "relative_precision": 0.925, "rmse_ratio": 0.93,
        "quantile_05": 0.925, "quantile_95": 0.925, "coverage": 0.93, "rejection_rate": 0.93,
        "mean_absolute_error": 0.935, "median": 0.935, "median_bias": 0.935, "quantile_25": 0.935, "quantile_75": 0.935,
    },
}  # fmt: skip
NAMES = [
    name
    for name, entry in MEASURES.items()
    if entry.of in {Of.COMPONENT, Of.BOTH} and not entry.of_fits and name not in LEFT_OUT
]


def sample(law: str, replicates: int, repeats: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Replicates (R, repeats) with a reference of correlation .6 and standard errors that vary by a fifth."""
    shape = (replicates, repeats)
    values = LAWS[law](shape, rng)
    return {
        "values": values,
        "errors": values,
        "reference": 0.6 * values + 0.8 * LAWS[law](shape, rng),
        "standard_errors": 0.9 * np.abs(1.0 + 0.2 * rng.standard_normal(shape)),
        "truth": np.full(repeats, 2.0),
    }


@pytest.mark.slow
@pytest.mark.parametrize("law", list(LAWS))
def test_two_mcse_cover_at_200_replicates(law: str) -> None:
    """The truth is a sample of 2 million; a coverage of .9545 leaves [.944, .965] in one of 10^6 runs (5 errors)."""
    truth, given = (
        sample(law, 2_000_000, 1, np.random.default_rng(1)),
        sample(law, 200, REPEATS, np.random.default_rng(2)),
    )
    off = {}
    for name in NAMES:
        entry = MEASURES[name]
        target = entry.evaluate(truth).value[0]
        found = entry.evaluate(given)
        covered = float(np.mean(np.abs(found.value - target) <= 2.0 * found.mcse))
        low = SHORT[law].get(name, LOW)
        if not low <= covered <= (1.0 if entry.share else HIGH):
            off[name] = covered
        if name.startswith("quantile") or name == "median":
            # Binomial ranks hold where twice the MCSE falls short.
            assert np.mean((found.lower <= target) & (target <= found.upper)) >= LOW, name
    assert off == {}
