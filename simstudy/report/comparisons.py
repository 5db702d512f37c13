"""Tables of analyses that compare methods: oracle, dispersion, tradeoff, weak_oracle, uniformity, limit_law."""

from __future__ import annotations

import pandas as pd

from simstudy.analyses import LawDistances
from simstudy.report.columns import best, bounds, estimate, failures, interval, number, text, theory
from simstudy.report.table import Table
from simstudy.report.tables import BEST, FAILED, PARENTHESES, THEORY, replicates, where_known, where_varying

#: Law of a row of the table of limit laws, in words.
LAW_NAMES = {"T6": "T6/T7", "T10": "T10", "law": "around T17"}


def oracle_table(result: pd.DataFrame) -> Table:
    """Error over that of the oracle MLE: one row for each scenario and method, n rising."""
    data = pd.concat([rows.sort_values("n") for _, rows in result.groupby(["group", "method"], sort=False)])
    columns = (
        text("Scenario", "group"),
        text("Method", "method"),
        number("n", "n", "$n$"),
        *where_varying(data, text("Oracle", "reference")),
        number("√n λ", "root_n_lam", r"$\sqrt{n}\,\lambda$"),
        number("n^¼ λ", "fourth_root_n_lam", r"$n^{1/4}\lambda$"),
        best(interval("RMSE / oracle's [95 % CI]", "rmse_ratio"), "rmse_ratio", ["scenario", "reference"]),
        *where_known(data, theory("Theory", "rmse_ratio_predicted", "rmse_ratio")),
        estimate("P(exact support)", "exact_support"),
        *where_known(
            data,
            estimate("Coverage", "coverage"),
            estimate("Coverage, support found", "coverage_selected"),
        ),
        failures(),
    )
    notes = (
        f"{replicates(data)} Both methods see the same data sets.",
        "The support is found where √n λ grows. FGSM is then as accurate as the oracle if n^¼ λ vanishes too, "
        "penalised likelihood in any case (T8).",
        "Coverage: share of the nonzero coefficients in the method's own 95 % intervals; a coefficient that is set to "
        "zero is not covered.",
        PARENTHESES,
        THEORY,
        BEST,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("oracle", "Error relative to the oracle", columns, notes, data)


def dispersion_table(result: pd.DataFrame) -> Table:
    """Selection over the size of the errors: one row for each method and sigma."""
    columns = (
        *where_varying(result, text("Family", "family"), number("n", "n", "$n$"), number("Prevalence", "prevalence")),
        text("Method", "method"),
        number("σ", "sigma", r"$\sigma$"),
        number("λ", "lam", r"$\lambda$"),
        best(estimate("P(exact support)", "exact_support"), "exact_support", ["scenario"], largest=True),
        bounds("95 % CI", "exact_support"),
        *where_known(result, theory("Theory", "exact_support_predicted", "exact_support")),
        estimate("False positives", "false_positives"),
        estimate("False negatives", "false_negatives"),
        estimate("RMSE / σ", "relative_rmse", r"RMSE$/\sigma$"),
        failures(),
    )
    notes = (
        f"{replicates(result)} The coefficients are proportional to σ.",
        "FGSM scales its penalty with the errors, so that its selection at a fixed λ does not depend on σ; penalised "
        "likelihood needs a λ proportional to σ (T13). A λ that was tuned is the median over replicates.",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("dispersion", "Support recovery over the size of the errors", columns, notes, result)


def tradeoff_table(result: pd.DataFrame) -> Table:
    """FGSM's error against penalised likelihood: one row for each prevalence and comparison."""
    columns = (
        *where_varying(result, text("Family", "family"), number("n", "n", "$n$")),
        number("Prevalence", "prevalence"),
        text("Comparison", "comparison"),
        text("Method", "method"),
        text("against", "reference"),
        interval("RMSE ratio [95 % CI]", "rmse_ratio"),
        estimate("MSE difference", "mse_difference"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Below 1 the method is more accurate than what it stands against, on the same data sets.",
        "Matched: the penalised method has kappa times FGSM's λ (T11). Best: each at the λ of the study with the "
        "smallest RMSE in the scenario, chosen on the same replicates.",
        PARENTHESES,
        f"{FAILED} A data set counts when both fits succeeded.",
    )
    return Table("tradeoff", "Error of FGSM against penalised likelihood", columns, notes, result)


def weak_oracle_table(result: pd.DataFrame) -> Table:
    """Selection and the largest error on the support, p growing with n."""
    columns = (
        *where_varying(result, text("Family", "family"), number("Prevalence", "prevalence")),
        text("Method", "method"),
        number("n", "n", "$n$"),
        number("p", "p", "$p$"),
        *where_varying(result, number("s", "s", "$s$")),
        best(estimate("P(exact support)", "exact_support"), "exact_support", ["scenario"], largest=True),
        bounds("95 % CI", "exact_support"),
        *where_known(result, theory("Theory", "exact_support_predicted", "exact_support")),
        estimate("False positives", "false_positives"),
        estimate("False negatives", "false_negatives"),
        estimate("Largest error on the support", "sup_error"),
        failures(),
    )
    notes = (
        f"{replicates(result)} Largest error: mean over replicates of max |estimate − truth| over the support (T12).",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("weak_oracle", "Selection and error when p grows with n", columns, notes, result)


def uniformity_table(result: pd.DataFrame) -> Table:
    """Scaled error over local coefficients: one row for each method and h."""
    data = result.assign(worst=["worst" if worst else "" for worst in result["is_worst"]])
    columns = (
        *where_varying(data, text("Family", "family"), number("Prevalence", "prevalence"), number("n", "n", "$n$")),
        text("Method", "method"),
        number("h", "h", "$h$"),
        best(interval("√n RMSE [95 % CI]", "scaled", r"$\sqrt{n}\,$RMSE [95 \% CI]"), "scaled", ["scenario"]),
        *where_known(data, theory("Theory", "scaled_predicted", "scaled", "Theory")),
        estimate("P(zero)", "zero_probability"),
        text("Over h", "worst"),
        failures(),
    )
    notes = (
        f"{replicates(data)} Coefficients are h/√n. Worst: the method's largest √n RMSE at its n over the h shown.",
        "At every fixed coefficient an oracle method has bounded √n RMSE; its maximum over h grows with n.",
        PARENTHESES,
        THEORY,
        BEST,
        FAILED,
    )
    return Table("uniformity", "Scaled error over local coefficients", columns, notes, data)


def limit_law_table(result: LawDistances) -> Table:
    """Distance of the simulated law from the predicted ones: one row for each coefficient, law and n."""
    data = result.distances.assign(name=result.distances["law"].map(LAW_NAMES))
    columns = (
        text("Scenario", "group"),
        text("Method", "method"),
        text("Coefficient", "parameter"),
        text("Law", "name"),
        number("n", "n", "$n$"),
        interval("Kolmogorov [95 % band]", "kolmogorov"),
        number("Noise", "noise"),
        interval("Wasserstein [95 % band]", "wasserstein"),
        *where_known(data, estimate("Rate in n", "slope")),
        estimate("P(zero)", "atom"),
        theory("P(zero), law", "atom_predicted", "atom"),
        failures(),
    )
    notes = (
        f"{replicates(data)} Laws of √n (estimate − truth). T6/T7: the limit; T10: its finite-n form; around T17: "
        "expansion around the pseudo-true parameter.",
        "Bands: percentiles of bootstrap samples of the replicates; they lie above a distance that is as small as the "
        "noise, the mean Kolmogorov distance of so many replicates from their own law.",
        "Rate: slope of log Wasserstein distance on log n over the scenarios that differ in n only.",
        PARENTHESES,
        FAILED,
    )
    return Table("limit_law", "Simulated and predicted laws", columns, notes, data)


def best_table(result: pd.DataFrame) -> Table:
    """Error of each grid at its best lambda: one row for each scenario and grid."""
    columns = (
        text("Scenario", "scenario"),
        text("Estimator", "grid"),
        text("Best method", "method"),
        number("λ", "lam", r"$\lambda$"),
        interval("RMSE [95 % CI]", "rmse"),
        estimate("MSE", "mse"),
        failures(),
    )
    notes = (
        "Each estimator at the λ of the study with the smallest error on the even replicates; the numbers are those of "
        "the odd ones, which the choice does not flatter.",
        PARENTHESES,
        FAILED,
    )
    return Table("best", "Error of each estimator at its best λ", columns, notes, result)
