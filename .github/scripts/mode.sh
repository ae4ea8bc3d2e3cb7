#!/usr/bin/env bash
# Says as what a desk runs: `live`, `dry` or, after a push, `check`, as `kind=…` for GITHUB_OUTPUT.
#
# The schedule repeats what a person has dispatched last. Real orders it repeats only where that was let through: the desk of
# a dispatch that waits for its reviewers, or was refused by them, is not repeated.
set -euo pipefail
: "${EVENT:?}" "${GITHUB_REPOSITORY:?}"

runs() {
    gh api "repos/$GITHUB_REPOSITORY/actions/workflows/desk.yml/runs?event=workflow_dispatch&branch=main&per_page=1" \
        --jq '.workflow_runs[0] | select(. != null) | "\(.id) \(.display_title)"'
}
was_let() {
    [[ $(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$1/jobs" \
        --jq '[.jobs[] | select(.name == "let it") | .conclusion][0]') == success ]]
}
has_reviewers() {
    (($(gh api "repos/$GITHUB_REPOSITORY/environments/desk-start" \
        --jq '[.protection_rules[] | select(.type == "required_reviewers")] | length' || echo 0)))
}

case $EVENT in
    push) kind=check ;;
    workflow_dispatch) [[ ${MODE:?} == live ]] && kind=live || kind=dry ;;
    schedule)
        kind=dry
        read -r id title < <(runs) || true
        if [[ ${title:-} == 'desk: live' ]] && was_let "$id"; then
            kind=live
        fi
        ;;
    *)
        echo "::error::no desk runs on $EVENT"
        exit 1
        ;;
esac
if [[ $kind == live ]] && ! has_reviewers; then
    echo "::error title=Nobody would be asked::the environment desk-start needs required reviewers before real orders are placed (docs/deploy.md)"
    exit 1
fi
echo "kind=$kind"
