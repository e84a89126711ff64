#!/usr/bin/env bash
# Azure's Blob Storage for tests: Azurite, Microsoft's own emulator, from npm; it listens on 127.0.0.1 only.
# Usage: azure.sh [start|stop|status|env]      (needs node 18 or later and npm)
# Knobs: ARMWRIGHT_AZURE_PORT (10000), ARMWRIGHT_AZURE_DIR (a folder under $TMPDIR; what npm installed stays in it)
set -euo pipefail

PORT="${ARMWRIGHT_AZURE_PORT:-10000}"
DIR="${ARMWRIGHT_AZURE_DIR:-${TMPDIR:-/tmp}/armwright-azure-$PORT}"
VERSION=3.35.0 # later ones need node 22
# The account and key that every Azurite has; Microsoft publishes them.
ACCOUNT=devstoreaccount1
KEY="Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
CONTAINER=armwright

log() { echo "azure.sh: $*" >&2; }
alive() { [ -s "$DIR/pid" ] && kill -0 "$(cat "$DIR/pid")" 2>/dev/null; }
connection() { echo "DefaultEndpointsProtocol=http;AccountName=$ACCOUNT;AccountKey=$KEY;BlobEndpoint=http://127.0.0.1:$PORT/$ACCOUNT;"; }
print_env() {
    echo "export AZURE_STORAGE_CONNECTION_STRING='$(connection)'"
    echo "export ARMWRIGHT_TEST_AZURE=$CONTAINER"
}

start() {
    if alive; then log "already running"; print_env; return; fi
    mkdir -p "$DIR"
    if [ ! -x "$DIR/node_modules/.bin/azurite-blob" ]; then
        log "installing azurite $VERSION"
        (cd "$DIR" && npm install --no-fund --no-audit --loglevel=error "azurite@$VERSION") >&2
    fi
    "$DIR/node_modules/.bin/azurite-blob" --blobHost 127.0.0.1 --blobPort "$PORT" --inMemoryPersistence --silent \
        --skipApiVersionCheck --disableTelemetry >"$DIR/log" 2>&1 &
    echo $! >"$DIR/pid"
    for _ in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && { make_container; print_env; return; }
        alive || { log "azurite exited:"; tail -n 20 "$DIR/log" >&2; exit 1; }
        sleep 0.2
    done
    log "azurite does not answer"; exit 1
}

# PUT container, signed with the account's key, so that openssl and curl are enough.
make_container() {
    local date text sig
    date="$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')"
    text="$(printf 'PUT\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:%s\nx-ms-version:2021-08-06\n/%s/%s/%s\nrestype:container' \
        "$date" "$ACCOUNT" "$ACCOUNT" "$CONTAINER")"
    sig="$(printf '%s' "$text" | openssl dgst -sha256 -mac HMAC \
        -macopt "hexkey:$(printf '%s' "$KEY" | base64 -d | od -An -vtx1 | tr -d ' \n')" -binary | base64)"
    curl -sf -o /dev/null -X PUT -H "x-ms-date: $date" -H "x-ms-version: 2021-08-06" -H "Content-Length: 0" \
        -H "Authorization: SharedKey $ACCOUNT:$sig" \
        "http://127.0.0.1:$PORT/$ACCOUNT/$CONTAINER?restype=container" || { log "could not make container $CONTAINER"; exit 1; }
}

stop() {
    if alive; then kill "$(cat "$DIR/pid")"; fi
    rm -f "$DIR/pid"
    log "stopped"
}

case "${1:-start}" in
    start) start ;;
    stop) stop ;;
    status) if alive; then echo "azurite up"; else echo "azurite down"; exit 1; fi ;;
    env) print_env ;;
    *) echo "usage: $0 [start|stop|status|env]" >&2; exit 2 ;;
esac
