#!/usr/bin/env bash
# Checks the branch that keeps the log of signals out into a folder (`data_branch.sh open BRANCH FOLDER`), which it makes if there
# is none, or adds what was written there to it (`data_branch.sh keep BRANCH FOLDER`).
set -euo pipefail
what=$1 branch=$2 folder=$3

# Files beyond 100 MB are not taken: a log of half of that is put aside under the day on which it was.
full=${FULL:-50000000}

case $what in
    open)
        if git fetch --depth 1 origin "refs/heads/$branch:refs/remotes/origin/$branch" 2> /dev/null; then
            git worktree add --force -B "$branch" "$folder" "origin/$branch"
            exit 0
        fi
        git worktree add --force --detach "$folder"
        git -C "$folder" checkout --orphan "$branch"
        git -C "$folder" rm -r -f -q .
        mkdir -p "$folder/signals"
        cat > "$folder/README.md" << 'EOF'
# The log of signals

Each run of the workflow `signals` adds its lines to the end of `signals/signal_log.jsonl`, a JSON object each, and commits them here: a
branch with a history of its own, so that the history of the sources is not theirs. A log that has grown to 50 MB is put aside
under the day on which it was. Nothing here is read by what is built.

    git fetch origin signals-data
    git show origin/signals-data:signals/signal_log.jsonl > signal_log.jsonl
    python -c "import pandas as pd; print(pd.read_json('signal_log.jsonl', lines=True))"
EOF
        ;;
    keep)
        log=$folder/signals/signal_log.jsonl
        if [[ -f $log ]] && (($(stat -c %s "$log") > full)); then
            mv "$log" "$folder/signals/signal_log-$(date -u +%Y-%m-%d).jsonl"
        fi
        git -C "$folder" add --all
        if git -C "$folder" diff --cached --quiet; then
            echo "::notice::nothing was added to the log"
            exit 0
        fi
        git -C "$folder" -c user.name='github-actions[bot]' \
            -c user.email='41898282+github-actions[bot]@users.noreply.github.com' \
            commit -q -m "Signals of $(date -u +'%Y-%m-%d %H:%M') UTC"
        git -C "$folder" push -q origin "HEAD:refs/heads/$branch"
        ;;
esac
