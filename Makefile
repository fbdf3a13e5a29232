# Two commands do everything on a machine that has only Python: `make build` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: build check test lint types lock bench engines clean

build: $(READY)
	$(BIN)/maasc build

check: $(READY)
	$(BIN)/maasc check

test: $(READY) lint types
	$(BIN)/python tests/engines/build.py
	$(BIN)/pytest -n auto --cov --cov-report=term:skip-covered

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet .github
	@if command -v go > /dev/null; then \
		GOBIN=$(CURDIR)/tests/engines/bin go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7 && tests/engines/bin/actionlint; \
	else echo "actionlint: left out, because Go is not installed" >&2; fi

types: $(READY)
	$(BIN)/mypy compiler tests

# The lock pins every package with its hashes; a change of it sets up the environment anew.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "maasc needs Python 3.11 or newer")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-build-isolation --no-deps -e .
	touch $@

# The peers are installed beside the program; `benchmarks/RESULTS.md` says how it compares with them.
bench: $(READY)
	$(BIN)/pip install --quiet --no-build-isolation -e '.[bench]'
	$(BIN)/python benchmarks/run.py

lock:
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --extra dev --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
		pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/engines/bin
