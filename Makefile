# Everything that a contributor or an operator types. `make` alone prints the list.

PYTHON ?= python3
VENV ?= .venv
MOCK ?=
ARGS ?=
SERVICE ?=
NAME ?=
# The tests wait more than they work
PROCESSES ?= $(shell expr 3 \* $$(nproc))

PACKAGES := shared $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml)) cli
PROJECTS := pyproject.toml $(addsuffix /pyproject.toml,$(PACKAGES))
INSTALLED := $(VENV)/.installed
RUN := $(VENV)/bin/python -m

# Certificates of the system, as apt has them; no other Python than the one of the machine
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
# Two builds at a time in one uv have been seen to wait for each other for ever
export UV_CONCURRENT_BUILDS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup packages run test check up down logs restart credentials device \
        bench docs lock install uninstall clean

help: ## print this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# --- what the rest needs ---

setup: packages $(INSTALLED) ## .venv with everything locked, and the Debian packages

packages:
	@deploy/packages venv mosquitto fonts $(NEEDS)

# Also when the Python that it was made with is gone
$(VENV)/bin/python:
	@deploy/packages venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Mantel needs Python 3.11 or newer, and $(PYTHON) is older."; \
	  echo "If there is a newer one, type its name: make PYTHON=python3.12 $(MAKECMDGOALS)"; \
	  exit 1; } >&2
	$(PYTHON) -m venv --clear $(VENV)

$(INSTALLED): $(VENV)/bin/python requirements.lock $(PROJECTS)
	$(RUN) pip install -q 'uv>=0.13,<1'
	$(RUN) uv pip install -q --python $(VENV) -c requirements.lock \
	  $(addprefix -e ,$(PACKAGES)) --group dev --group run
	@touch $@
	@# sudo leaves nothing behind that its caller could not update
	@if [ -n "$$SUDO_UID" ]; then chown -R "$$SUDO_UID:$$SUDO_GID" $(VENV); fi

# --- the hub as plain processes ---

ifneq ($(filter 1 true yes on,$(MOCK)),)
run: export STATS_MOCK := true
run: export HUB_MOCK := true
endif
run: $(INSTALLED) ## the hub without Docker, until Ctrl-C (MOCK=1: no hardware needed)
	@$(RUN) deploy.run

install: setup ## start the hub at boot by systemd, for homes without Docker
	@$(RUN) deploy.unit install

uninstall: $(INSTALLED) ## undo that; data/ is kept
	@$(RUN) deploy.unit uninstall

# --- the hub in Docker ---

up: ## the hub in Docker
	docker compose up -d --build

down: ## stop it; what it keeps is kept
	docker compose down

logs: ## what it prints (SERVICE=stats: of one)
	docker compose logs -f --tail 100 $(SERVICE)

restart: ## restart it (SERVICE=stats: only one)
	docker compose restart $(SERVICE)

# --- the broker's users, in Docker or not ---

credentials: ## print all users of the broker with their passwords
	@deploy/broker credentials

device: ## let a device in that speaks MQTT (NAME=kitchen); prints its password
	@test -n '$(NAME)' || { echo "type a name: make device NAME=kitchen" >&2; exit 1; }
	@deploy/broker device '$(NAME)'

# --- development ---

# A machine whose disk or processor stands still fails tests of real time: what failed is told, and
# has to pass when nothing runs beside it
AGAIN = || { test $$? = 1 && $(RUN) pytest --last-failed --maxfail=3; }

test: NEEDS = chromium libfaketime tesseract
bench: NEEDS = chromium tesseract
# The bytecode of all tests is made once and kept, whatever the environment says: it takes longer
# than to read it, and each process of the tests reads all of it
test: export PYTHONDONTWRITEBYTECODE :=
test: setup ## all tests (ARGS="tests/shared -x": some)
	@$(if $(ARGS),,find tests -name 'test_*.py' | xargs -P$$(nproc) -n90 $(RUN) pytest -qq --collect-only >/dev/null || true)
	$(RUN) pytest $(or $(ARGS),-n $(PROCESSES) --no-loadscope-reorder $(AGAIN))

SCRIPTS = $(shell grep -lsE '^\#!.*\b(ba)?sh$$' .ci/* deploy/* docker-proxy/* mosquitto/* services/* tests/docker/* examples/*/*)

check: $(INSTALLED) ## formatting, lint, types, generated files
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy shared/shared $(wildcard services/*/*/) cli/mantel $(wildcard assets deploy docs bench tests examples/python)
	$(RUN) docs.generate --check
	@if command -v shellcheck >/dev/null; then echo shellcheck $(SCRIPTS); shellcheck $(SCRIPTS); fi

docs: $(INSTALLED) ## write the files that are made from the code
	$(RUN) docs.generate

bench: setup ## measure, against the peers
	$(RUN) bench.run $(ARGS)

lock: $(INSTALLED) ## write requirements.lock (ARGS=--upgrade: with newer versions)
	$(RUN) uv pip compile -q --universal --generate-hashes --no-emit-index-url \
	  --no-emit-package mantel-shared --custom-compile-command "make lock" \
	  --group dev --group run $(PROJECTS) -o requirements.lock $(ARGS)

clean: ## remove .venv and caches, nothing of yours
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .debian bench/load/built
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
