# Gongxin 公信. `make help` lists what there is. Everything it makes lies in .venv, node_modules, static and var.
PYTHON ?= python3.11
PORT ?= 8000
k ?=
part ?=
workers ?= 2

BIN := .venv/bin
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r
MANAGE := $(BIN)/python manage.py
PACKAGES := $(patsubst %/apps.py,%,$(wildcard */apps.py))
CATALOGUES := $(wildcard */locale/zh_Hans/LC_MESSAGES/*.po)
MIGRATIONS := $(wildcard */migrations/*.py) $(wildcard */data/*)
ASSETS := package-lock.json $(shell find assets -type f)
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What a production needs to be told, for the checks that only look at settings.
PRODUCTION := PROFILE=production ALLOWED_HOSTS=gongxin.example SITE_URL=https://gongxin.example PGHOST=127.0.0.1 \
  REDIS_URL=redis://127.0.0.1:6379/0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
  FIELD_KEYS=1:$$(head -c 32 /dev/zero | base64) SEAL_KEYS=1:$$(head -c 32 /dev/zero | base64)

.PHONY: help run test look check bench demo assets messages clean
.DELETE_ON_ERROR:

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: static/built.stamp var/messages.stamp var/ready.stamp ## set everything up and serve the site with its demo data [PORT=8000]
	@DEMO=1 SITE_URL=http://127.0.0.1:$(PORT) exec $(MANAGE) serve --port $(PORT)

test: .venv/dev.stamp static/built.stamp var/messages.stamp $(if $(filter 1,$(REQUIRE_SERVICES)),.venv/judges.stamp) ## set everything up and run the tests [k=expression] [workers=2]
	@REHEARSAL=1 $(BIN)/pytest -q -n $(workers) $(if $(k),-k "$(k)",)

look: .venv/dev.stamp static/built.stamp var/messages.stamp .venv/judges.stamp ## judge pages of each kind for every visitor of the demo, with pictures and prints in var/look [LOOK=3, or all] [LOOK_AS=anybody,ma,…]
	@REHEARSAL=1 REQUIRE_SERVICES=1 LOOK=$(or $(LOOK),3) LOOK_AS=$(LOOK_AS) SCREENSHOTS=$(CURDIR)/var/look PRINTS=$(CURDIR)/var/look $(BIN)/pytest -q -n 0 tests/journeys/test_look.py

check: .venv/dev.stamp var/messages.stamp ## format, lint, types, import contracts, templates, translations, migrations, deployment
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	REHEARSAL=1 $(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/djlint --lint --quiet $(addsuffix /templates,$(PACKAGES))
	DEMO=1 REHEARSAL=1 $(MANAGE) messages --check
	REHEARSAL=1 DEMO=1 $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	@! grep -nE '"resolved": *"|https?://' package-lock.json requirements/*.txt || { echo 'a lock file holds an address'; exit 1; }
	REHEARSAL=1 $(BIN)/mypy

bench: .venv/dev.stamp static/built.stamp var/messages.stamp ## requests per second against a bare view in the same run [part=pages|lists|search]
	@REHEARSAL=1 $(BIN)/python -m bench $(part)

demo: .venv/run.stamp static/built.stamp var/messages.stamp ## throw the demo's database away and build it anew
	@rm -f var/gongxin.sqlite3* var/ready.stamp
	@$(MAKE) --no-print-directory var/ready.stamp

assets: static/built.stamp ## build styles, scripts, icons and the paper's fonts into static/
messages: .venv/dev.stamp ## update every Chinese catalogue from the code
	@DEMO=1 REHEARSAL=1 $(MANAGE) messages

clean: ## remove everything that make made
	rm -rf .venv node_modules var static/*

.venv/uv.stamp: requirements/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 is needed: install it, or name it: make PYTHON=…'; exit 1; }
	@$(PYTHON) -m venv .venv || { echo 'This Python has no venv: on Debian, apt-get install python3.11-venv'; exit 1; }
	@$(BIN)/pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

.venv/run.stamp: requirements/run.txt .venv/uv.stamp
	@$(INSTALL) requirements/run.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@$(INSTALL) requirements/dev.txt
	@touch $@

# Node from the system where it is new enough, else from its package.
static/built.stamp: $(ASSETS) requirements/node.txt .venv/uv.stamp
	@if ! node -e 'process.exit(process.versions.node.split(".")[0] < 20)' 2>/dev/null || ! command -v npm >/dev/null; then \
	  $(INSTALL) requirements/node.txt; fi
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; npm ci --silent --no-fund --no-audit --omit=dev && npm run --silent build
	@touch $@

# What judges pages and is no part of the site; the asset build removes it.
.venv/judges.stamp: static/built.stamp
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; npm ci --silent --no-fund --no-audit
	@touch $@

var/messages.stamp: $(CATALOGUES) .venv/run.stamp
	@mkdir -p var
	@DEMO=1 REHEARSAL=1 $(MANAGE) messages --compile
	@touch $@

# The demo draws papers, with the fonts of the asset build.
var/ready.stamp: $(MIGRATIONS) .venv/run.stamp static/built.stamp var/messages.stamp
	@DEMO=1 $(MANAGE) migrate --verbosity 0
	@DEMO=1 REHEARSAL=1 $(MANAGE) load_reference
	@DEMO=1 REHEARSAL=1 $(MANAGE) demo --if-empty || { rm -f var/gongxin.sqlite3*; exit 1; }
	@touch $@
