#!/usr/bin/env bash
# A Ceph cluster of one node with an S3 gateway (radosgw), in a temporary folder and in memory: what the S3 reader is
# held against beside the local endpoint. It comes up in 3 s, runs a command, and goes away with everything it made.
# There is no manager daemon: it keeps statistics, which nobody asks for here.
#
#   .ci/ceph.sh COMMAND [ARGUMENT...]   runs the command with the gateway's address and keys in its environment
#   .ci/ceph.sh                         prints them as `export` lines, and stays until Ctrl-C
#
# Needs root, Node, and Debian's `radosgw ceph-mon ceph-osd ceph-common` (`--install` gets them by apt-get).
# Exits with the command's status; with 69, having said why, when this machine cannot run it; with 1 when it should have.
set -euo pipefail

readonly UNAVAILABLE=69
readonly PACKAGES=(radosgw ceph-mon ceph-osd ceph-common)
readonly PROGRAMS=(radosgw radosgw-admin ceph-mon ceph-osd ceph ceph-authtool monmaptool)

say() { printf 'ceph: %s\n' "$*" >&2; }
give_up() { say "$*"; exit "$UNAVAILABLE"; }

missing_program() {
  local program
  for program in "${PROGRAMS[@]}"; do
    command -v "$program" >/dev/null || { echo "$program"; return 0; }
  done
  return 1
}

install_packages() {
  missing_program >/dev/null || return 0
  command -v apt-get >/dev/null || return 0
  say "installing ${PACKAGES[*]}"
  # Their services must not start by themselves: this script runs the daemons, on ports of its own.
  apt-get update -qq &&
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${PACKAGES[@]}" >/dev/null ||
    say 'apt-get could not install them'
}

if [ "${1:-}" = --install ]; then
  shift
  [ "$(id -u)" != 0 ] || install_packages
fi
[ "$(id -u)" = 0 ] || give_up 'its daemons want to be root here; run this as root'
missing=$(missing_program) && give_up "$missing is not installed; run: apt-get install ${PACKAGES[*]}"
command -v node >/dev/null || give_up 'node is not installed'

dir=$(mktemp -d "${TMPDIR:-/tmp}/clickstream-ceph-XXXXXX")
daemons=()
command_pid=

