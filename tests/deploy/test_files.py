"""What stands in deploy/, the Dockerfile and compose.yaml agrees with the program and with itself."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]
from click import Group

from mboa.cli import main
from mboa.preflight import refusals, weakness
from mboa.settings import Settings
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
# Dashboards and alert rules name figures, not settings.
FILES = [
    *(path for folder in ("caddy", "compose", "nginx", "systemd") for path in (DEPLOY / folder).iterdir()),
    *(ROOT / name for name in ("Dockerfile", "compose.yaml", ".dockerignore")),
]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SETTINGS = {f"MBOA_{name.upper()}" for name in Settings.model_fields}


def text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
    return read


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_settings_that_exist_are_named(path: Path) -> None:
    named = set(re.findall(r"\bMBOA_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert named - SETTINGS == set()


def test_secrets_are_files_and_never_stand_in_an_environment(compose: dict[str, Any]) -> None:
    known = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert {f"MBOA_{one.upper()}" for one in known} & set(service["environment"]) == set()
        assert {one.removeprefix("mboa_") for one in service["secrets"]} <= known
        assert set(service["secrets"]) <= set(compose["secrets"])
    for unit in UNITS:
        assert "LoadCredential=mboa:/etc/mboa/secrets" in unit.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["web", "worker", "postgres", "caddy"])
def test_every_container_is_locked_in(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"])
    assert service["pids_limit"] > 0
    assert service["tmpfs"]
    assert "ports" not in service or name == "caddy"


def test_the_database_hears_nobody_from_outside(compose: dict[str, Any]) -> None:
    networks = compose["networks"]
    assert compose["services"]["postgres"]["networks"] == ["inside"]
    assert networks["inside"] == {"internal": True}
    trusted = compose["services"]["web"]["environment"]["MBOA_TRUSTED_PROXIES"]
    assert networks["front"]["ipam"]["config"] == [{"subnet": trusted}]
    assert [name for name, one in compose["services"].items() if "front" in one["networks"]] == ["web", "caddy"]


def test_ports_and_folders_agree(compose: dict[str, Any]) -> None:
    image = text("Dockerfile")
    port, folder = re.findall(r"MBOA_PORT=(\d+) MBOA_DATA_DIR=(\S+)", image)[0]
    assert f"EXPOSE {port}" in image
    assert f"127.0.0.1:{port}/health/live" in image
    assert f'VOLUME ["{folder}"]' in image
    assert compose["services"]["web"]["volumes"] == [f"mboa:{folder}"]
    assert compose["services"]["caddy"]["environment"]["UPSTREAM"] == f"web:{port}"
    assert f"server 127.0.0.1:{port} " in text("deploy", "nginx", "mboa.conf")
    assert f"MBOA_PORT={port}\n" in text("deploy", "systemd", "mboa.env.example")
    assert f"MBOA_DATA_DIR={folder}\n" in text("deploy", "systemd", "mboa.env.example")
    assert f"WorkingDirectory={folder}\n" in UNITS[0].read_text(encoding="utf-8")


def test_every_command_that_is_started_exists(compose: dict[str, Any]) -> None:
    words = [compose["services"][name]["command"] for name in ("web", "worker")]
    words.append(yaml.safe_load(re.findall(r"^CMD (\[.*\])$", text("Dockerfile"), re.MULTILINE)[0]))
    for unit in UNITS:
        start = re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)[0]
        words.append([shlex.split(start)[-1]])
    assert isinstance(main, Group)
    assert sorted({one for (one,) in words}) == ["serve", "web", "worker"]
    assert {one for (one,) in words} <= set(main.commands)


def test_what_the_dockerfile_copies_is_there_and_may_be_sent() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \./?\S*$", text("Dockerfile"), re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    sent = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    assert names == sent == {"requirements.lock", "pyproject.toml", "README.md", "LICENSE", "src"}
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_what_only_the_build_needs_is_taken_out_and_nothing_else() -> None:
    taken = set(re.findall(r"pip uninstall --yes (hatchling .*) \\", text("Dockerfile"))[0].split())
    locked = dict(re.findall(r"^([a-z0-9-]+)==\S+[^\n]*((?:\n    .*)*)", text("requirements.lock"), re.MULTILINE))
    assert taken <= set(locked)
    needed = {name for name, rest in locked.items() if re.search(r"#.*(mboa \(pyproject.toml\)$|fastapi)", rest)}
    assert taken & needed == set()


def test_the_image_is_of_a_plain_user_and_installs_by_hash() -> None:
    image = text("Dockerfile")
    assert "USER 10001:10001" in image
    assert "pip install --require-hashes --only-binary=:all: -r requirements.lock" in image
    assert "curl" not in image
    assert "--chown" not in image
    major = re.findall(r"postgresql-client-(\d+)", image)[0]
    assert f"image: postgres:{major}-" in text("compose.yaml")


def test_the_secrets_it_makes_are_good_ones_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = made(folder)
    assert (folder / "mboa_whatsapp_token").stat().st_mode & 0o777 == 0o600
    assert weakness(first["mboa_secret_key"], 64) is None
    assert first["mboa_whatsapp_token"] == first["mboa_whatsapp_app_secret"] == ""
    url = urlsplit(first["mboa_database_url"])
    assert (url.hostname, url.password) == ("postgres", first["postgres_password"])
    (folder / "mboa_whatsapp_token").write_text("EAAG")
    assert made(folder) == first | {"mboa_whatsapp_token": "EAAG"}


def made(folder: Path) -> dict[str, str]:
    """What the script leaves in a folder."""
    script = DEPLOY / "compose" / "make-secrets.sh"
    subprocess.run(["sh", str(script), str(folder)], check=True, capture_output=True, timeout=30)
    return {path.name: path.read_text().strip() for path in folder.iterdir()}


def test_a_house_of_compose_may_go_into_production(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    made(folder)
    for name in ("mboa_whatsapp_token", "mboa_whatsapp_app_secret"):
        (folder / name).write_text("0aZ9kQ3wR7yT" * 3 + name)
    own = {"DOMAIN": "mboa.douala.cm", "WHATSAPP_PHONE_ID": "106540352242922", "WHATSAPP_ACCOUNT_ID": "1022901"}
    for name, value in compose["services"]["web"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{(\w+)[^}]*\}", lambda found: own[found[1]], value))
    monkeypatch.setenv("MBOA_SECRETS_DIR", str(folder))
    monkeypatch.setenv("MBOA_ENV", "production")
    assert refusals(Settings()) == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_one_that_systemd_takes(unit: Path, tmp_path: Path) -> None:
    if which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    own = tmp_path / unit.name.replace("@", "@8000")
    own.write_text(unit.read_text(encoding="utf-8").replace("/opt/mboa/bin/mboa", "/bin/true"), encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", str(own)], capture_output=True, text=True, timeout=60)
    assert (verified.returncode, [line for line in verified.stderr.splitlines() if unit.stem in line]) == (0, [])
    told = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(own)]
    rated = subprocess.run(told, capture_output=True, text=True, timeout=60, env=os.environ | {"SYSTEMD_COLORS": "0"})
    assert rated.returncode == 0, rated.stdout[-300:]


def test_both_proxies_keep_inside_what_is_inside() -> None:
    caddy, nginx = text("deploy", "caddy", "Caddyfile"), text("deploy", "nginx", "mboa.conf")
    assert "path /metrics /simulator /simulator/*" in caddy
    for line in ("location = /metrics   { return 404; }", "location ^~ /simulator { return 404; }"):
        assert line in nginx
    assert "header_up X-Forwarded-For {remote_host}" in caddy
    assert "proxy_set_header X-Forwarded-For   $remote_addr;" in nginx
    assert "$proxy_add_x_forwarded_for" not in nginx
    assert "proxy_buffering off;" in nginx
    assert "flush_interval -1" in caddy


@pytest.mark.parametrize("upstream", ["web:8000", "127.0.0.1:8001 127.0.0.1:8002"])
def test_caddy_takes_its_file(upstream: str, tmp_path: Path) -> None:
    if which("caddy") is None:
        pytest.skip("caddy is not on this machine")
    env = os.environ | {"DOMAIN": "mboa.douala.cm", "UPSTREAM": upstream, "HOME": str(tmp_path)}
    told = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "caddy" / "Caddyfile")]
    checked = subprocess.run(told, env=env, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stderr[-500:]


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    if which("nginx") is None or which("openssl") is None:
        pytest.skip("nginx is not on this machine")
    named = ["-subj", "/CN=mboa", "-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *named], check=True, capture_output=True
    )
    own = text("deploy", "nginx", "mboa.conf").replace("/etc/letsencrypt/live/mboa.example.org", str(tmp_path))
    (tmp_path / "mboa.conf").write_text(own, encoding="utf-8")
    folders = "".join(f"{kind}_temp_path {tmp_path}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"events {{}}\nerror_log {tmp_path}/error;\npid {tmp_path}/pid;\nhttp {{ access_log off; {folders}"
    (tmp_path / "nginx.conf").write_text(f"{whole} include {tmp_path}/mboa.conf; }}\n")
    told = ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    checked = subprocess.run(told, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stderr[-500:]
