"""The list of our performance measures.

In the formulas x_r is an estimate, theta the truth, e_r = x_r - theta, s_r a standard error, r = 1..R; S the standard
deviation of the x_r; z = 1.96; A the support and A_r the selected set; a prime marks the reference. Table 6 is that of
Morris, White & Crowther (2019).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from simstudy.measures import coverage, moments, paired, quantiles, selection
from simstudy.measures.estimate import FloatArray
from simstudy.measures.measure import RESAMPLES, Bounds, Default, Measure, Of, add
from simstudy.measures.proportion import proportion

VALUES, ERRORS, INTERVALS = ("values",), ("errors",), ("values", "standard_errors")
COMPARED, TRUTH = ("errors", "reference"), ("values", "truth")
ALWAYS, WITHOUT_TRUTH, CARRIED, NEVER = Default
NOT_NEGATIVE, SHARE, ABOVE_MINUS_ONE = (0.0, np.inf), (0.0, 1.0), (-1.0, np.inf)

STUDENT = "S / sqrt(R); unknown where all replicates agree"
JACKKNIFE = "jackknife over replicates, in closed form"
BOOTSTRAP = f"bootstrap, {RESAMPLES} samples with a fixed seed"
WILSON = "sqrt(v (1 - v) / R), v the share, or (count + 1) / (R + 2) where all replicates agree; Wilson's interval"
COUNTED = "S / sqrt(R), or one step times that of a share of 0 of R where all replicates agree"
ORDERED = "Maritz & Jarrett: the order statistic's exact bootstrap; interval by binomial ranks"


def of_support(truth: FloatArray) -> Bounds:
    """Range of a count of coefficients of the support."""
    return 0.0, float(np.count_nonzero(truth))


def of_rest(truth: FloatArray) -> Bounds:
    """Range of a count of coefficients outside the support."""
    return 0.0, float(np.count_nonzero(np.asarray(truth) == 0))


a_share = partial(Measure, mcse=WILSON, share=True, bounds=SHARE)
a_selection = partial(a_share, takes=TRUTH, of=Of.VECTOR, sparse=True)
a_count = partial(Measure, takes=TRUTH, mcse=COUNTED, of=Of.VECTOR, default=ALWAYS, sparse=True)
a_quantile = partial(Measure, takes=VALUES, mcse=ORDERED)

#: In the order of the registry, and within a kind of the measures frame.
OURS = (
    Measure(
        "bias", moments.mean, ERRORS,
        description="mean error", formula="mean e_r", mcse=STUDENT, default=ALWAYS, power=0.5,
    ),
    Measure(
        "empirical_se", moments.empirical_se, VALUES,
        description="standard deviation over replicates", formula="S", mcse=JACKKNIFE, default=ALWAYS,
        bounds=NOT_NEGATIVE, power=0.5,
    ),
    Measure(
        "rmse", moments.rmse, ERRORS,
        description="root mean squared error", formula="sqrt(mean e_r^2)", mcse=JACKKNIFE, of=Of.BOTH, default=ALWAYS,
        bounds=NOT_NEGATIVE, power=0.5,
    ),
    a_share(
        "zero_probability", selection.zero_probability, VALUES,
        description="share of exact zeros", formula="mean 1[x_r = 0]", default=ALWAYS, sparse=True,
    ),
    a_share(
        "nonzero_share", selection.nonzero_share, VALUES,
        description="share of values that are not zero, of an event the share of replicates where it happens",
        formula="mean 1[x_r != 0]",
    ),
    a_selection(
        "exact_support", selection.exact_support,
        description="the support is selected and nothing else", formula="mean 1[A_r = A]", default=ALWAYS,
    ),
    a_selection(
        "sign_recovery", selection.sign_recovery,
        description="every sign is right", formula="mean 1[sign x_r = sign theta]", default=ALWAYS,
    ),
    a_count(
        "true_positives", selection.true_positives,
        description="selected coefficients of the support", formula="mean |A_r & A|", bounds=of_support,
    ),
    a_count(
        "false_positives", selection.false_positives,
        description="selected coefficients outside the support", formula="mean |A_r - A|", bounds=of_rest,
    ),
    replace(
        a_count(
            "true_negatives", selection.true_negatives,
            description="zero coefficients that are not selected", formula="mean |not A - A_r|", bounds=of_rest,
        ),
        default=NEVER,
    ),
    a_count(
        "false_negatives", selection.false_negatives,
        description="missed coefficients of the support", formula="mean |A - A_r|", bounds=of_support,
    ),
    a_count(
        "true_positive_rate", selection.true_positive_rate,
        description="selected share of the support", formula="mean |A_r & A| / |A|", bounds=SHARE,
    ),
    a_count(
        "false_positive_rate", selection.false_positive_rate,
        description="selected share of the rest", formula="mean |A_r - A| / (p - |A|)", bounds=SHARE,
    ),
    a_share(
        "coverage", coverage.coverage, ("errors", "standard_errors"),
        description="95 % interval holds the truth", formula="mean 1[|e_r| <= z s_r]", default=ALWAYS,
    ),
    Measure(
        "model_se", coverage.model_se, ("standard_errors",),
        description="root mean square of the standard errors (table 6)", formula="sqrt(mean s_r^2)", mcse=JACKKNIFE,
        default=ALWAYS, bounds=NOT_NEGATIVE, power=0.5,
    ),
    a_share(
        "failure_rate", proportion, ("failed",),
        description="fits that are not usable", formula="failed / attempted", default=ALWAYS,
    ),
    Measure(
        "bias_difference", paired.bias_difference, COMPARED,
        description="bias minus the reference's", formula="mean (e_r - e'_r)", mcse=STUDENT, default=ALWAYS, power=0.5,
    ),
    Measure(
        "mse_difference", paired.mse_difference, COMPARED,
        description="mean squared error minus the reference's", formula="mean (e_r^2 - e'_r^2)", mcse=STUDENT,
        of=Of.BOTH, default=ALWAYS, power=1.0,
    ),
    Measure(
        "rmse_ratio", paired.rmse_ratio, COMPARED,
        description="RMSE over the reference's", formula="sqrt(mean e_r^2 / mean e'_r^2)", mcse=JACKKNIFE,
        of=Of.BOTH, default=ALWAYS, bounds=NOT_NEGATIVE,
    ),
    Measure(
        "mean", moments.mean, VALUES,
        description="mean", formula="mean x_r", mcse=STUDENT, default=WITHOUT_TRUTH,
    ),
    Measure(
        "mean_difference", paired.mean_difference, ("values", "reference"),
        description="mean minus the reference's", formula="mean (x_r - x'_r)", mcse=STUDENT, default=WITHOUT_TRUTH,
    ),
    a_quantile("median", quantiles.median, description="median", formula="median x_r", default=WITHOUT_TRUTH),
    *(
        a_quantile(
            f"quantile_{round(100 * p):02}", partial(quantiles.quantile, p=p),
            description=f"{p:.0%} quantile", formula=f"x_({p} R)", default=default,
        )
        for p, default in ((0.05, WITHOUT_TRUTH), (0.25, NEVER), (0.75, NEVER), (0.95, WITHOUT_TRUTH))
    ),
    Measure(
        "top_share", quantiles.top_share, VALUES,
        description="share of the squared deviations from the median that the largest 1 % of deviating replicates have",
        formula="sum of the largest (x_r - median)^2 / sum of all", mcse="unknown: nobody has seen the tail",
        default=CARRIED, bounds=SHARE,
    ),
    a_quantile(
        "median_bias", quantiles.median, takes=ERRORS,
        description="median error", formula="median e_r", default=CARRIED, power=0.5,
    ),
    Measure(
        "relative_bias", moments.relative_bias, ("errors", "truth"),
        description="bias over the size of the truth", formula="mean e_r / |theta|", mcse=STUDENT, power=0.5,
    ),
    Measure(
        "mean_absolute_error", moments.mean_absolute, ERRORS,
        description="mean absolute error", formula="mean |e_r|", mcse=STUDENT, bounds=NOT_NEGATIVE, power=0.5,
    ),
    Measure(
        "mad", quantiles.median_absolute_deviation, VALUES,
        description="median absolute deviation from the median", formula="median |x_r - median x_r|", mcse=BOOTSTRAP,
        bounds=NOT_NEGATIVE, power=0.5,
    ),
    Measure(
        "trimmed_mean", quantiles.trimmed_mean, VALUES,
        description="mean without the smallest and the largest tenth", formula="mean of x_(0.1 R + 1) .. x_(0.9 R)",
        mcse="Tukey & McLaughlin: S of the winsorised sample / (0.8 sqrt(R))",
    ),
    Measure(
        "bias_eliminated_coverage", coverage.bias_eliminated_coverage, INTERVALS,
        description="95 % interval holds the mean estimate (table 6)", formula="mean 1[|x_r - mean x| <= z s_r]",
        mcse="of the indicators, each corrected by its pull on the mean", bounds=SHARE,
    ),
    Measure(
        "model_se_error", coverage.model_se_error, INTERVALS,
        description="relative error of the model SE (table 6)", formula="sqrt(mean s_r^2) / S - 1", mcse=JACKKNIFE,
        bounds=ABOVE_MINUS_ONE,
    ),
    *(
        Measure(
            name, function, ("errors", "standard_errors", "truth"),
            description=f"95 % intervals that hold the truth, of {which}",
            formula=f"mean over r and j {where} of 1[|e_rj| <= z s_rj]",
            mcse=COUNTED, of=Of.VECTOR, sparse=True, bounds=SHARE,
        )
        for name, function, which, where in (
            ("support_coverage", selection.support_coverage, "the support", "in A"),
            ("null_coverage", selection.null_coverage, "the rest", "not in A"),
        )
    ),
    a_share(
        "rejection_rate", coverage.rejection_rate, INTERVALS,
        description="95 % interval leaves out zero: power, or level (table 6)", formula="mean 1[|x_r| > z s_r]",
    ),
    Measure(
        "relative_precision", paired.relative_precision, ("values", "reference"),
        description="gain in precision over the reference (table 6)", formula="S'^2 / S^2 - 1", mcse=JACKKNIFE,
        bounds=ABOVE_MINUS_ONE,
    ),
    Measure(
        "median_ratio", paired.median_ratio, ("values", "reference"),
        description="median of the ratio to the reference on the same data", formula="median x_r / x'_r", mcse=ORDERED,
    ),
    a_selection(
        "under_fitted", selection.under_fitted,
        description="a coefficient of the support is missed", formula="mean 1[A not in A_r]",
    ),
    a_selection(
        "over_fitted_by_1", selection.over_fitted_by_1,
        description="the support and one more are selected", formula="mean 1[A in A_r, |A_r - A| = 1]",
    ),
    a_selection(
        "over_fitted_by_2", selection.over_fitted_by_2,
        description="the support and two more are selected", formula="mean 1[A in A_r, |A_r - A| = 2]",
    ),
    a_selection(
        "over_fitted_by_3_or_more", selection.over_fitted_by_3_or_more,
        description="the support and three or more are selected", formula="mean 1[A in A_r, |A_r - A| >= 3]",
    ),
    Measure(
        "sup_error", selection.sup_error, ("errors", "truth"),
        description="largest error on the support (T12)", formula="mean max_A |e_r|", mcse=STUDENT,
        of=Of.VECTOR, sparse=True, bounds=NOT_NEGATIVE, power=0.5,
    ),
)  # fmt: skip

for entry in OURS:
    add(entry)
