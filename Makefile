# `make` lists the targets. Each installs what it needs and can be run again at any time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARCHIVE := $(or $(NEWSARCHIVE_DIR),archive)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock

.DEFAULT_GOAL := help
.PHONY: help setup chat test check bench bench-peers train-reader train-forms lock clean browser

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## make the environment: .venv/ with the command in .venv/bin/newsarchive

chat: $(VENV)/.ready ## index seeds/ on the first run and open the chat in the browser
	@test -f "$(ARCHIVE)/CURRENT" || $(BIN)/newsarchive build --archive "$(ARCHIVE)" seeds
	$(BIN)/newsarchive chat --archive "$(ARCHIVE)" $(CHAT_OPTIONS)

test: $(VENV)/.ready-test browser ## check style and types, then run the whole suite
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(PYTEST_OPTIONS)

check: $(VENV)/.ready-test ## check style and types alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.ready ## measure build, search, ask, cold start (BENCH_OPTIONS=--scale: by size)
	$(BIN)/python benchmarks/bench.py $(BENCH_OPTIONS)

bench-peers: $(VENV)-peers/.ready ## compare the ranking with LlamaIndex and txtai, in an environment of its own
	$(VENV)-peers/bin/python benchmarks/peers.py $(BENCH_OPTIONS)

READER_DATA ?= ../shared/data
train-reader: $(VENV)/.ready ## train the model that reads passages, in an hour or more (READER_DATA=DIR)
	$(BIN)/python scripts/train_reader.py --data "$(READER_DATA)/reader" \
	  --kept-out $(wildcard $(READER_DATA)/*/articles.jsonl) $(READER_OPTIONS)

train-forms: $(VENV)/.ready ## fit how questions tell the form of their answer to rag/question/forms.tsv
	$(BIN)/python scripts/train_forms.py

lock: ## resolve the newest versions that pyproject.toml admits into requirements.lock
	$(PYTHON) scripts/lock.py

clean: ## delete the environment (never an archive)
	rm -rf $(VENV) $(VENV)-peers build dist *.egg-info

# The browser that tests drive: one that is there, else the system's package, else Playwright's own.
browser: $(VENV)/.ready-test
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 \
	  || { command -v apt-get >/dev/null && test "$$(id -u)" = 0 \
	       && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	  || $(BIN)/playwright install chromium

$(VENV)/.ready: pyproject.toml requirements.lock
	@$(BIN)/python -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null \
	  || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV); }
	@echo "installing into $(VENV)/ (a few minutes the first time)"
	@$(PIP_INSTALL) --editable '.[tune]'
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	@$(PIP_INSTALL) --editable '.[test]'
	@touch $@

$(VENV)-peers/.ready: pyproject.toml requirements.lock
	@test -x $(VENV)-peers/bin/python || $(PYTHON) -m venv $(VENV)-peers
	@echo "installing into $(VENV)-peers/ (a few minutes the first time)"
	@$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint requirements.lock --editable '.[peers]'
	@touch $@
