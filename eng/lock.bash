# A lock that works on every system with mkdir: a folder that holds its owner's process id.
# Sourced by the launcher and by eng/setup-natives.

# take_lock <folder> <what is waited for>: waits until the folder is ours. A dead owner's lock is taken over.
take_lock() {
    local folder=$1 purpose=$2 told='' owner nobody=0
    mkdir -p "$(dirname "$folder")"
    until mkdir "$folder" 2>/dev/null; do
        owner=$(cat "$folder/pid" 2>/dev/null || true)
        # An owner that has not written its id yet, or is just giving the lock back, is given 5 s to do so.
        if [ -z "$owner" ] && [ "$nobody" -lt 25 ]; then
            nobody=$((nobody + 1))
            sleep 0.2
            continue
        fi
        nobody=0
        if [ -z "$owner" ] || ! kill -0 "$owner" 2>/dev/null; then
            # Renaming is atomic: of several that see a dead owner, one removes its lock. At worst two runs do the
            # same work; every result appears by a rename, so nothing breaks.
            mv "$folder" "$folder.stale.$$" 2>/dev/null && rm -rf "$folder.stale.$$"
            continue
        fi
        [ -n "$told" ] || echo "tapline: waiting for another run (process $owner) that is $purpose" >&2
        told=1
        sleep 0.2
    done
    echo $$ >"$folder/pid"
}

# drop_lock <folder>: gives the lock back if it is ours.
drop_lock() {
    if [ "$(cat "$1/pid" 2>/dev/null)" = "$$" ]; then
        rm -rf "$1"
    fi
}
