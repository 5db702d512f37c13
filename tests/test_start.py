"""What is imported when: help, version and `import simstudy` wait for nothing that they do not need."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

import simstudy
from simstudy.cli.group import COMMANDS, FILES, main
from simstudy.lazy import DECORATORS
from simstudy.registry import Registry, register_ours

HEAVY = {"numpy", "numba", "scipy", "pandas", "pyarrow", "matplotlib", "rich", "pydantic", "jinja2"}


def loaded(code: str) -> set[str]:
    """Modules that a new process has after this code."""
    code = f"import sys\ntry:\n    {code}\nfinally:\n    print('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    assert loaded(f"from simstudy.cli import main; main(['{option}'])") & HEAVY == set()


def test_no_command_waits_for_what_draws_or_tests() -> None:
    heavy = {"jax", "matplotlib", "sklearn", "mlxtend", "statsmodels", "dask", "scipy.stats", "scipy.optimize"}
    imports = "; ".join(f"import simstudy.cli.{FILES.get(name, name)}" for name in COMMANDS)
    assert loaded(imports) & heavy == set()


def test_the_list_of_commands_is_that_of_the_files() -> None:
    context = click.Context(main)
    shared = {"__init__", "group", "machine", "options", "show", "verb"}
    commands = {path.stem for path in Path(simstudy.__file__).with_name("cli").glob("*.py")} - shared
    found = [main.get_command(context, name) for name in main.list_commands(context)]
    assert [each.name for each in found] == list(COMMANDS)
    assert {FILES.get(name, name) for name in COMMANDS} == commands
    assert main.get_command(context, "rum") is None


def test_every_name_of_the_package_is_there_and_no_other() -> None:
    assert all(getattr(simstudy, name) is not None for name in simstudy.__all__)
    assert {*simstudy.__all__, "__version__"} == {*dir(simstudy)}
    assert set(simstudy.__all__) >= DECORATORS
    with pytest.raises(AttributeError, match="no attribute 'lasso'"):
        simstudy.lasso  # noqa: B018


def test_a_registry_imports_its_homes_at_the_first_look_up() -> None:
    code = (
        "from simstudy.estimands import ESTIMANDS; assert 'simstudy.geometry' not in sys.modules; "
        "assert 'weight_norm' in ESTIMANDS; assert ESTIMANDS.code('weight_norm') == ''"
    )
    assert "simstudy.geometry" in loaded(code)


def test_ours_are_registered_before_a_users_decorator_is_handed_out() -> None:
    code = "import simstudy; simstudy.measure"
    assert {"simstudy.geometry", "simstudy.analyses", "simstudy.theory.proportional"} <= loaded(code)
    register_ours()
    assert len(Registry("thing")) == 0


def test_networks_are_known_without_the_library_that_trains_them() -> None:
    known = loaded("from simstudy.estimators.registry import ESTIMATORS; assert 'network_fgsm' in ESTIMATORS")
    assert "jax" not in known
