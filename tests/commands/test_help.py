"""What the command line says of itself."""

import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from shutil import which

import click
import pytest
from click.testing import CliRunner

from mboa.cli import main


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and every group of them, with the words that lead to it."""
    for name, command in sorted(group.commands.items()):
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("words", [(), *commands(main)], ids=" ".join)
def test_every_command_shows_an_example_of_itself(words: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*words, "--help"])
    assert shown.exit_code == 0
    example = re.split(r"Examples?: ", shown.output)[-1]
    assert " ".join(["mboa", *words]) in " ".join(example.split())


def test_the_version_is_the_installed_one() -> None:
    assert CliRunner().invoke(main, ["--version"], prog_name="mboa").output == f"mboa, version {version('mboa')}\n"


@pytest.mark.parametrize("words", [["dance"], ["--dance"], ["demo", "--port", "99999"], ["providers", "dance"], []])
def test_wrong_usage_is_2(words: list[str]) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "_MBOA_COMPLETE=" in result.stdout
    assert CliRunner().invoke(main, ["completion", "dos"]).exit_code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_reads_its_script(shell: str) -> None:
    if which(shell) is None:
        pytest.skip(f"{shell} is not on this machine")
    script = CliRunner().invoke(main, ["completion", shell]).stdout
    read = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, timeout=30)
    assert (read.returncode, read.stderr) == (0, "")


def test_what_a_shell_is_offered() -> None:
    asked = {"_MBOA_COMPLETE": "bash_complete", "COMP_WORDS": "mboa providers im", "COMP_CWORD": "2"}
    result = CliRunner().invoke(main, env=asked, prog_name="mboa")
    assert result.stdout == "plain,import\n"
