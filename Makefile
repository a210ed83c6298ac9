# Everything anyone types. `make` alone lists it.

PYTHON  ?= python3
WORKERS ?= 2
UPGRADE ?=
UV      := 0.13.9

VENV  := .venv
BIN   := $(VENV)/bin
LOCK  := .venv-lock

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export PIP_DISABLE_PIP_VERSION_CHECK := 1

# $(call locked,LOCK FILE): exactly what the lock names, by hash, then the project itself, which fetches nothing.
define locked
	$(BIN)/python -m pip install --quiet --require-hashes -r $(1)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
endef

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-6s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- What people do --------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/ready-to-run ## see it at work: every case in cases/ replayed, moment by moment
	$(BIN)/mainstay replay cases/*.yaml

.PHONY: setup
setup: $(VENV)/ready ## everything needed to work on it, in .venv

.PHONY: test
test: $(VENV)/ready ## all tests, and every branch of the pure packages run
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report= --cov-fail-under=0
	$(BIN)/coverage report

.PHONY: check
check: $(VENV)/ready ## format, lint, types, import arrows, knowledge, proofs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/mainstay knowledge check
	$(BIN)/mainstay prove

.PHONY: fix
fix: $(VENV)/ready ## put format and simple lint right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: prove
prove: $(VENV)/ready ## prove the protocols safe for every chart that could exist
	$(BIN)/mainstay prove

.PHONY: soak
soak: $(VENV)/ready ## the tests whose size takes hours
	$(BIN)/pytest -m soak || { code=$$?; [ $$code -eq 5 ] && echo 'No soak tests yet.'; }

.PHONY: bench
bench: $(VENV)/ready ## take the figures again, into bench/RESULTS.md (fetches the peers it measures against)
	$(BIN)/python -m bench

.PHONY: pictures
pictures: $(VENV)/ready ## make the README's pictures and examples again from the real command
	$(BIN)/python tools/pictures.py
	MAINSTAY_DOCS=write $(BIN)/pytest -q tests/commands/test_documentation.py

.PHONY: lock
lock: $(LOCK)/ready ## write the locks again from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(call compile,--extra dev,requirements.lock)
	$(call compile,--extra build --constraint requirements.lock,requirements-run.lock)

# --- How it gets there -----------------------------------------------------------------------

# One lock serves every platform and Python from 3.11 on, and names no address.
define compile
	$(LOCK)/bin/uv pip compile pyproject.toml $(1) --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE) --output-file $(2)
endef

%/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Mainstay needs Python 3.11 or newer. Name one: make PYTHON=python3.12 ...'; exit 1; }
	$(PYTHON) -m venv $*

$(VENV)/ready-to-run: requirements-run.lock pyproject.toml | $(BIN)/python
	$(call locked,requirements-run.lock)
	@touch $@

$(VENV)/ready: requirements.lock pyproject.toml | $(BIN)/python
	$(call locked,requirements.lock)
	@touch $@ $(VENV)/ready-to-run

$(LOCK)/ready: Makefile | $(LOCK)/bin/python
	$(LOCK)/bin/python -m pip install --quiet uv==$(UV)
	@touch $@