take_down() {
  local status=$?
  trap - EXIT INT TERM HUP
  {
    # Ended early: the command goes first, since it would only report what is being taken from it.
    [ -z "$command_pid" ] || { kill -TERM "$command_pid" && wait "$command_pid"; }
    # All of it is in memory and about to be deleted, so nothing is worth an orderly end.
    [ ${#daemons[@]} = 0 ] || { kill -KILL "${daemons[@]}"; wait; }
  } 2>/dev/null || true
  rm -rf "$dir"
  exit "$status"
}
trap take_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Starts a daemon of the cluster, which dies with this script, however that ends. What it says goes to a file, whose end is
# shown should it die early.
start() {
  local name=$1
  shift
  setpriv --pdeathsig KILL "$@" -c "$conf" -f >"$dir/$name.out" 2>&1 </dev/null &
  daemons+=($!)
}

failed() {
  local file
  say "$1; the last lines of its daemons:"
  for file in "$dir"/*.out "$dir"/*.log; do
    [ -s "$file" ] && tail -n 8 "$file" | sed "s|^|$(basename "$file"): |" >&2
  done
  exit 1
}

# Tries a command until it succeeds, for a minute and only while all daemons live.
until_true() {
  local what=$1 try pid
  shift
  for ((try = 0; try < 600; try++)); do
    "$@" >/dev/null 2>&1 && return 0
    for pid in "${daemons[@]}"; do
      kill -0 "$pid" 2>/dev/null || failed "a daemon ended while waiting for $what"
    done
    sleep 0.1
  done
  failed "waited a minute for $what"
}

# Ports that nothing listens on now, all different.
mapfile -t ports < <(node -e '
  const { createServer } = require("node:net");
  const servers = [0, 1, 2].map(() => createServer().listen(0, "127.0.0.1"));
  Promise.all(servers.map((server) => new Promise((done) => server.once("listening", done)))).then(() => {
    for (const server of servers) { console.log(server.address().port); server.close(); }
  });')
readonly monitor="[v2:127.0.0.1:${ports[0]},v1:127.0.0.1:${ports[1]}]" gateway_port=${ports[2]}
readonly conf=$dir/ceph.conf keyring=$dir/keyring
fsid=$(node -p 'crypto.randomUUID()')
access_key=$(node -p 'crypto.randomBytes(10).toString("hex")')
# With the characters that a secret of AWS can have and that are easily encoded wrongly.
secret_key=$(node -p 'crypto.randomBytes(28).toString("base64").slice(0, 36) + "+/=="')

cat >"$conf" <<CONF
[global]
fsid = $fsid
mon_host = $monitor
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = $keyring
run_dir = $dir
admin_socket = $dir/\$name.\$pid.asok
log_file = $dir/\$name.log
mon_cluster_log_file = $dir/cluster.log
crash_dir = $dir/crash
mon_data = $dir/mon
osd_data = $dir/osd
# One copy of everything, on one disk that is memory.
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
# A full disk of the machine is none of its.
mon_data_avail_crit = 0
mon_data_avail_warn = 0
# Decides at once; each pool of the gateway would wait a second otherwise.
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
rgw_frontends = beast endpoint=127.0.0.1:$gateway_port
rgw_thread_pool_size = 64
rgw_dynamic_resharding = false
CONF

began=$SECONDS
mkdir -p "$dir"/{mon,osd,crash}

# One keyring for all of them: they are one program's, and gone in a minute.
{
  ceph-authtool --create-keyring "$keyring" --gen-key -n mon. --cap mon 'allow *'
  ceph-authtool "$keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *'
  ceph-authtool "$keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *'
  ceph-authtool "$keyring" --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx'
  monmaptool --create --addv a "$monitor" --fsid "$fsid" "$dir/monmap"
  ceph-mon -c "$conf" --mkfs -i a --monmap "$dir/monmap" --keyring "$keyring"
} >"$dir/setup.out" 2>&1 || failed 'it could not be set up'

start mon ceph-mon -i a
until_true 'the monitor' timeout 10 ceph -c "$conf" --connect-timeout 5 quorum_status
{
  osd=$(node -p 'crypto.randomUUID()')
  ceph -c "$conf" osd new "$osd" 0
  ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$osd"
} >>"$dir/setup.out" 2>&1 || failed 'its disk could not be made'
start osd ceph-osd -i 0
start radosgw radosgw -n client.rgw
until_true 'the gateway' node -e 'fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))' \
  "http://127.0.0.1:$gateway_port/"
radosgw-admin -c "$conf" -n client.admin user create --uid=clickstream --display-name=clickstream --max-buckets=0 \
  --access-key="$access_key" --secret-key="$secret_key" >>"$dir/setup.out" 2>&1 || failed 'its user could not be made'

export CLICKSTREAM_TEST_S3_ENDPOINT="http://127.0.0.1:$gateway_port"
export CLICKSTREAM_TEST_S3_ACCESS_KEY_ID=$access_key
export CLICKSTREAM_TEST_S3_SECRET_ACCESS_KEY=$secret_key
say "$(radosgw --version 2>/dev/null | cut -d' ' -f1-3) at $CLICKSTREAM_TEST_S3_ENDPOINT after $((SECONDS - began)) s"

if [ $# -gt 0 ]; then
  # In the background, since a trap waits for what is in the foreground.
  "$@" &
  command_pid=$!
  status=0
  wait "$command_pid" || status=$?
  command_pid=
  exit "$status"
fi
for name in CLICKSTREAM_TEST_S3_{ENDPOINT,ACCESS_KEY_ID,SECRET_ACCESS_KEY}; do
  printf 'export %s=%q\n' "$name" "${!name}"
done
say 'stays until Ctrl-C'
setpriv --pdeathsig KILL sleep infinity &
command_pid=$!
wait "$command_pid"
