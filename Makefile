# The course's one task runner. It needs make and Python >= 3.11, and sets up the rest in .venv.
#
# Only what GNU make 3.81 has is used: that is the make of macOS. Paths are relative and Python's
# programs are run as modules, so that the folder may have a space in its name and may be moved.

# Which Python makes .venv; empty takes the first that is new enough.
PYTHON ?=
# These are set on the command line alone: HOST and PORT in an environment mean something else.
HOST = 127.0.0.1
PORT = 8000
L =
A =
B =
NAIVE =
STEP =
E =
WATCH =
YES =
NAME =
FROM =
SINCE =
DONE =
DIFF =
UPGRADE =
ALL =

PY := .venv/bin/python
# A bundle (`make bundle`) brings wheels for what a class needs, and the site built. Its .venv has
# no builders, browsers and linters, so it has a stamp of its own, and some words are not for it.
BUNDLE := $(wildcard wheels)
READY := .venv/$(if $(BUNDLE),.bundled,.ready)
WHOLE := $(if $(BUNDLE),bundled,$(READY))
# Tests that share servers stay together, see tests/conftest.py. Four at a time use two cores well,
# because most of them wait for a server or a browser; more would make the time limits dishonest.
PARALLEL := -n 4

.DEFAULT_GOAL := help
.PHONY: help run lesson exercise check hint solution progress skip reset test bench lint docs diff changes new remove carry diagrams shots bundle lock clean FORCE

help: ## Show these words
	@echo 'make WORD:'
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  %-9s %s\n", $$1, $$2}' Makefile
	@echo 'Variables: HOST=0.0.0.0 serves a class, PORT=9000 takes another port,'
	@echo '  PYTHON=python3.12 chooses the Python of a new .venv.'

run: $(READY) site/index.html ## Serve the course: the site, and every lesson live (HOST= PORT=)
	@$(PY) -m course --host '$(HOST)' --port '$(PORT)'

lesson: $(READY) ## Run one lesson with reload: make lesson L=03 (STEP=1 NAIVE=1 HOST= PORT=)
	@$(PY) -m course.run_lesson '$(L)' $(if $(filter-out 0 no,$(NAIVE)),--naive) --step '$(STEP)' --host '$(HOST)' --port '$(PORT)'

exercise: $(READY) ## Run your copy of an exercise with reload: make exercise E=03 (HOST= PORT=)
	@$(PY) -m practice run '$(E)' --host '$(HOST)' --port '$(PORT)'

# A check that fails is a learner's next step and no fault of make's. Others look at the exit code
# of `python -m practice check`: 1 if a check fails, 2 if there is nothing to check.
# Ctrl+C ends a watch, and the shell is not to call that an interrupted command.
check: $(READY) ## Check your copy of an exercise: make check E=03 (WATCH=1: after each save)
	@trap : INT; $(PY) -m practice check '$(E)' $(if $(filter-out 0 no,$(WATCH)),--watch) || [ $$? -eq 1 ]

hint: $(READY) ## Show the next hint: make hint E=03
	@$(PY) -m practice hint '$(E)'

solution: $(READY) ## Show what a solution changes in your copy: make solution E=03 (YES=1: unbegun)
	@$(PY) -m practice solution '$(E)' $(if $(filter-out 0 no,$(YES)),--yes)

progress: $(READY) ## List the exercises, and how far you are
	@$(PY) -m practice progress

skip: $(READY) ## Leave an exercise out: make skip E=03
	@$(PY) -m practice skip '$(E)'

reset: $(READY) ## Start an exercise again, and keep what you had: make reset E=03
	@$(PY) -m practice reset '$(E)'

test: $(WHOLE) ## Run the tests, or one lesson's: make test L=03 (ALL=1: every variation too)
ifeq ($(strip $(L)),)
	@$(if $(ALL),REAL_COMMANDS=1) $(PY) -m pytest $(PARALLEL) $(if $(ALL),,-m 'not thorough')
