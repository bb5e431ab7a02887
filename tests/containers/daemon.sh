# shellcheck shell=bash
# Starts a Docker daemon if none answers. `run` sources this file.
#
# The daemon leaves nothing behind: its files are in $daemon_home, and its changes to the machine are undone.

daemon_home=
daemon_pid=

# Starts a daemon unless one answers. If that fails, the reason is in $daemon_log.
start_daemon() {
  docker info >/dev/null 2>&1 && return
  daemon_log=$1/dockerd.log
  if [ "$(id -u)" != 0 ] || ! command -v dockerd >/dev/null; then
    echo "no Docker daemon answers, and starting one takes root and dockerd" >"$daemon_log"
    return 1
  fi
  daemon_home=$1/dockerd
  mkdir -p "$daemon_home"
  forwarding=$(cat /proc/sys/net/ipv4/ip_forward)
  forward_policy=$(iptables -S FORWARD | sed -n 's/^-P FORWARD //p')
  docker_rules=$(iptables-save | grep -ci docker || true)
  if [ -e /sys/class/net/docker0 ]; then had_bridge=1; else had_bridge=; fi

  export DOCKER_HOST=unix://$daemon_home/docker.sock
  dockerd --host "$DOCKER_HOST" --pidfile "$daemon_home/pid" --exec-root "$daemon_home/exec" \
    --data-root "${CONTAINERS_DATA_ROOT:-$daemon_home/data}" >"$daemon_log" 2>&1 &
  daemon_pid=$!
  for _ in $(seq 300); do
    docker info >/dev/null 2>&1 && return
    kill -0 "$daemon_pid" 2>/dev/null || break
    sleep 0.1
  done
  return 1
}

# Stops the daemon that start_daemon started, and undoes its changes to the machine.
stop_daemon() {
  [ -n "$daemon_home" ] || return 0
  if [ -n "$daemon_pid" ]; then
    kill "$daemon_pid" 2>/dev/null || true
    wait "$daemon_pid" 2>/dev/null || true
  fi
  awk -v home="$daemon_home/" 'index($2, home) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount --lazy
  [ -n "$had_bridge" ] || ip link delete docker0 2>/dev/null || true
  if [ "$docker_rules" = 0 ]; then
    iptables-save | grep -vi docker | iptables-restore
  fi
  iptables -P FORWARD "$forward_policy"
  echo "$forwarding" >/proc/sys/net/ipv4/ip_forward
  rm -rf "$daemon_home"
  daemon_home=
}
