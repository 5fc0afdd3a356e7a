# Everything here needs Python 3.11 or later, make and a C library, nothing else: the first target that runs makes
# .venv from requirements.lock, and makes it anew when that file or pyproject.toml changes.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
CODE := src tests tools $(wildcard benchmarks)

.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak pages format lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(STAMP) ## Load a year of real sales, serve it and take the tour (ONCE=1: stop after the tour)
	$(BIN)/onhand tour --data demo-data $(if $(ONCE),--once)

test: $(STAMP) ## Run every test, on SQLite and on a PostgreSQL that starts by itself
	$(BIN)/pytest -n 2 --dist worksteal

check: $(STAMP) ## Format, lint, types, arrows, and whether the documentation is true
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/python -m tools.pages --check
	$(BIN)/pytest -q -p no:cacheprovider tests/test_docs.py tests/test_project.py

bench: $(STAMP) ## Measure what was promised and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

soak: $(STAMP) ## The random histories, races and kills, twenty times as many
	$(BIN)/pytest -n 2 --dist worksteal --campaign 20 tests/stock tests/test_killed_loads.py tests/test_killed_feeds.py tests/test_killed_reports.py tests/end_to_end/test_killed_servers.py

pages: $(STAMP) ## Write the pages of the reference that are made from the code
	$(BIN)/python -m tools.pages

format: $(STAMP) ## Format and mend what can be mended by itself
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lock: ## Resolve the dependencies anew into requirements.lock
	$(PYTHON) -m venv .lock-venv
	.lock-venv/bin/pip install --quiet 'uv>=0.8'
	.lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml --output-file requirements.lock

clean: ## Remove everything that was made here, the demo's data too
	rm -rf .venv .lock-venv demo-data build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# hatchling is in the lock like everything else, so that the install of the project itself fetches nothing.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
