"""Settings of the whole test suite."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from simstudy.analyses.registry import ANALYSES
from simstudy.estimands import ESTIMANDS
from simstudy.estimators.registry import ESTIMATORS
from simstudy.families import FAMILIES
from simstudy.measures.measure import MEASURES
from simstudy.penalties import PENALTIES
from simstudy.registry import register_ours
from simstudy.sources.registry import SOURCES
from simstudy.theory.registry import LAWS

REGISTRIES = (ANALYSES, ESTIMANDS, ESTIMATORS, FAMILIES, LAWS, MEASURES, PENALTIES, SOURCES)

# What a module of tests finds registered must not depend on what another has imported.
register_ours()

# The first call of a kernel compiles it; a test that fails must fail again on the next run.
settings.register_profile("simstudy", deadline=None, derandomize=True)
settings.load_profile("simstudy")


@pytest.fixture(scope="module", autouse=True)
def _plugins_stay_in_their_module() -> Iterator[None]:
    """What plug-ins register in one module of tests is gone in the next, whichever process runs it."""
    before = [(registry, dict(registry._entries), dict(registry._code)) for registry in REGISTRIES]
    yield
    for registry, entries, code in before:
        registry._entries, registry._code = entries, code
