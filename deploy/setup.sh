#!/usr/bin/env bash
# Makes a virtual environment from a lock file, with every hash checked; quick when nothing changed.
#   deploy/setup.sh .venv requirements-dev.lock
# Needs Python 3.11 with venv, and an index of packages: pip's own settings are used.
set -euo pipefail
cd "$(dirname "$0")/.."

venv="$1" lock="$2"
stamp="$venv/.made-from"
tools=".cache/tools"

fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

is_311() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3.11 python3 python /usr/bin/python3.11; do
        if is_311 "$candidate"; then command -v "$candidate"; return; fi
    done
    fail "Python 3.11 was not found. Install it (Debian, Ubuntu: apt-get install python3.11" \
         "python3.11-venv; macOS: brew install python@3.11; pyenv install 3.11), or name it:" \
         "make setup PYTHON=/path/to/python3.11"
}

make_venv() {
    local python="$1" folder="$2"
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "$python cannot make virtual environments." \
             "Debian, Ubuntu: apt-get install python3.11-venv"
    rm -rf "$folder"
    "$python" -m venv "$folder"
}

wanted="$(cat "$lock" pyproject.toml deploy/uv.lock.txt deploy/setup.sh | cksum) $PWD"
if [ -x "$venv/bin/canvas" ] && is_311 "$venv/bin/python" &&
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

if ! is_311 "$venv/bin/python"; then
    python="$(find_python)"
    echo "setup: making $venv with $python"
    make_venv "$python" "$venv"
fi
rm -f "$stamp"

uv="$tools/uv/bin/uv"
if ! cmp -s deploy/uv.lock.txt "$tools/uv/made-from" || ! "$uv" --version >/dev/null 2>&1; then
    echo "setup: installing uv into $tools"
    rm -rf "$tools/uv"
    make_venv "$(find_python)" "$tools/pip"
    "$tools/pip/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
        --require-hashes --only-binary :all: --target "$tools/uv" -r deploy/uv.lock.txt
    rm -rf "$tools/pip"
    cp deploy/uv.lock.txt "$tools/uv/made-from"
fi

# uv does not read pip's settings, where companies name their mirror and their certificate.
pip_setting() {  # the variable wins, as with pip
    local variable
    variable="PIP_$(echo "$1" | tr 'a-z-' 'A-Z_')"
    if [ -n "${!variable:-}" ]; then echo "${!variable}"; return; fi
    "$venv/bin/python" -m pip config get "global.$1" 2>/dev/null || true
}
adopt() {
    local value
    [ -z "${!1:-}" ] || return 0
    value="$(pip_setting "$2")"
    [ -z "$value" ] || export "$1=$value"
}
adopt UV_DEFAULT_INDEX index-url
adopt UV_INDEX extra-index-url
adopt SSL_CERT_FILE cert
for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    [ ! -s "$bundle" ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
done
[ -w "${HOME:-/nonexistent}" ] || export UV_CACHE_DIR="$PWD/.cache/uv"

export VIRTUAL_ENV="$PWD/$venv"
echo "setup: installing $(grep -c '^[a-z0-9].*==' "$lock") packages into $venv"
# Bytecode now: otherwise every run that Dagster starts would compile all of it again.
"$uv" pip sync --quiet --require-hashes --compile-bytecode "$lock"
# Not isolated: setuptools comes from the lock file, with its hash.
"$uv" pip install --quiet --no-deps --no-build-isolation --editable .
printf '%s' "$wanted" >"$stamp"
echo "setup: done; the command is $venv/bin/canvas"
