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

# nginx_image DIRECTORY: the program that follows in docker/follow-example. This machine's nginx takes the place of the image: it
# listens as the same user, and reads the same directory.
nginx_image() {
  local root=$1/nginx-image
  docker image inspect "$NGINX_IMAGE" >/dev/null 2>&1 && return
  pull "$NGINX_IMAGE" && return
  mkdir -p "$root/bin" "$root/etc/nginx/conf.d" "$root/tmp"
  chmod 1777 "$root/tmp"
  cp /bin/busybox "$root/bin/sh"
  ln -s sh "$root/bin/sed"
  # shellcheck disable=SC2046 # The paths have no spaces.
  cp --dereference --parents "$(command -v nginx)" $(ldd "$(command -v nginx)" | grep -o '/[^ ]*') "$root"
  printf 'nginx:x:101:101::/:/bin/sh\n' >"$root/etc/passwd"
  printf 'nginx:x:101:\n' >"$root/etc/group"
  {
    echo 'pid /tmp/nginx.pid; error_log stderr warn; events {}'
    echo 'http {'
    for path in client_body proxy fastcgi uwsgi scgi; do echo "  ${path}_temp_path /tmp/$path;"; done
    echo '  access_log off; include /etc/nginx/conf.d/*.conf;'
    echo '}'
  } >"$root/etc/nginx/nginx.conf"
  tar -C "$root" -c . | docker import --change 'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin' --change 'USER 101' \
    --change 'CMD ["nginx","-e","stderr","-g","daemon off;"]' - "$NGINX_IMAGE" >/dev/null
  rm -rf "$root"
}

# pull IMAGE: fails at once after a first failure, so that an unreachable registry costs its time limit only once.
pull() {
  [ "${no_registry:-}" ] && return 1
  timeout 600 docker pull --quiet "$1" >/dev/null 2>&1 && return
  no_registry=1
  return 1
}
