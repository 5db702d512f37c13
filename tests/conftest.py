"""Settings of the whole test suite."""

from hypothesis import settings

# The first call of a kernel compiles it; a test that fails must fail again on the next run.
settings.register_profile("simstudy", deadline=None, derandomize=True)
settings.load_profile("simstudy")
