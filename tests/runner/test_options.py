import pytest

from simstudy.errors import ConfigError
from simstudy.runner.options import Options, Part, parse_part


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_chunk_belongs_to_exactly_one_part(count: int) -> None:
    parts = [Part(index, count) for index in range(1, count + 1)]
    for key in ("00000000ab", "fffffffe12", "1234abcd99"):
        owners = [[part for part in parts if part.owns(key, chunk)] for chunk in range(20)]
        assert all(len(each) == 1 for each in owners)
        assert {each[0] for each in owners} == set(parts)


def test_a_part_is_read() -> None:
    assert parse_part("3/8") == Part(3, 8)
    assert str(Part(3, 8)) == "3/8"


@pytest.mark.parametrize("text", ["0/4", "5/4", "1/0", "-1/4", "1", "1/2/3", "a/b", ""])
def test_a_part_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"shard = .* must be I/K with 1 <= I <= K"):
        parse_part(text)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"jobs": 0}, "jobs = 0"),
        ({"backend": "dsk"}, "did you mean 'dask'"),
        ({"scheduler": "tcp://x:1"}, "unless the backend is dask"),
        ({"part": Part(1, 2), "fresh": ("mle",)}, "left out with fresh"),
    ],
)
def test_options_that_make_no_sense_are_refused(arguments: dict, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Options(**arguments)
