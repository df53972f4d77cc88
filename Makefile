# make help lists what a developer does in a day.
PY := .venv/bin/python
UV := .venv/bin/uv
STAMP := .venv/.installed
LOCKS := requirements-bootstrap.lock requirements-dev.lock
WEB := web/dist/.vite/manifest.json
CODE := app.py piccolo_conf.py cli demo api admin portal gateway deals projects checkin exhibitors core

.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): $(LOCKS) pyproject.toml
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@$(UV) pip sync -q --compile-bytecode --python $(PY) --require-hashes $(LOCKS)
	@$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -q -j 0 $(CODE)
	@touch $@

$(WEB): $(shell find web/src web/public -type f 2>/dev/null) web/package-lock.json web/vite.config.ts | $(STAMP)
	@$(PY) hatch_build.py && touch $@

setup: $(STAMP) $(WEB) ## .venv with the locked dependencies, and the web assets
	@:

run: setup ## Serve the demo expo on http://127.0.0.1:8000
	@.venv/bin/yinbo run --demo

test: setup lint types ## Everything this machine can test, on SQLite and PostgreSQL
	@$(PY) -m tests

lint: $(STAMP) ## ruff and the import order
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports

types: $(STAMP) ## mypy and TypeScript, strict
	@.venv/bin/mypy && $(PY) hatch_build.py check

web: $(WEB) ## The styles and scripts, when web/src has changed

migrations: $(STAMP) ## A new migration: make migrations APP=exhibitors
	@test -n "$(APP)" || { echo "say for which app: make migrations APP=exhibitors"; exit 2; }
	@scratch=$$(mktemp -d) && YINBO_DATA_DIR=$$scratch .venv/bin/piccolo migrations new $(APP) --auto; rm -rf "$$scratch"

bench: setup ## The product beside bare routes, in one run
	@$(PY) -m bench

screenshots: setup ## Every page, language, type size and width into build/screenshots/
	@$(PY) -m scripts.screenshots

lock: $(STAMP) ## Resolve the dependencies anew
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

docs: $(STAMP) ## Check the manual: settings, dependencies and links named in docs/ are there
	@$(PY) -m pytest -q tests/test_docs.py tests/core/test_config.py -k "manual or docs or licence"

# A service that knows none of the packages answers "no known vulnerabilities" too.
audit: $(STAMP) ## Known holes in what is locked
	@said=$$(.venv/bin/pip-audit --require-hashes --disable-pip --progress-spinner off -r requirements.lock 2>&1); code=$$?; \
	unseen=$$(echo "$$said" | grep -c "could not be audited"); \
	if echo "$$said" | grep -q "^Found .* known vulnerabilit"; then echo "$$said"; exit 1; \
	elif [ $$code -ne 0 ]; then echo "audit: could not run: $$(echo "$$said" | tail -n 1 | cut -c 1-200)"; \
	elif [ $$unseen -gt 0 ]; then echo "audit: could not run: the service knows nothing of $$unseen packages"; \
	else echo "audit: no known holes"; fi

clean: ## Everything that was made here but data/
	@rm -rf .venv build dist web/dist web/fonts web/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .schemathesis
	@find . -name __pycache__ -not -path './data/*' -prune -exec rm -rf {} +

.PHONY: help setup run test lint types web migrations bench screenshots docs lock audit clean
