# The commands of this house. Each is a thin line over a readable script in ops/.
PYTHON := .venv/bin/python

.PHONY: help run demo demo-phones check test e2e bench fuzz soak golden service service-remove

help: ## list the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: ## install what is missing, start everything, say where to go; Ctrl-C ends it
	@ops/prepare run
	@exec $(PYTHON) -m ops.start

demo: ## a sample office of twelve users with phones and voicemails (make run first)
	@$(PYTHON) -m ops.demo

demo-phones: ## phones for people without phones: the sample office calls itself; Ctrl-C ends it
	@exec $(PYTHON) -m ops.demo_phones

check: ## style, types, import rules, Django's checks, missing migrations, API schema
	@ops/prepare check
	@ops/check

test: ## the whole suite, and the portal's part again on PostgreSQL
	@ops/prepare test
	@ops/test

e2e: ## the whole system with real phones, as an outside person uses it
	@ops/prepare test
	@$(PYTHON) -m pytest -q tests/e2e

bench: ## measure; prints a table and writes bench.json into the state folder
	@ops/prepare test
	@$(PYTHON) -m tests.bench

fuzz: ## hostile input against a whole house, ten minutes of each kind (SECONDS=600 KINDS="sdp rtp")
	@ops/prepare test
	@$(PYTHON) -m tests.fuzz --seconds $(or $(SECONDS),600) $(KINDS)

soak: ## half of the ports busy for hours: nothing drops, nothing grows (HOURS=8)
	@ops/prepare test
	@$(PYTHON) -m tests.soak --hours $(or $(HOURS),8)

golden: ## rewrite the golden files; look at the difference before committing
	@ops/prepare test
	@ops/golden

service: ## install as systemd units that start at boot
	@ops/prepare run
	@$(PYTHON) -m ops.service install

service-remove: ## remove the systemd units; state stays
	@$(PYTHON) -m ops.service remove
