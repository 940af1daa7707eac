# Sourced, not run: how the scripts install a system package, or say what to install by hand.
# shellcheck shell=bash

# One line for each argument.
say() { printf '%s\n' "$@" >&2; }

die() {
    say "$@"
    exit 1
}

# Empty for root, `sudo -n` where sudo asks for no password; fails where neither will do.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        return 0
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        echo "sudo -n"
    else
        return 1
    fi
}

# install_packages PACKAGE...: returns 1 after printing the command to run where this user may not install.
install_packages() {
    local sudo log
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Needed, but not installed (these are Debian's names; this system has no apt-get): $*"
        return 1
    fi
    if ! sudo=$(as_root); then
        say "Needed, but not installed: $*" "Run this, then try again:" "" \
            "    sudo apt-get update && sudo apt-get install --no-install-recommends -y $*" ""
        return 1
    fi
    say "Installing Debian packages: $*"
    log=$(mktemp)
    if ! apt_lists_present; then
        apt_run "$sudo" "$log" update || true
    fi
    # Lists that are there may be too old for the mirror: one more try with new ones.
    if apt_run "$sudo" "$log" install "$@" || { apt_run "$sudo" "$log" update && apt_run "$sudo" "$log" install "$@"; }; then
        rm -f "$log"
        return 0
    fi
    cat "$log" >&2
    rm -f "$log"
    say "apt-get could not install: $*"
    return 1
}

apt_lists_present() {
    compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null
}

apt_run() {
    local sudo=$1 log=$2 verb=$3
    shift 3
    local options=(-q -y -o DPkg::Lock::Timeout=300)
    [ "$verb" = install ] && options+=(--no-install-recommends)
    # shellcheck disable=SC2086  # $sudo is two words or none
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get "$verb" "${options[@]}" "$@" >>"$log" 2>&1 </dev/null
}
