"""Study files and folders that somebody else made: a sentence, nothing outside touched, and all well without them."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from chaos.trial import NAME, STUDY, command, different, drive, everything, here, left_behind, state

#: Most seconds that reading a hostile file may take, besides what starting a process takes on a busy machine.
IN_TIME = 60
DEEP = 100_000


def changed(old: str, new: str) -> str:
    """The trial's study with something else in it."""
    text = STUDY.replace(old, new, 1)
    if text == STUDY:
        raise ValueError(f"the study has no {old!r}")
    return text


#: Study files that are text or bytes, by what is wrong with them.
TEXTS: dict[str, str | bytes] = {
    "empty": "",
    "not UTF-8": b"\xff\xfe\x00aim",
    "NUL bytes": b"\x00" * 1000,
    "deep nesting": f"x = {'[' * DEEP}{']' * DEEP}\n{STUDY}",
    "5,000 digits": changed("seed = 3", f"seed = {'9' * 5000}"),
    "n = 1e30": changed("n = [40, 80]", "n = [1e30]"),
    "n of 30 digits": changed("n = [40, 80]", f"n = {10**30}"),
    "p = 1e12": changed(
        '{ pattern = "explicit", values = [1.0, 0.0] }', '{ pattern = "sparse", s = 1 }\np = 1000000000000'
    ),
    "n = 0": changed("n = [40, 80]", "n = 0"),
    "beta is nan": changed("values = [1.0, 0.0]", "values = [nan, 0.0]"),
    "grid over 1e6": changed(
        "n = [40, 80]", f"n = {list(range(10, 1210))}\nsigma = {[1 + k / 1e3 for k in range(1200)]}"
    ),
    "over 10 MB": f"# {'x' * (11 << 20)}\n{STUDY}",
    "replicates < 0": changed("replicates = 40", "replicates = -1"),
    "replicates 1e18": changed("replicates = 40", f"replicates = {10**18}"),
    "timeout is nan": changed("seed = 3", "seed = 3\ntimeout = nan"),
    "name leads out": f'name = "../../evil"\n{STUDY}',
    "name with a newline": f'name = "a\\nb"\n{STUDY}',
    "label with controls": changed('name = "mle"', 'name = "m\\u001b[2Jle"'),
    "plug-in leads out": changed("seed = 3", 'seed = 3\nplugins = ["/etc/passwd"]'),
    "plug-in missing": changed("seed = 3", 'seed = 3\nplugins = ["nowhere.py"]'),
    "same key twice": f"seed = 4\n{STUDY}",
    "scenario no list": changed("[[scenario]]", "[scenario]"),
    "unknown source": changed("[[scenario]]", '[[scenario]]\nsource = "nowhere"'),
    "lam is inf": changed("lam = 0.1", "lam = inf"),
}


def text_of(path: Path, content: str | bytes) -> None:
    """Write a hostile study file."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def fifo(path: Path, _: Path) -> None:
    """A pipe at which a reader would wait for ever."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def device(path: Path, _: Path) -> None:
    """A link to a file without an end."""
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def folder_at(path: Path, _: Path) -> None:
    """A folder in the place of a file."""
    path.unlink(missing_ok=True)
    path.mkdir()


def link(path: Path, outside: Path) -> None:
    """A link to a file outside."""
    path.unlink(missing_ok=True)
    path.symlink_to(outside / "precious.txt")


def link_folder(path: Path, outside: Path) -> None:
    """A link to a folder outside."""
    shutil.rmtree(path, ignore_errors=True)
    path.symlink_to(outside)


def bytes_at(content: bytes) -> Callable[[Path, Path], None]:
    """Other content of a file."""

    def put(path: Path, _: Path) -> None:
        path.write_bytes(content)

    return put


def foreign(path: Path, _: Path) -> None:
    """A table of somebody else's."""
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table({"a": [1, 2], "scenario_key": ["x", "y"]}), path)


def monitor(path: Path, outside: Path) -> None:
    """A folder of git whose own configuration starts a program."""
    path.mkdir(exist_ok=True)
    program = f"touch {outside / 'executed'}"
    (path / "config").write_text(f'[core]\n\trepositoryformatversion = 0\n\tfsmonitor = "{program}; false"\n')
    (path / "HEAD").write_text("ref: refs/heads/main\n")
    for name in ("objects", "refs"):
        (path / name).mkdir(exist_ok=True)


