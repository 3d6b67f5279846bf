# Two commands do all set-up on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
DATA ?= .data
export QIQIAO_DATA := $(abspath $(DATA))

.PHONY: help run test lint format bench screens docs browser ui install constraints

help: ## what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/ —/'

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Qiqiao needs Python 3.11 or newer.")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	QIQIAO_SKIP_UI=1 $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	QIQIAO_SKIP_UI=1 $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

install: $(VENV)/.installed

ui: install
	$(PY) hatch_build.py

run: ui ## serve the shipped app at http://127.0.0.1:8000 (PORT=…, DATA=folder for a second instance)
	$(PY) -m builder.cli demo --port $(PORT)

browser: install
	$(PY) -m tests.browser_setup

test: ui browser ## everything that checks the product
	$(PY) -m tests.run_all

lint: install ## ruff, mypy, import-linter, oxlint, tsc
	$(PY) -m tests.run_all lint

format: install ## ruff format
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: ui ## requests per second beside a hand-written twin, as ratios
	$(PY) -m tests.bench

screens: ui browser ## a picture of every screen into .screens/, the chosen ones into docs/screens/
	$(PY) -m tests.screens

docs: install ## write the generated reference pages
	$(PY) -m forms_dsl.codes_page
	$(PY) -m forms_dsl.functions_page
	$(PY) -m forms_dsl.field_types_page
	$(PY) -m forms_dsl.reference_page

constraints: ## lock the dependencies with hashes (needs the registry)
	$(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install --quiet pip-tools
	.cache/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --extra dev --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header -o constraints.txt pyproject.toml
