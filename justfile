# The commands of this repository. `tests/all` needs no `just`: it installs what is missing and runs everything.

set shell := ["bash", "-euc"]
set positional-arguments

_list:
    @just --list --unsorted

# Start everything on this machine: function, Lambda service, reader, volume.
run *arguments:
    cargo run --release -- "$@"

# Start only the reader, on a directory. The page is on http://127.0.0.1:8080.
reader directory *arguments:
    cargo run -p fargate-reader -- --listen 127.0.0.1:8080 --wall-dir "$@"

# Run the tests that need nothing but Rust, or only those with a name.
test *name:
    cargo test --workspace --no-fail-fast "$@"

# Install what is missing and run every test, or only these parts: `just all browser nfs`.
all *parts:
    tests/all "$@"

# Check formatting, lints and documentation.
lint:
    tests/all lints

# Format the Rust code.
fmt:
    cargo fmt --all

# Check the spelling.
spell:
    typos

# Check the dependencies: unused ones, licenses, sources, duplicates.
deps:
    cargo machete
    cargo deny check bans licenses sources

# Print the modules of each crate in layers.
modules:
    cargo test --package tests --test tidy -- --nocapture print

# Run random sequences against the volume from a new seed, and print the seed.
model sequences='100000':
    MODEL_SEED=$RANDOM && echo "MODEL_SEED=$MODEL_SEED" && export MODEL_SEED MODEL_SEQUENCES={{sequences}} && \
      cargo test --package shared-volume --test model

# Run every fuzzer from a new seed, and print the seed. With `runs` of 1000000 this takes hours.
fuzz runs='1000000':
    FUZZ_SEED=$RANDOM && echo "FUZZ_SEED=$FUZZ_SEED" && export FUZZ_SEED FUZZ_RUNS={{runs}} && \
      cargo test --workspace --test contract --test boundary --test reader fuzz:: -- --nocapture

# Run scenarios on a real NFS mount: `just nfs --list` names them.
nfs *scenarios:
    tests/nfs/run "$@"

# Start everything in containers.
containers:
    docker compose -f docker/compose.yaml up --build

# Make the pictures of the README.
screenshots:
    tests/screenshots

# Install the tools that `spell` and `deps` need.
setup:
    cargo install --locked typos-cli@1.49.0 cargo-machete@0.9.2 cargo-deny@0.20.2
