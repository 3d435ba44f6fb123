# A node whose store lies on a small disk of its own, which is filled and emptied again while a file is imported.
#
#   unshare --map-root-user --mount bash try.sh HUXIN CONFIG FILE STATEMENT
#
# Prints a line for each thing that was tried: its name, the exit code, and the answer on one line.
set -euo pipefail
huxin=$1 config=$2 file=$3 statement=$4
folder=$(dirname "$config") node=
trap 'kill $node 2>/dev/null || true' EXIT
mount --make-rprivate /
# The disk covers the old data: the node begins with its keys alone.
mount -t tmpfs -o size=192m tmpfs "$folder/data"
export HUXIN_STORAGE_LOW_MIB=64 HUXIN_STORAGE_MIN_FREE_MIB=64

"$huxin" --config "$config" run >"$folder/run.json" 2>"$folder/run.log" &
node=$!
# It is up as soon as it says where; without its log it signs nothing, and takes what is brought all the same.
until grep -q '"api"' "$folder/run.json"; do
    kill -0 $node || { cat "$folder/run.log" >&2; exit 1; }
    sleep 0.1
done
HUXIN_LISTEN_API=$(sed -n 's/.*"api":"\(http:\/\/\)\?\([^"]*\)".*/\2/p' "$folder/run.json" | head -1)
export HUXIN_LISTEN_API

answer() { # NAME ARGUMENTS…
    local name=$1 exit=0 said
    shift
    said=$("$huxin" --json --config "$config" "$@") || exit=$?
    printf '%s %s %s\n' "$name" "$exit" "$(tr -d '\n' <<<"$said")"
}

head -c 120M /dev/zero >"$folder/data/filler" || true
answer full import "$file"
answer before entry "$statement"
rm "$folder/data/filler"
# The node looks at its disk now and then; until it has, it says the same.
until room=$(answer room import "$file") && ! grep -q '^room 75 ' <<<"$room"; do sleep 0.1; done
printf '%s\n' "$room"
answer after entry "$statement"
kill -TERM $node
wait $node || true
answer fsck fsck
