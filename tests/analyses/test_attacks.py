"""The theory is that of FGSM's attack, and is said of another attack only where both have one objective."""

import numpy as np
import pytest

from simstudy.analyses.methods import why_no_law
from simstudy.families import FAMILIES
from simstudy.runner.methods import resolve
from simstudy.sources.glm import Scenario
from simstudy.study.method import FixedLambda, Method


def differ(family: str, P: float = 0.3) -> bool:
    """Whether the larger of the losses at eta - P and eta + P is at some data another one than FGSM's."""
    law = FAMILIES[family]
    eta = np.repeat(np.linspace(-1.5, 1.5, 31), 400)
    y = law.sample(eta, np.random.default_rng(0))
    signed = law.loss(y, eta - np.sign(y - law.mean(eta)) * P)
    return bool((np.maximum(law.loss(y, eta - P), law.loss(y, eta + P)) > signed + 1e-9).any())


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_worst_case_attack_has_the_law_of_fgsm_where_their_losses_are_equal(family: str) -> None:
    scenario = Scenario(family, 50, [0.5, 0.0], intercept=0.3)
    arguments = {"penalty": "lasso", "lam": FixedLambda(0.1)}
    methods = [Method("f", "fgsm", **arguments), Method("w", "fgsm", **arguments, options={"attack": "worst_case"})]
    own, worst = resolve(scenario, methods)
    assert why_no_law(own) == ""
    assert (why_no_law(worst) != "") == differ(family)
