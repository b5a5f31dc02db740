# Everything a fresh machine needs: Python 3.11 or newer, and this file.
VENV  := .venv
BIN   := $(VENV)/bin
UV    := $(BIN)/uv
# `make demo ARGS="--port 8080 --speed 60"`; `make test ARGS="-k cancel"`
ARGS  ?=
# Test processes side by side.
TESTS_AT_ONCE ?= 2
PYTEST := -m pytest -q -n $(TESTS_AT_ONCE) --dist worksteal
# Whole houses, cities and browsers: what they run is counted as covered elsewhere, and counting would make it several times slower.
UNCOUNTED := tests/outage tests/simulation tests/races tests/crash tests/database_faults tests/admin/browser

# Compiled here once: where Python may not write its bytecode (PYTHONDONTWRITEBYTECODE), each start would do it again.
QUICKLY := --quiet --python $(BIN)/python --compile-bytecode

# Whom this machine trusts (a company's proxy, perhaps) is trusted here too, as pip does by itself.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := 1
endif

.PHONY: help setup demo test check lint bench crash-night planted eval wording screenshots sbom audit lock
.DEFAULT_GOAL := help

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready ## the environment in .venv from the lock file

demo: $(VENV)/.ready ## the whole system on a demo city; prints where to look; Ctrl-C stops it
	@$(BIN)/mboa demo $(ARGS)

test: $(VENV)/.ready-dev ## what the tests need, all tests, and their coverage
	@scripts/test-needs.sh
ifneq ($(strip $(ARGS)),)
	$(BIN)/python $(PYTEST) $(ARGS)
else
	@$(BIN)/coverage erase
	$(BIN)/coverage run $(PYTEST) $(addprefix --ignore=,$(UNCOUNTED))
	@$(BIN)/coverage combine --quiet; rm -f .coverage.*
	$(BIN)/coverage report --fail-under=85
	$(BIN)/coverage report --fail-under=90 --include='src/mboa/dispatch/*'
	$(BIN)/coverage report --fail-under=90 --include='src/mboa/understanding/*'
	$(BIN)/python $(PYTEST) $(UNCOUNTED)
endif

check: lint test ## linters, types, import contracts, size budgets, then all tests

lint: $(VENV)/.ready-dev ## the checks that need no run: style, types, who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-dev ## every benchmark, each beside its goal
	$(BIN)/python -m bench $(ARGS)

crash-night: $(VENV)/.ready-dev ## 10,000 crash points and simulated cities; writes the figures into docs/testing.md (hours)
	@scripts/test-needs.sh
	$(BIN)/python -m tests.crash.night $(ARGS)
	$(BIN)/python -m tests.simulation 5000

planted: $(VENV)/.ready-dev ## plant known bugs and see the crash tests catch them
	$(BIN)/python -m tests.crash.planted $(ARGS)

eval: $(VENV)/.ready-dev ## how well messages are understood, with intervals and baselines
	$(BIN)/python -m bench.eval $(ARGS)

wording: $(VENV)/.ready-dev ## every message side by side, into docs/wording.md
	$(BIN)/python scripts/wording_page.py

screenshots: $(VENV)/.ready-dev ## every page of the admin in a running demo, into docs/screenshots
	@scripts/test-needs.sh
	$(BIN)/python scripts/screenshots.py

sbom: $(VENV)/.ready-dev ## the bill of materials of what is installed to run, into deploy/sbom.cdx.json
	$(BIN)/python scripts/sbom.py

audit: $(VENV)/.ready-dev ## asks the advisories about every locked dependency; fails where it cannot ask
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

lock: $(UV) ## compile the lock files again from pyproject.toml
	$(UV) pip compile -q pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements.lock
	$(UV) pip compile -q pyproject.toml --all-extras --group build --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		-c requirements.lock -o requirements-dev.lock

$(UV): bootstrap.lock
	@scripts/make-venv.sh $(VENV) $(PYTHON)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bootstrap.lock

$(VENV)/.ready: $(UV) requirements.lock pyproject.toml
	$(UV) pip install $(QUICKLY) --require-hashes -r bootstrap.lock -r requirements.lock
	$(UV) pip install $(QUICKLY) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(UV) pip install $(QUICKLY) --require-hashes -r requirements-dev.lock
	@touch $@
