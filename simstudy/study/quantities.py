"""What a claim of a study can be about, and the laws that predict it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A number that simulation estimates.

    Parameters
    ----------
    parameters : tuple of str
        Kinds of parameters that have it: ``intercept``, ``slope``, and ``all`` for the whole vector.
    paired : bool
        Whether it compares the method with a reference on the same data sets.
    rate_of : str
        Measure whose slope in n it is, on log scales: it needs scenarios that differ in n and in nothing else. Empty
        where it is no rate.
    power : float
        It is multiplied by n^power where a claim asks for the scale of the limit law; 0 where it has no such scale.
    """

    parameters: tuple[str, ...]
    paired: bool = False
    rate_of: str = ""
    power: float = 0.0

    @property
    def over_n(self) -> bool:
        """Whether it compares scenarios that differ in n."""
        return bool(self.rate_of)


COEFFICIENT, SLOPE, WHOLE = ("intercept", "slope"), ("slope",), ("all",)
ANY = (*COEFFICIENT, *WHOLE)

#: Every measure that has one value for a scenario and a method, the distance to a law, and rates over n.
QUANTITIES: dict[str, Quantity] = {
    "bias": Quantity(COEFFICIENT, power=0.5),
    "empirical_se": Quantity(COEFFICIENT, power=0.5),
    "rmse": Quantity(ANY, power=0.5),
    "zero_probability": Quantity(SLOPE),
    "exact_support": Quantity(WHOLE),
    "sign_recovery": Quantity(WHOLE),
    "true_positives": Quantity(WHOLE),
    "false_positives": Quantity(WHOLE),
    "true_negatives": Quantity(WHOLE),
    "false_negatives": Quantity(WHOLE),
    "true_positive_rate": Quantity(WHOLE),
    "false_positive_rate": Quantity(WHOLE),
    "failure_rate": Quantity(WHOLE),
    "bias_difference": Quantity(COEFFICIENT, paired=True, power=0.5),
    "mean_difference": Quantity(COEFFICIENT, paired=True),
    "mse_difference": Quantity(ANY, paired=True, power=1.0),
    "rmse_ratio": Quantity(ANY, paired=True),
    "median_ratio": Quantity(ANY, paired=True),
    "sup_error": Quantity(WHOLE, power=0.5),
    "kolmogorov": Quantity(COEFFICIENT),
    "rmse_slope": Quantity(ANY, rate_of="rmse"),
    "mean_slope": Quantity(ANY, rate_of="mean"),
    "median_slope": Quantity(ANY, rate_of="median"),
    "rmse_slope_difference": Quantity(ANY, paired=True, rate_of="rmse"),
}

#: Any other measure, of an estimand that a claim names.
OTHER = Quantity(ANY)

#: Laws by their number in the theory; ``law`` is the one around the pseudo-true parameter.
LAWS = ("T6", "T7", "T8", "T10", "T14", "T16", "T17", "law")

#: What a deliberately wrong prediction leaves out: the drift V, or the scaling of the penalty by kappa.
OMISSIONS = ("V", "kappa")
#: Laws that are made of the constants, so that one can be left out.
OF_CONSTANTS = ("T6", "T7", "T8", "T10", "T16")
