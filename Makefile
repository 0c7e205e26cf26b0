# `make` alone lists what can be done. Needs only Python 3.11 to 3.14 and make; nothing is installed outside .venv.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first Python at hand that the locks were made for; another one: make install PYTHON=/path/to/python3.12
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
CHECKED := config tasks worker tests benchmarks

.PHONY: help install install-dev run demo test test-fast test-slow check fix lock secrets bench quality chaos fuzz audit
help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/.installed ## set up .venv with the service, when it is missing or out of date

install-dev: .venv/.installed-dev ## the same, and all that the checks and tests need

run: install ## run the service on the shipped feeds, with an embedded server and the live page
	$(BIN)/wirebeat run

demo: install ## see it work on a small bundled news site: no server, no network needed
	$(BIN)/wirebeat demo

check: install-dev ## lint, format, types, import rules
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check test-fast test-slow ## every check and every test: what has to pass before a change lands

test-fast: install-dev ## the tests that need no processes of their own
	$(BIN)/pytest -q -n 3 --dist worksteal -m 'not slow and not quality'

test-slow: install-dev ## the tests that start the real service
	$(BIN)/pytest -q -n 3 --dist loadgroup -m 'slow or quality'

fix: install-dev ## put right what the linter and the formatter can
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

# BENCH='--quick' takes a minute, BENCH='--only limit,end_to_end --pages DIR --write docs/performance.md' what is named
bench: install-dev ## every benchmark, each figure beside its reference; BENCH='--quick' for rough ones
	$(BIN)/python -m benchmarks $(BENCH)

quality: install-dev ## scores on labelled articles, feeds and topics (needs ../shared/data)
	@for script in benchmarks/quality_*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

chaos: install-dev ## kill the service at random, count what is lost or doubled; STORM='--seed 2 --server redis'
	$(BIN)/python -m tests.chaos.storm $(STORM)

# How long, for each property: FUZZ='--seconds 60', FUZZ='--seconds 600 tests/tasks/poll'
fuzz: install-dev ## the property tests with many more examples, for two minutes in all; FUZZ='--seconds 600'
	$(BIN)/python -m tests.fuzz $(FUZZ)

audit: ## ask the advisories about every locked package, in a throw-away environment; skipped, in words, when offline
	@test -n '$(PYTHON)' || { echo 'Python 3.11 to 3.14 is needed and none was found; name one: make audit PYTHON=...' >&2; exit 1; }
	@trap 'rm -rf .venv-audit' EXIT; $(PYTHON) -m venv .venv-audit; \
	if .venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --retries 1 'pip-audit>=2.10,<3'; \
	then .venv-audit/bin/python -m tests.packaging.audit requirements.txt requirements-dev.txt; \
	else echo 'audit skipped: pip-audit could not be installed, probably for want of a network'; fi

.venv/bin/python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 to 3.14 is needed and none was found; name one: make install PYTHON=...' >&2; exit 1; }
	$(PYTHON) -m venv .venv

# --require-hashes: what is installed is what was locked, byte for byte, from whichever index pip is set up for
.venv/.installed: requirements.txt pyproject.toml | .venv/bin/python
	@echo 'setting up .venv: 460 MB, which takes a minute or two ...'
	$(INSTALL) --require-hashes --only-binary :all: -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo 'installing what the tests need ...'
	$(INSTALL) --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@

# One lock for Linux and macOS and every Python that is supported. setuptools builds the project itself.
LOCK = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command 'make lock'

lock: ## renew both requirements files from pyproject.toml, in a throw-away environment
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'
	echo 'setuptools>=77' | $(LOCK) --upgrade pyproject.toml - --output-file requirements.txt
	$(LOCK) --upgrade pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt
	rm -rf .venv-lock

secrets: ## passwords for docker compose, into secrets/
	config/valkey/make-secrets.sh secrets $(WIREBEAT_PREFIX)
