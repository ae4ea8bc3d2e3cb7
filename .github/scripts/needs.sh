#!/usr/bin/env bash
# Fails with the names of those variables that are empty: `needs.sh NAME…`.
set -euo pipefail
missing=()
for name in "$@"; do
    [[ -n ${!name:-} ]] || missing+=("$name")
done
if ((${#missing[@]})); then
    echo "::error title=Secrets are missing::${missing[*]}: add them under Settings, Secrets and variables, Actions (docs/deploy.md says what each is)"
    exit 1
fi
