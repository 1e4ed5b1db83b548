# Each target does its own set-up: a machine with Python 3.11 or newer and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2

.PHONY: help reports test test-slow docs lint lab lock clean

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

reports: $(STAMP) ## Render every report of the example area into reports/example
	$(BIN)/innov render all --area data/example --out reports/example --workers $(WORKERS)

test: $(STAMP) ## All fast tests: code, notebooks, batch
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

test-slow: $(STAMP) ## The long checks: simulation, fuzzing, faults
	$(BIN)/python -m pytest -n $(WORKERS) -m slow

docs: $(STAMP) ## Build the documentation strictly into build/docs and check its links
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	$(BIN)/python docs/links.py build/docs

lint: $(STAMP) ## Check and format the code as the commit hooks do
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lab: $(STAMP) ## Open JupyterLab at the notebooks
	$(BIN)/innov lab

lock: ## Pin all dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --extra test --extra docs pyproject.toml \
		--output-file requirements.lock --custom-compile-command "make lock"

clean: ## Remove what can be made again
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .innov-cache build *.egg-info

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "ต้องใช้ Python 3.11 ขึ้นไป ระบุได้ด้วย make PYTHON=python3.12 …"; \
		echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.12 …"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
