# Two commands matter: `make demo` and `make test`. Both work on a fresh Debian 12 with git, make and Rust; what else
# they need, scripts/setup installs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo test quick lint checks unit interop rules bench fsck fmt docs dashboard sim fuzz mutants

# Each clone builds into its own folder, so that two clones never run each other's binary. One profile serves demo and
# tests, so that nothing is compiled twice. (For another folder: make CARGO_TARGET_DIR=/elsewhere …)
export CARGO_TARGET_DIR := $(CURDIR)/target
HUXIN := $(CARGO_TARGET_DIR)/debug/huxin
export HUXIN_BINARY := $(HUXIN)

help: ## this list
	@echo "Huxin (互信): make TARGET, with more for the command in ARGS=\"…\""
	@sed -n 's/^\([a-z]*\):.* ## /  \1\t/p' Makefile | expand -t 12

setup: ## install what building and testing need (all other targets call this by themselves)
	@scripts/setup >/dev/null

build: ## the binary huxin, for demo and tests
	@scripts/setup cargo build --locked -p huxin

demo: build ## a federation of stand-in cities on this machine; ARGS="--once" runs one round and ends
	@$(HUXIN) demo $(ARGS)

test: checks lint unit interop ## everything that .ci/run asks for
	@echo "make test: all passed"

checks: ## formatting, crate directions, alert rules, dashboard: seconds, before anything is compiled
	@echo "-- formatting"
	@cargo fmt --all --check
	@echo "-- crate directions"
	@scripts/check-directions
	@scripts/check-directions --self-test
	@$(MAKE) --no-print-directory rules

rules: ## Prometheus rules with promtool, and the dashboard as generated
	@echo "-- alert and recording rules, dashboard"
	@scripts/setup deploy/prometheus/check

lint: ## clippy over everything, warnings are errors
	@echo "-- clippy"
	@scripts/setup cargo clippy --locked --workspace --all-targets -- -D warnings

unit: build ## all Rust tests
	@echo "-- tests"
	@scripts/setup cargo test --locked --workspace --no-fail-fast

interop: build ## what other people's libraries say about our bytes (Python)
	@echo "-- interoperability"
	@cargo build --locked --quiet -p huxin-protocol --example wire
	@HUXIN_WIRE=$(CARGO_TARGET_DIR)/debug/examples/wire scripts/setup \
		bash -c 'cd tests/interop && exec "$$HUXIN_PYTHON" -m unittest -v'

quick: ## the pure crates only: seconds, and no RocksDB
	@cargo test --locked -p huxin-protocol -p huxin-keys -p huxin-config -p huxin-engine

bench: ## measure this machine (release build): figures beside the limits of the same run
	@scripts/setup cargo build --locked --release -p huxin
	@$(CARGO_TARGET_DIR)/release/huxin bench $(ARGS)

sim: ## simulated countries under storm (release build): ARGS="--cities 20 --seeds 1..21 --days 30"
	@cargo run --locked --release -q -p huxin-tests --bin sim -- $(ARGS)

fuzz: ## the long fuzzing run: ARGS="TARGET SECONDS", or all
	@scripts/fuzz $(ARGS)

mutants: ## the mutation check of protocol and engine: ARGS="PART SHARD MINUTES", such as "engine 3/40 45"
	@scripts/setup scripts/mutants $(ARGS)

fsck: build ## check a node's book: make fsck ARGS="--config FILE"
	@$(HUXIN) fsck $(ARGS)

fmt: ## format the Rust sources
	@cargo fmt --all

docs: ## the crates' own documentation, into target/doc
	@scripts/setup cargo doc --locked --no-deps --workspace

dashboard: ## write deploy/grafana/huxin.json anew from its script
	@python3 deploy/grafana/generate > deploy/grafana/huxin.json
