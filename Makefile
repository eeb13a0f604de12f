# One word per thing to do; `make help` lists them. Needs python3 (3.11 to 3.13) with venv, and make.
VENV := .venv
PY := $(VENV)/bin/python
UV_VERSION := 0.13.9
INSTALLED := $(VENV)/.installed
PARSED := $(VENV)/parsed/made_of
PROJECT := $(shell find models macros seeds tests/dbt -type f) dbt_project.yml profiles.yml

.DEFAULT_GOAL := help
.PHONY: help setup run demo dev test torture bench bench-peers lint lint-style lint-types lint-sql format lock cookbook translate contoso superset superset-test clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(INSTALLED) $(PARSED)  ## make .venv from requirements.lock

$(INSTALLED): requirements.lock
	@set -e; \
	python=; \
	for candidate in python3 python3.13 python3.12 python3.11; do \
	    if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "No Python 3.11, 3.12 or 3.13 was found (python3 is $$(python3 --version 2>&1)). Install one, with its venv module."; exit 1; \
	fi; \
	if [ ! -x $(PY) ] || ! $(PY) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$($$python --version)"; \
	    rm -rf $(VENV); \
	    $$python -m venv $(VENV) || { echo "python3 cannot make an environment: install its venv module (Debian: apt-get install python3-venv)."; exit 1; }; \
	fi; \
	echo "Installing what requirements.lock names"; \
	pip="$(PY) -m pip --quiet --disable-pip-version-check --no-input"; \
	if $$pip install uv==$(UV_VERSION) && UV_NO_PROGRESS=1 $(VENV)/bin/uv pip install --quiet --python $(PY) --no-deps --require-hashes -r requirements.lock; then :; \
	else echo "uv could not install them; pip takes longer"; $$pip install --no-deps --require-hashes -r requirements.lock; fi; \
	echo "Compiling them, so that no run has to"; \
	$(PY) -m compileall -qq -j 0 -x '/(tests?|pip|geodata|carrierdata|tzdata)/' $$($(PY) -c 'import site; print(site.getsitepackages()[0])') orchestration expectations || true; \
	$(PY) -c 'import site, pathlib; pathlib.Path(site.getsitepackages()[0], "single_customer_view.pth").write_text("$(CURDIR)\n")'; \
	printf '#!/bin/sh\nexec "$$(dirname "$$(readlink -f "$$0")")/python" -P -c "from orchestration.cli import main; main()" "$$@"\n' > $(VENV)/bin/scv; \
	chmod +x $(VENV)/bin/scv; \
	touch $(INSTALLED)

$(PARSED): $(INSTALLED) $(PROJECT)
	@$(PY) -m orchestration.transformation.parsed

run: setup  ## make the demo company and build its whole warehouse in demo/
	@$(VENV)/bin/scv run --demo

demo: setup  ## make the demo company's data only, in demo/landing
	@$(VENV)/bin/scv demo --landing demo/landing

dev: setup  ## open Dagster's UI on the demo
	@$(VENV)/bin/scv dev --demo

test: setup  ## run the tests
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

torture: setup  ## kill runs at 200 moments and see that nothing is lost (hours); TORTURE="--kills 20 --seed 3"
	@$(PY) -m tests.torture $(TORTURE)

bench: setup  ## measure the whole product against the floor; SCALE=M or L for more data than S
	@$(PY) -m benchmarks --scale $(or $(SCALE),S)

bench-peers: setup  ## our identity step beside Splink and SQL, on the same data; PEERS="--customers 30000 --goldenmatch"
	@$(PY) -m benchmarks.peers $(PEERS)

lint: setup  ## check style and types of Python and SQL
	@$(MAKE) --no-print-directory --output-sync -j 2 lint-types lint-sql lint-style

lint-style: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

lint-types: setup
	@$(VENV)/bin/mypy

lint-sql: setup
	@$(VENV)/bin/sqlfluff lint --disable-progress-bar --processes 1 models

format: setup  ## put style right where a tool can
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/sqlfluff fix --disable-progress-bar --processes 2 models

lock: setup  ## write requirements.lock anew from pyproject.toml, and that of the Superset example
	@$(VENV)/bin/uv pip compile --universal --generate-hashes --no-header --all-extras --quiet --output-file requirements.lock pyproject.toml
	@$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --output-file examples/superset/requirements.txt examples/superset/requirements.in

cookbook: run  ## write the results of docs/cookbook.md anew, on the demo
	@$(PY) docs/cookbook.py demo/warehouse/scv.duckdb
	@$(PY) docs/translate.py

translate: setup  ## write the Chinese guides anew, say what wants translating; PUBLISHED=FILE takes meanings from there
	@$(PY) docs/translate.py $(PUBLISHED)

contoso: setup  ## bring in the Contoso files, as in docs/bring-your-own-data.md
	@examples/contoso/run.sh

superset: run  ## open Apache Superset on the demo, in an environment of its own
	@examples/superset/run.sh demo/warehouse

superset-test: setup  ## start Superset on a small company and see its dashboards and figures (minutes)
	@examples/superset/install.sh
	@$(PY) -m pytest -n 0 tests/end_to_end/test_superset.py

clean:  ## remove what runs and tools made; keeps landing/ and warehouse/
	@rm -rf demo target logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
