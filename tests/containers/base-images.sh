# shellcheck shell=bash
# Gets the base images from a registry. If none can be reached, makes them of Debian's packages and this machine's Rust.
# `run` sources this file.

# rust_image DIRECTORY: the image in which docker/Dockerfile compiles.
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

# busybox_image: a shell, because the images under test have none.
busybox_image() {
  docker image inspect "$BUSYBOX_IMAGE" >/dev/null 2>&1 && return
  pull "$BUSYBOX_IMAGE" && return
  tar -C / -c bin/busybox | docker import - "$BUSYBOX_IMAGE" >/dev/null
}

# pull IMAGE: fails at once after a first failure, so that an unreachable registry costs its time limit only once.
pull() {
  [ "${no_registry:-}" ] && return 1
  timeout 600 docker pull --quiet "$1" >/dev/null 2>&1 && return
  no_registry=1
  return 1
}
