# What `huxin init --system` lays out and what deploy/systemd/huxin.service expects, tried together in a mount namespace of its own: the unit's
# command, as an account without rights, on a root that cannot be written, with the credential that systemd would hand over.
#
#   unshare --mount bash try.sh HUXIN UNIT
#
# Prints a line for each thing that held and ends with 0, or says what did not.
set -euo pipefail
huxin=$1 unit=$2
say() { printf 'held: %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
of_unit() { sed -n "s/^$1=//p" "$unit"; }
mount --make-rprivate /

# A machine of its own, as far as the unit can see.
place=$(mktemp -d) node=
trap 'kill $node 2>/dev/null || true; cd /; mount -o remount,bind,rw / || true; umount -R -l "$place" && rmdir "$place" || true' EXIT
mount -t tmpfs -o mode=0755 tmpfs "$place"
mkdir "$place"/{bin,run} && cp -a /etc "$place/etc"
cp "$huxin" "$place/bin/huxin" && chmod 0755 "$place/bin/huxin"
rm -rf "$place/etc/huxin"
account=$(of_unit User)
sed -i "/^$account:/d" "$place/etc/passwd" "$place/etc/group"
mount --bind "$place/etc" /etc
mount --bind "$place/bin" /usr/local/bin
mount -t tmpfs -o mode=0755 tmpfs /var/lib
init=(huxin init --system --city 330900 --name 舟山市 --announce none --p2p /ip4/127.0.0.1/tcp/0 --api 127.0.0.1:0 --language en)

# Without the account there is nothing to give the files to.
if "${init[@]}" 2>"$place/err"; then fail "init without the account $account"; fi
grep -q 'error\[no_account\]' "$place/err" || fail "$(cat "$place/err")"
[ ! -e /var/lib/huxin ] || fail "a refused init left something behind"
echo "$account:x:64990:" >>/etc/group
echo "$account:x:64990:64990::/var/lib/huxin:/usr/sbin/nologin" >>/etc/passwd
say "init asks for the account"

# The passphrase that is there is taken, whatever stands around it.
mkdir /etc/huxin
(umask 077; printf '\xef\xbb\xbfcorrect horse\r\n' >/etc/huxin/passphrase)
"${init[@]}" >/dev/null
if "${init[@]}" 2>"$place/err"; then fail "a second init"; fi
grep -q 'error\[already_made\]' "$place/err" || fail "$(cat "$place/err")"
say "init makes keys once"

rights() { stat -c '%U:%G %a' "$1"; }
while read -r path due; do
    [ "$(rights "$path")" = "$due" ] || fail "$path is $(rights "$path") and should be $due"
done <<END
/etc/huxin root:root 755
/etc/huxin/huxin.toml root:root 644
/etc/huxin/passphrase root:root 600
/var/lib/$(of_unit StateDirectory) $account:$account $(of_unit StateDirectoryMode | sed 's/^0//')
/var/lib/huxin/keys $account:$account 700
/var/lib/huxin/keys/root.pem $account:$account 600
/var/lib/huxin/api-token $account:$account 600
/var/lib/huxin/api-token-read $account:$account 600
END
say "owners and rights are those of the unit"

# The credential as systemd hands it over.
credential=$(of_unit LoadCredential)
[ "${credential#*:}" = /etc/huxin/passphrase ] || fail "the unit's credential is $credential"
mkdir "$place/run/credentials" && cp /etc/huxin/passphrase "$place/run/credentials/${credential%%:*}"
chown -R "$account:$account" "$place/run/credentials" && chmod 0500 "$place/run/credentials" && chmod 0400 "$place/run/credentials"/*

# ProtectSystem=strict: only the state folder can be written.
[ "$(of_unit ProtectSystem)" = strict ] || fail "the unit does not protect the system"
mount -o remount,bind,ro /etc
mount -o remount,bind,ro /
as_unit() {
    # shellcheck disable=SC2046
    exec setpriv --reuid "$account" --regid "$account" --clear-groups --no-new-privs --bounding-set=-all \
        env -i PATH=/usr/bin:/bin CREDENTIALS_DIRECTORY="$place/run/credentials" HOME=/var/lib/huxin \
        bash -c "cd / && umask $(of_unit UMask) && exec $(of_unit ExecStart)" 
}
code=0; (as_unit) >"$place/run/out" 2>"$place/err" || code=$?
[ "$code" = 75 ] || fail "without the genesis it ended with $code: $(cat "$place/err")"
say "without the genesis: exit 75"

mount -o remount,bind,rw /etc
huxin federation found --name 测试 --sign /var/lib/huxin/keys --passphrase file:/etc/huxin/passphrase --out /etc/huxin/genesis.cbor /etc/huxin/join-330900.json >/dev/null
mount -o remount,bind,ro /etc

# A passphrase that is not there yet passes as well.
mv "$place/run/credentials" "$place/run/later" && mkdir -m 0755 "$place/run/credentials"
code=0; (as_unit) >"$place/run/out" 2>"$place/err" || code=$?
[ "$code" = 75 ] || fail "without the passphrase it ended with $code: $(cat "$place/err")"
rmdir "$place/run/credentials" && mv "$place/run/later" "$place/run/credentials"
say "without the passphrase: exit 75"

until_line() { # until the node's output has a line with $1, or the node has ended
    until grep -q "$1" "$place/run/out"; do
        kill -0 "$node" 2>/dev/null || fail "the node ended: $(cat "$place/err")"
        read -rt 0.1 <>"$place/run/pause" || true
    done
}
mkfifo "$place/run/pause"
start() {
    : >"$place/run/out"
    as_unit >"$place/run/out" 2>"$place/err" &
    node=$!
    until_line '"ready":true'
}
start
say "the unit's command runs on a root that cannot be written, and is ready"

# A second one beside it: the store is busy.
code=0; (as_unit) >/dev/null 2>"$place/err2" || code=$?
[ "$code" = 75 ] && grep -q 'error\[store_locked\]' "$place/err2" || fail "a second node ended with $code: $(cat "$place/err2")"
say "a busy store: exit 75"

# Root rotates, and the account goes on.
api=$(sed -n 's/.*"api":"\([^"]*\)".*/\1/p' "$place/run/out" | head -1)
HUXIN_LISTEN_API=$api HUXIN_NODE_PASSPHRASE=file:/etc/huxin/passphrase huxin --config /etc/huxin/huxin.toml keys rotate >/dev/null
foreign=$(find /var/lib/huxin ! -user "$account")
[ -z "$foreign" ] || fail "after a rotation by root these are not the account's: $foreign"
kill "$node"; code=0; wait "$node" || code=$?
[ "$code" = 0 ] || fail "the node ended with $code: $(cat "$place/err")"
start
kill "$node"; wait "$node"
say "rotation as root keeps owners, and the node starts again"
