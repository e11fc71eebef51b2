# Every target prepares the machine and .venv first; only git, Python 3.11+ and make are needed.
# `make` alone lists what there is. Another interpreter: make run PYTHON=python3.12

ifeq ($(OS),Windows_NT)
PYTHON ?= python
VENV_PYTHON := .venv/Scripts/python.exe
else
PYTHON ?= $(shell for python in python3 python3.15 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV_PYTHON := .venv/bin/python
endif

.DEFAULT_GOAL := help
.PHONY: help prepare clients run test test-full check bench bundle screens detector lock clean

help:
	@echo "make run        open the window with the demo school (ARGS=... for more)"
	@echo "make test       every test but the slow ones"
	@echo "make test-full  every test, the bundle included"
	@echo "make check      style, types and import contracts"
	@echo "make bench      start-up, CPU and memory against a bare web window"
	@echo "make detector   how good and how fair the judge of time is (ARGS='--hours DIR')"
	@echo "make bundle     a program folder that needs no Python, in dist/"
	@echo "make screens    a picture of every screen, in build/screens"
	@echo "make lock       choose the versions of all packages again"
	@echo "make clean      forget everything that was built here"

prepare:
	@$(if $(PYTHON),$(PYTHON),$(error Python 3.11 or newer is needed)) packaging/prepare.py $(PREPARE)

# Environments of published clients that the tests run; a machine without Python 3.12 has one less.
clients: prepare
	@$(VENV_PYTHON) packaging/clients.py

run: prepare
	@$(VENV_PYTHON) packaging/run_window.py $(ARGS)

test: clients
	@$(VENV_PYTHON) packaging/run_tests.py $(ARGS)

test-full: PREPARE = --full
test-full: clients
	@$(VENV_PYTHON) packaging/run_tests.py --full $(ARGS)

check: prepare
	@$(VENV_PYTHON) packaging/run_checks.py

bench: prepare
	@$(VENV_PYTHON) packaging/bench/run.py $(ARGS)

bundle: prepare
	@$(VENV_PYTHON) packaging/build_bundle.py

screens: export QT_QPA_PLATFORM = offscreen
screens: prepare
	@$(VENV_PYTHON) -m timeback_desktop.ui.gallery --out build/screens $(ARGS)

detector: prepare
	@$(VENV_PYTHON) packaging/detector/detector.py $(ARGS)

lock: prepare
	@$(VENV_PYTHON) packaging/lock.py $(ARGS)

clean:
	@$(PYTHON) packaging/clean.py
