# Two commands do everything on a machine that has Python 3.11+ and make:
#   make demo    install, read the sample dumps, send two editions, show the mails
#   make test    install, run every test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DUMPS ?=
WORKERS ?= auto
PYTEST_FLAGS ?=

SECONDS ?= 600
MODULE ?=

.PHONY: help install dev model demo test fuzz mutants lint types contracts check format clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: $(VENV)/.installed ## Make .venv with digest in it

dev: $(VENV)/.installed-dev ## The same, with what tests and linters need

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "digest needs Python 3.11 or newer; say which with make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[semantic]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

model: install ## Try to get the sentence model; everything works without it
	@$(BIN)/digest models fetch --optional

demo: install model ## Read dumps, send two editions, show the mails (DUMPS="a.txt b.txt" for your own)
	@$(BIN)/digest demo $(DUMPS)

test: dev model ## Run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_FLAGS)

fuzz: dev ## Random examples for every property test (SECONDS=3600 for an hour)
	$(BIN)/python scripts/fuzz.py --seconds $(SECONDS) -n $(WORKERS) $(PYTEST_FLAGS)

mutants: dev ## Small changes of the pure modules that no test notices (MODULE=digest/papers.py)
	nice $(BIN)/python scripts/mutants.py $(MODULE)

lint: dev ## Look for mistakes and for lines out of shape
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev ## Check the types
	$(BIN)/mypy

contracts: dev ## Check who imports whom
	$(BIN)/lint-imports

check: lint types contracts test ## All of the above

format: dev ## Put lines in shape
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

clean: ## Remove what was made, keep the data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
