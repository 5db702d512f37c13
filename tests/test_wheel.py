"""The wheel, installed where the repository is not: studies come with it, a new study runs."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def simstudy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Command of an environment that has the wheel, and this one's other packages by their folder."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", str(wheel)], check=True)
    (packages,) = (folder / "env").glob("lib/python*/site-packages")
    # A line of a .pth file adds the folder and not the .pth files in it, so that no checkout is found.
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"])
    return folder / "env" / "bin" / "simstudy"


def call(command: Path, folder: Path, *arguments: str) -> str:
    done = subprocess.run([command, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_new_study_runs_from_the_wheel(simstudy: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [simstudy.parent / "python", "-c", "import simstudy; print(simstudy.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(simstudy.parents[1]) in where.stdout
    call(simstudy, tmp_path, "new", "mine")
    assert "Nothing has to be mended" in call(simstudy, tmp_path, "check", "mine.toml")
    call(simstudy, tmp_path, "run", "mine.toml", "--quiet", "-j", "2")
    assert "Difference of means" in call(simstudy, tmp_path, "table", "mine.toml")
    assert "supported" in call(simstudy, tmp_path, "claims", "mine.toml")
    call(simstudy, tmp_path, "new", "copy", "--from", "root_n")
    assert (tmp_path / "copy.toml").read_text() == (ROOT / "experiments" / "root_n.toml").read_text()
