# Thin on purpose: the work is in crates/xtask, and `cargo xtask --help` says more.

.DEFAULT_GOAL := help
.PHONY: help setup build site demo test test-long bench bench-proxy

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r target about; do \
		printf '  make %-12s %s\n' "$$target" "$$about"; done

setup: ## Install what is missing on this machine (Debian, as root; else it says what to install)
	@scripts/setup

build: setup ## Build the keyhome command (target/release/keyhome) and the packages (dist/)
	@cargo xtask build

site: setup ## Build the docs site (target/site/index.html)
	@cargo xtask site

demo: setup ## Compare keyhome in every language with a real nutcracker and a real Redis Cluster
	@cargo xtask demo

test: setup ## Run every check that a change must pass; `cargo xtask test STAGE...` runs some of them
	@cargo xtask test

test-long: setup ## Run what takes longer: property tests, fuzzing, chaos and a soak of the proxy, far more of each
	@cargo xtask test-long

bench: setup ## Print how fast keyhome is beside the obvious alternatives, as ratios
	@cargo xtask bench

bench-proxy: setup ## Print what a request costs keyhome's proxy beside nutcracker and Envoy
	@cargo xtask bench-proxy