else
	@name=$$($(PY) -m course.run_lesson --name '$(L)') && $(PY) -m pytest $(PARALLEL) -k "$$name"
endif

bench: $(WHOLE) ## Measure again what the pages say it costs (needs Linux and Chromium, some minutes)
	@$(PY) -m bench

lint: $(WHOLE) ## Check style, format, types and spelling
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m ty check
	@$(PY) -m codespell_lib
	@$(PY) -m tools generate --check
	@$(PY) -m tools javascript

docs: $(WHOLE) ## Build the site with both builders, strict
	@$(PY) -m tools build

diff: $(READY) ## Compare two lessons: make diff A=03 B=09 (or A=naive, A=03/1)
	@$(PY) -m tools diff '$(A)' '$(B)'

changes: $(WHOLE) ## Write what follows from the lessons and their pages, such as the diffs
	@$(PY) -m tools generate

new: $(WHOLE) ## Make a lesson from the one it builds on: make new L=16 NAME=heartbeat FROM=13
	@$(PY) -m tools new '$(L)' '$(NAME)' --from '$(FROM)'

remove: $(WHOLE) ## Remove a lesson and all that is its own: make remove L=16 (YES=1: delete it)
	@$(PY) -m tools remove '$(L)' $(if $(filter-out 0 no,$(YES)),--yes)

carry: $(WHOLE) ## Take a lesson's change through all that is made from it: make carry L=03 (SINCE= DONE= DIFF=1)
	@$(PY) -m tools carry '$(L)' $(if $(SINCE),--since '$(SINCE)') $(if $(DONE),--done '$(DONE)') $(if $(DIFF),--diff)

diagrams: $(WHOLE) ## Draw the diagrams again from their text (needs Chromium)
	@$(PY) -m tools diagrams

shots: $(WHOLE) ## Take the README's pictures again (needs Chromium)
	@$(PY) -m tools shots

bundle: $(WHOLE) ## Pack all for a room without a network, into dist/
	@$(PY) -m tools bundle

# Without --python-version the lock would be for the Python that happens to be in .venv, and later.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --quiet \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header
# The second is what a bundle brings: of the first, what a class needs, in the same versions.
lock: $(WHOLE) ## Write the two locks from pyproject.toml (UPGRADE=1 takes newer versions)
	@$(PY) -m $(LOCK) --group dev $(if $(UPGRADE),--upgrade) -o requirements.txt
	@$(PY) -m $(LOCK) --group class -c requirements.txt --no-annotate -o requirements-class.txt
	@if grep -n '://' requirements.txt requirements-class.txt; then \
		echo 'These lines name a host; a lock must work with any index.' >&2; \
		exit 1; \
	fi

clean: ## Remove .venv, the built site and all caches
	@rm -rf .venv $(if $(BUNDLE),,site) .cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is no proof: the Python that .venv stands on may have been removed since.
$(READY): requirements.txt $(wildcard wheels/requirements.txt) $(if $(shell $(PY) -c '' 2>/dev/null && echo runs),,FORCE)
	@sh tools/setup.sh '$(PYTHON)'

# The pages include the lessons' files and their tests, so these are sources of the site too; and
# tools/ makes from them what two of the pages show.
SOURCES := $(shell find mkdocs.yml theme docs lessons topics bench tests/lessons exercises -type f ! -name '*.pyc' ! -name '*-data.json' ! -path '*/.uploads/*' 2>/dev/null) $(wildcard tools/*.py)

ifeq ($(BUNDLE),)
site/index.html: $(READY) $(SOURCES)
	@$(PY) -m tools build --quick
	@touch $@
endif

.PHONY: bundled
bundled:
	@echo 'This folder has what a class needs, and this word needs more: with a network, delete' >&2
	@echo 'the folder wheels, and run the same command again.' >&2
	@exit 1

FORCE:
