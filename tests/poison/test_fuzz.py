"""A minute of bytes made to break things, into the two functions that read what strangers write."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mboa.fake_meta.double import MetaDouble
from tests.engines import HandClock

SECONDS = int(os.environ.get("MBOA_FUZZ_SECONDS", "60"))
HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "src" / "mboa" / "understanding" / "golden.jsonl"


def sow(corpus: Path) -> int:
    """Real bodies and real utterances to start from; how many."""
    double, phone = MetaDouble(HandClock()), "+237677000001"
    bodies = [double.text(phone, "Bonjour"), double.tap(phone, "offer:7:accept", "OUI"), double.pin(phone, 4.08, 9.73)]
    bodies += [double.voice(phone), double.photo(phone, "la fuite"), double.contact_card(phone, phone)]
    texts = [json.loads(line)["text"] for line in GOLDEN.read_text(encoding="utf-8").splitlines()[::3]]
    seeds = [*bodies, *(bytes([number % 8]) + text.encode() for number, text in enumerate(texts)), b"\xff\x02ab"]
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    return len(seeds)


def test_a_minute_of_hostile_bytes_raises_nothing(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed here (it is made for Linux on x86-64): no fuzzing")
    assert sow(tmp_path) > 50
    command = [sys.executable, str(HERE / "fuzz.py"), str(tmp_path), str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS + 120, check=False)
    crashes = {path.name: path.read_bytes()[:2_000] for path in tmp_path.glob("*-*") if "seed" not in path.name}
    assert done.returncode == 0, f"{crashes}\n{done.stderr[-4_000:]}"