def listening(path: Path, _: Path) -> None:
    """A socket."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(path.parent)
        server.bind(path.name)
        os.chdir(here)


#: What is put where in a results folder, by a name.
FOLDERS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "link at .lock": (".lock", link),
    "link at the lock of provenance": (".provenance.json.lock", link),
    "link at the lock of made.json": (".made.json.lock", link),
    "link at tables": ("tables", link_folder),
    "link at figures": ("figures", link_folder),
    "link at replicates": ("replicates", link_folder),
    "link at a table": ("tables/root_n.md", link),
    "link at measures": ("measures.parquet", link),
    "link at study.toml": ("study.toml", link),
    "pipe at measures": ("measures.parquet", fifo),
    "pipe among shards": ("replicates/0000000000000000-0000000-0000020-00000000.parquet", fifo),
    "device at claims": ("claims.parquet", device),
    "folder at predictions": ("predictions.parquet", folder_at),
    "socket at made.json": ("made.json", listening),
    "foreign shard": ("replicates/foreign.parquet", foreign),
    "foreign scenarios": ("scenarios.parquet", foreign),
    "foreign measures": ("measures.parquet", foreign),
    "study.toml is garbage": ("study.toml", bytes_at(b"[[[")),
    "study.toml is deep": ("study.toml", bytes_at(b"x = " + b"[" * DEEP)),
    "provenance is a list": ("provenance.json", bytes_at(b"[]")),
    "provenance is null": ("provenance.json", bytes_at(b"null")),
    "provenance is deep": ("provenance.json", bytes_at(b"[" * DEEP)),
    "provenance is not UTF-8": ("provenance.json", bytes_at(b"\xff\xfe")),
    "made.json is deep": ("made.json", bytes_at(b'{"a":' * DEEP)),
    "table's JSON is garbage": ("tables/root_n.json", bytes_at(b"{")),
    "figure is garbage": ("figures/root_n.svg", bytes_at(b"<svg><script>alert(1)</script>")),
    "git starts a program": (".git", monitor),
}
#: Special study files, which are no text.
FILES = {"pipe": fifo, "device": device, "folder": folder_at}


def outside_of(folder: Path) -> dict[str, str]:
    """Digest of every file of a folder."""
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def count() -> int:
    """Number of hostile study files and folders."""
    return len(TEXTS) + len(FILES) + len(FOLDERS)


def files(folder: Path) -> dict[str, object]:
    """Every hostile study file through `plan` and `run`, each of which has to refuse it."""
    counts = {"cases": 0, "refused": 0, "odd": 0, "touched": 0}
    faults: list[str] = []
    for name in [*TEXTS, *FILES]:
        own_folder, outside = folder / f"file_{counts['cases']}", folder / "outside"
        own_folder.mkdir(parents=True)
        outside.mkdir(exist_ok=True)
        (outside / "precious.txt").write_text("precious")
        if name in TEXTS:
            text_of(own_folder / f"{NAME}.toml", TEXTS[name])
        else:
            FILES[name](own_folder / f"{NAME}.toml", outside)
        before = outside_of(outside)
        ends = drive(own_folder, [command("plan"), command("run")], IN_TIME)
        bad = [f"{name}: {end.code}: {end.odd or end.output}" for end in ends if end.odd or end.code != 2]
        touched = outside_of(outside) != before or (own_folder / "results").exists()
        counts["cases"] += 1
        counts["refused"] += not bad
        counts["odd"] += any(bool(end.odd) for end in ends)
        counts["touched"] += touched
        faults += [*bad, *([f"{name}: something was written"] if touched else [])]
    return {**counts, "faults": faults}


def folders(folder: Path, done: Path, reference: dict[str, str]) -> dict[str, object]:
    """All commands on a copy of the finished study with something hostile in it, and again without it."""
    counts = {"cases": 0, "refused": 0, "odd": 0, "touched": 0, "different": 0, "left": 0}
    faults: list[str] = []
    for name, (where, put) in FOLDERS.items():
        own_folder, outside = folder / f"folder_{counts['cases']}", folder / "outside"
        shutil.copytree(done, own_folder)
        outside.mkdir(exist_ok=True)
        (outside / "precious.txt").write_text("precious")
        own = own_folder / "results" / NAME
        place = own / where
        put(place, outside)
        before = outside_of(outside)
        ends = here(own_folder, everything(), IN_TIME)
        touched = outside_of(outside) != before
        if any(end.code for end in ends):
            # What a command refuses to replace is removed by hand, as its sentence says.
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
            whole = done / "results" / NAME / where
            if whole.is_file():
                shutil.copy2(whole, place)
        again = here(own_folder, everything(), IN_TIME)
        bad = [f"{name}: {end.odd}" for end in [*ends, *again] if end.odd]
        bad += [f"{name}: again: {end.output}" for end in again if end.code]
        found = {key: value for key, value in state(own_folder / "results").items() if ".git/" not in key}
        off, left = different(found, reference), left_behind(own_folder / "results")
        counts["cases"] += 1
        counts["refused"] += any(end.code for end in ends)
        counts["odd"] += bool(bad)
        counts["touched"] += touched
        counts["different"] += bool(off)
        counts["left"] += bool(left)
        faults += [
            *bad,
            *(f"{name}: {each} differs" for each in off),
            *([f"{name}: outside touched"] if touched else []),
        ]
    return {**counts, "faults": faults}
