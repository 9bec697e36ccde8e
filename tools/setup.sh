#!/bin/sh
# Make .venv from requirements.txt, in a bundle from wheels/, with the first Python that will do:
# `sh tools/setup.sh [PYTHON]`. make calls it. It is written for the shell, because it must also
# run where there is no Python.
set -eu

lowest=3.11
stamp=.venv/.ready

# What `make bundle` packs has wheels for one Python on one platform, and needs no network.
wanted=
if [ -d wheels ]; then
    stamp=.venv/.bundled
    wanted=$(cat wheels/made-for 2>/dev/null) || wanted='another machine'
fi

fail() {
    printf 'Cannot set up: %s\n' "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

can_make_venv() {
    # Debian ships venv and ensurepip apart from Python, in python3-venv.
    "$1" -c 'import venv, ensurepip' 2>/dev/null
}

version_of() {
    "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null
}

kind_of() {
    # tools/bundle.py writes the same words.
    "$1" -c 'import platform, sys
print("Python %d.%d on %s %s" % (*sys.version_info[:2],
    platform.system().replace("Darwin", "macOS"), platform.machine()))' 2>/dev/null
}

fits() {
    [ -z "$wanted" ] || [ "$(kind_of "$1")" = "$wanted" ]
}

fail_to_fit() {
    fail "this bundle is for $wanted, and $1; use such a Python, take a bundle for yours, or, with a network, delete the folder wheels and run the same command again."
}

find_python() {
    if [ -n "${1:-}" ]; then
        version=$(version_of "$1") || fail "PYTHON=$1 does not run; name a Python >= $lowest, as in: make run PYTHON=python3.12"
        is_new_enough "$1" || fail "PYTHON=$1 is Python $version; the course needs Python >= $lowest."
        fits "$1" || fail_to_fit "PYTHON=$1 is $(kind_of "$1")"
        can_make_venv "$1" || fail "PYTHON=$1 has no venv module; install it (Debian, Ubuntu: apt install python3-venv)."
        python=$1
        return
    fi
    without_venv=
    too_old=
    unfit=
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if is_new_enough "$python"; then
            if ! fits "$python"; then
                unfit=${unfit:-"$python is $(kind_of "$python")"}
            elif can_make_venv "$python"; then
                return
            else
                without_venv=${without_venv:-$python}
            fi
        else
            version=$(version_of "$python") &&
                too_old=${too_old:-"$python is Python $version, and "}
        fi
    done
    if [ -n "$without_venv" ]; then
        fail "$without_venv has no venv module; install it (Debian, Ubuntu: apt install python3-venv)."
    fi
    if [ -n "$wanted" ]; then
        fail_to_fit "${unfit:-no such Python was found}"
    fi
    fail "${too_old}no Python >= $lowest was found; install one, or name it: make run PYTHON=/path/to/python3.12"
}

# A .venv with its stamp is complete, and pip brings it up to date. Anything else is made anew: it
# is half-made, its Python has gone, or another tool made it. The stamp comes off first, so that a
# .venv this run leaves half-made is known for one.
complete=
if [ -f "$stamp" ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then
    complete=yes
fi
rm -f "$stamp"

if [ -z "$complete" ]; then
    find_python "${1:-}"
    echo "Making .venv with Python $(version_of "$python")."
    rm -rf .venv
    "$python" -m venv .venv || fail "$python could not make .venv, see above."
fi

if [ -n "$wanted" ]; then
    echo "Installing the packages of wheels/ into .venv, without the network."
    # pip's settings, in a file or the environment, may name other places to look, on a network.
    PIP_CONFIG_FILE=/dev/null .venv/bin/python -m pip --isolated install -qq --disable-pip-version-check \
        --no-index --find-links wheels --require-hashes -r wheels/requirements.txt ||
        fail "pip could not install the wheels, see above; they are for $wanted; copy the bundle again and compare its checksum."
    touch "$stamp"
    exit
fi

echo "Installing the packages of requirements.txt into .venv. The first time takes a minute or two."
# PIP_USER may be set for a whole machine; it has no meaning in a virtual environment, only an error.
PIP_USER=0 .venv/bin/python -m pip install -qq --disable-pip-version-check \
    --require-hashes -r requirements.txt ||
    fail "pip could not install the packages, see above; with a network, run the same command again."
touch "$stamp"
