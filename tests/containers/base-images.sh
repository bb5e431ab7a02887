# shellcheck shell=bash
# The base images, from a registry where there is one, else made here of Debian's packages and this machine's Rust;
# sourced by `run`.

# What docker/Dockerfile builds in.
rust_image() {
  docker image inspect "$RUST_IMAGE" >/dev/null 2>&1 && return
  pull "$RUST_IMAGE" && return
  local root=$1/rust-image
  debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev bookworm "$root" >"$1/debootstrap.log" 2>&1 || {
    tail -5 "$1/debootstrap.log" >&2
    return 1
  }
  tar -C "$(rustc --print sysroot)" -c bin/cargo bin/rustc lib | tar -C "$root/usr/local" -x
  tar -C "$root" -c . | docker import --change 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV CARGO_HOME=/usr/local/cargo' - "$RUST_IMAGE" >/dev/null
  rm -rf "$root"
}

# A shell to look at what a shell-less image sees.
busybox_image() {
  docker image inspect "$BUSYBOX_IMAGE" >/dev/null 2>&1 && return
  pull "$BUSYBOX_IMAGE" && return
  tar -C / -c bin/busybox | docker import - "$BUSYBOX_IMAGE" >/dev/null
}

# A registry that cannot be reached is found out once.
pull() {
  [ "${no_registry:-}" ] && return 1
  timeout 600 docker pull --quiet "$1" >/dev/null 2>&1 && return
  no_registry=1
  return 1
}
