"""Which combinations of penalty and rate the limit laws cover (theory, section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simstudy.errors import ConfigError, bad_value, unknown_name
from simstudy.estimators.capabilities import Law as LimitForm
from simstudy.measures import MEASURES
from simstudy.penalties import PENALTIES
from simstudy.study.claim import Claim, Law
from simstudy.study.method import MatchedLambda, Method, RateLambda
from simstudy.study.quantities import LAWS as STATEMENTS
from simstudy.study.quantities import QUANTITIES
from simstudy.study.study import Study
from simstudy.theory.expected import COVERED, FORMS, not_covered
from simstudy.theory.registry import LAWS

#: What the table of limit laws has, in words; lam ~ n^power.
TABLE = (
    "lasso and elastic_net with power <= -0.5, lr with power <= -0.5 for r >= 1 and power <= r/2 - 1 for r < 1, "
    "scad and mcp with power <= -0.5 (lam0 finite) or, in the oracle case, -0.5 < power < 0 "
    "(fgsm: power <= -0.25, beyond which its extra bias outgrows n^(-1/2))"
)

#: Laws that are limits, so that the rate of lam matters.
LIMITS = ("T6", "T7", "T16")


def check_claims(study: Study) -> None:
    """Refuse claims whose prediction the theory does not make.

    Raises
    ------
    ConfigError
        Lists them, each with what is covered.
    """
    problems = [
        f"claim {each.id!r}: {problem}"
        for claim in study.claims
        for each in (claim, claim.control)
        if each is not None and isinstance(each.prediction, Law)
        for problem in law_problems(each, each.prediction, {method.name: method for method in study.methods})
    ]
    claims = [each for claim in study.claims for each in (claim, claim.control) if each is not None]
    problems += [f"claim {each.id!r}: {problem}" for each in claims for problem in _unknown_measure(each)]
    if problems:
        raise ConfigError("\n".join(problems))


def law_problems(claim: Claim, law: Law, methods: Mapping[str, Method]) -> Iterator[str]:
    """Sentences on what the claim's law does not predict."""
    if law.law in LAWS:
        return
    if law.law not in STATEMENTS:
        yield unknown_name("prediction.law", law.law, [*STATEMENTS, *LAWS])
        return
    if claim.quantity == "kolmogorov":
        if law.law not in FORMS:
            yield bad_value("prediction.law", law.law, f"one that is a distribution: {', '.join(FORMS)}")
    else:
        quantity = claim.kind.rate_of or claim.quantity
        if quantity not in COVERED[law.law]:
            yield not_covered(quantity, law.law)
    if law.law in LIMITS:
        for name in (claim.method, claim.reference):
            if name is not None and not rate_is_covered(methods[name], methods):
                lam = methods[name].lam
                shown = None if lam is None else lam.definition()
                yield bad_value(f"prediction.law {law.law} for {name} with lam", shown, f"a covered rate: {TABLE}")


def rate_is_covered(method: Method, methods: Mapping[str, Method]) -> bool:
    """Whether the table has this penalty at this rate; a fixed number states no rate and is read as that of its n."""
    rule = method.lam
    if isinstance(rule, MatchedLambda):
        rule = methods[rule.method].lam
    if not isinstance(rule, RateLambda) or method.penalty is None:
        return True
    row = PENALTIES[method.penalty].limit
    if row is None:
        return False
    if row == "knots":
        return rule.power <= -0.25 if method.entry.law == LimitForm.FGSM else rule.power < 0.0
    r = dict(method.parameters).get("r", 1.0)
    return rule.power <= (r / 2 - 1.0 if r < 1.0 else -0.5)


def _unknown_measure(claim: Claim) -> Iterator[str]:
    """A sentence on a quantity that is neither one of a GLM nor a measure."""
    if claim.quantity not in QUANTITIES and claim.quantity not in MEASURES:
        yield unknown_name("quantity", claim.quantity, [*QUANTITIES, *MEASURES])
