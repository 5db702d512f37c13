"""An analysis: the method with the largest error in each scenario."""

import simstudy as ss


@ss.analysis("worst_method")
def worst_method(results):
    rows = results.measures[results.measures["measure"] == "rmse"]
    worst = rows.sort_values("value").groupby("scenario", sort=False).tail(1)
    return worst[["scenario", "method", "value", "mcse"]]
