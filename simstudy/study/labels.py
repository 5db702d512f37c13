"""How people see the methods of a study: the label of its file, or words made from estimator, penalty and level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from simstudy.estimators.rules import TuningRule
from simstudy.penalties import PENALTIES
from simstudy.study.method import FixedLambda, MatchedLambda, Method, RateLambda, UniversalLambda

#: Powers of n that have a sign of their own.
ROOTS = {-0.5: "/√n", -0.25: "/n^¼", -1.0: "/n", 0.0: ""}


def method_labels(methods: Sequence[Method]) -> dict[str, str]:
    """Label of each method by its name, all different.

    A label that the study gives stays. Otherwise estimator and penalty are said in words, such as "FGSM-SCAD", and of
    methods that have these in common what differs between them, such as "FGSM-SCAD, λ = 2/√n". An estimator without
    words of its own, a plug-in's, is called by the method's name.
    """
    by_name = {method.name: method for method in methods}
    heads = {method.name: heading(method) for method in methods}
    found = {}
    for head in dict.fromkeys(heads.values()):
        alike = [method for method in methods if heads[method.name] == head]
        details = [dict(_details(method, by_name)) for method in alike]
        for method, own in zip(alike, details, strict=True):
            told = [text for key, text in own.items() if len({other.get(key) for other in details}) > 1]
            found[method.name] = ", ".join([head, *filter(None, told)])
    counts = Counter(found.values())
    return {
        method.name: found[method.name] if counts[found[method.name]] == 1 else f"{found[method.name]} ({method.name})"
        for method in methods
    }


def described_methods(methods: Sequence[Method]) -> list[tuple[str, str]]:
    """Label of each method, and its estimator, penalty, parameters and level in words."""
    by_name, labels = {method.name: method for method in methods}, method_labels(methods)
    return [
        (
            labels[each.name],
            ", ".join(
                [
                    f"{each.estimator}{f' with {each.penalty}' if each.penalty else ''}",
                    *(f"{name} = {value}" for name, value in (*each.parameters, *each.options)),
                    *([level_words(each, by_name)] if each.lam is not None else []),
                ]
            ),
        )
        for each in methods
    ]


def heading(method: Method) -> str:
    """Estimator and penalty in words."""
    words = method.entry.words
    if method.label != method.name or not words:
        return method.label
    return words.format(method.penalty and penalty_words(method.penalty))


def penalty_words(name: str) -> str:
    """A penalty as people write it."""
    return getattr(PENALTIES[name], "words", "") or name


def _details(method: Method, by_name: Mapping[str, Method]) -> Iterator[tuple[str, str]]:
    """What methods of one estimator and penalty can differ in, by kind."""
    if method.label != method.name or not method.entry.words:
        return
    for name, value in (*method.parameters, *method.options):
        yield name, f"{name} = {value:g}" if isinstance(value, int | float) else f"{name} {value}"
    if method.lam is not None:
        yield "lam", level_words(method, by_name)


def level_words(method: Method, by_name: Mapping[str, Method]) -> str:
    """The rule for lambda in words, such as "λ = 0.8/√n"."""
    rule = method.lam
    if isinstance(rule, MatchedLambda):
        partner = level_words(by_name[rule.method], by_name) if rule.method in by_name else ""
        return f"λ = κ·{partner.removeprefix('λ = ')}" if partner.startswith("λ = ") else "λ matched"
    if isinstance(rule, FixedLambda):
        return f"λ = {rule.value:g}"
    if isinstance(rule, RateLambda):
        root = ROOTS.get(rule.power, f"·n^{rule.power:g}".replace("-", "−"))
        return f"λ = {rule.c:g}{'·√log p' if rule.log_p else ''}{root}"
    if isinstance(rule, UniversalLambda):
        return f"λ = {rule.c:g}·√(2 log p/n)"
    return f"λ by {rule.name.upper()}" if isinstance(rule, TuningRule) else ""
