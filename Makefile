# make help lists what a developer does in a day.
PY := .venv/bin/python
UV := .venv/bin/uv
STAMP := .venv/.installed
LOCKS := requirements-bootstrap.lock requirements-dev.lock
WEB := web/dist/.vite/manifest.json

.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): $(LOCKS) pyproject.toml
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(UV) pip sync -q --python $(PY) --require-hashes $(LOCKS)
	@$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@

$(WEB): $(shell find web/src web/public -type f 2>/dev/null) web/package-lock.json web/vite.config.ts | $(STAMP)
	@$(PY) hatch_build.py && touch $@

setup: $(STAMP) $(WEB) ## .venv with the locked dependencies, and the web assets
	@:

run: setup ## Serve the demo expo on http://127.0.0.1:8000
	@.venv/bin/yinbo run

test: setup lint types ## Everything this machine can test, on SQLite and PostgreSQL
	@$(PY) -m tests

lint: $(STAMP) ## ruff and the import order
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports

types: $(STAMP) ## mypy and TypeScript, strict
	@.venv/bin/mypy && $(PY) hatch_build.py check

web: $(WEB) ## The styles and scripts, when web/src has changed

screenshots: setup ## Every page, language, type size and width into docs/screenshots/
	@$(PY) -m scripts.screenshots

lock: $(STAMP) ## Resolve the dependencies anew
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

.PHONY: help setup run test lint types web screenshots lock
