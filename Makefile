# make local   an environment on this machine: installs, starts the local cloud, applies environments/local.yaml
# make test    all tests but those that need a browser or real servers
# make browser tests of the plan's page in a real Chromium; `apt-get install chromium-headless-shell`, or set CHROMIUM
# make integration  tests with a real Kubernetes API server, etcd, Vault and helm: built from Go modules, once (Go 1.26)
# make soak    two to eight applies at once, fifty rounds, in a folder and in a bucket
# make conformance  the programs of tests/conformance through Pulumi's engine and ours, live; RECORD=1 keeps what Pulumi's does
# make live-engine  `engine: pulumi` with the `pulumi` on the PATH, beside the embedded engine
# make check   linter, formatter, strict types, import contracts
# make lock    write requirements.lock anew from pyproject.toml, and the one of those who judge beside our rules
# make clean   end the local cloud and remove everything that was made

.PHONY: local test browser integration soak conformance live-engine check lint types lock clean
.DEFAULT_GOAL := local

VENV ?= .venv
TEST_ARGS ?=
# The same as pyproject.toml's `requires-python`, which says what keeps later ones away.
SUITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c '$(SUITS)' 2>/dev/null && echo $(name))))

BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
OURS := environments stacks components policies provisioner

local: $(INSTALLED)
	@$(BIN)/provisioner apply local --yes

# Where the surroundings forbid compiled modules, each worker would rewrite every test's asserts anew, each time.
test: $(INSTALLED)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --ignore=tests/browser --ignore=tests/integration \
		--ignore=tests/live_engine $(TEST_ARGS)

browser: $(INSTALLED)
	@$(BIN)/python -m pytest tests/browser $(TEST_ARGS)

# Not `-n auto`: each worker would start servers of its own.
integration: $(INSTALLED)
	@$(BIN)/python -m tests.servers.build && $(BIN)/python -m tests.servers.definitions
	@$(BIN)/python -m pytest -n0 tests/integration $(TEST_ARGS)

soak: $(INSTALLED)
	@ROUNDS=50 $(BIN)/python -m pytest tests/backends/test_crowds.py $(TEST_ARGS)

# PROGRAMS="aliases targets …" takes those alone. Where there is no `pulumi` on the PATH it says so (exit code 2).
conformance: $(INSTALLED)
	@$(BIN)/python -m tests.conformance $(if $(RECORD),--record) $(PROGRAMS)

# No part of `make test`: there are no tests that are skipped. Where there is no `pulumi` it says so.
live-engine: $(INSTALLED)
	@command -v pulumi >/dev/null || { echo "There is no \`pulumi\` on the PATH." >&2; exit 2; }
	@$(BIN)/python -m pytest -n0 $(wildcard tests/live_engine/*.py) $(TEST_ARGS)

check: lint types

lint: $(INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: $(INSTALLED)
	@$(BIN)/pyright --pythonpath $(BIN)/python

# Hashes, and no address: the package index is whichever one pip is set up for. Good for Python 3.11 to 3.14,
# on Linux and macOS.
lock: $(INSTALLED)
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --quiet --upgrade \
		--generate-hashes --no-emit-index-url --no-annotate --no-header --output-file requirements.lock
	@cd tests/integration/policy && $(abspath $(BIN))/uv pip compile requirements.in --universal --python-version 3.11 \
		--quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--output-file requirements.lock

clean:
	@if [ -x $(BIN)/provisioner ]; then $(BIN)/provisioner local stop; fi
	@rm -rf $(VENV) .provisioner .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find $(OURS) tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Written last, so that an installation that was interrupted is taken up again.
$(INSTALLED): requirements.lock pyproject.toml
	@$(BIN)/python -c 'import pip; $(SUITS)' 2>/dev/null || $(or $(PYTHON),false) -c '$(SUITS)' 2>/dev/null || { \
		echo "provisioner needs Python 3.11 to 3.14: $(or $(PYTHON:%=% is none of them),there is none of them on the PATH)." >&2; \
		echo "Install one, or name it:   make PYTHON=/path/to/python3.14" >&2; exit 1; }
	@$(BIN)/python -c 'import pip; $(SUITS)' 2>/dev/null \
		|| $(PYTHON) -m venv --clear $(VENV) \
		|| { echo "That Python cannot make virtual environments; on Debian, install $(notdir $(PYTHON))-venv." >&2; exit 1; }
	@echo "Installing what requirements.lock names into $(VENV) (once, one to three minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes \
		--requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# Without compiled modules every command would take a second longer. Some files are not meant to compile.
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib $(OURS) >/dev/null 2>&1 || true
	@touch $@
