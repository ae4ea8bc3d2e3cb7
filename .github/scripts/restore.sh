#!/usr/bin/env bash
# Unpacks the newest artifact of a name into a folder, if there is one: `restore.sh NAME FOLDER`. What is said here is all that
# is known of it; a desk that finds nothing begins from what the exchange says.
set -euo pipefail
name=$1 folder=$2
mkdir -p "$folder"
id=$(gh api "repos/$GITHUB_REPOSITORY/actions/artifacts?name=$name&per_page=1" \
    --jq '.artifacts[0] | select(. != null and (.expired | not)) | .id')
if [[ -z $id ]]; then
    echo "::notice::there is no $name to go on from"
    exit 0
fi
gh api "repos/$GITHUB_REPOSITORY/actions/artifacts/$id/zip" > "$RUNNER_TEMP/$name.zip"
unzip -q -o "$RUNNER_TEMP/$name.zip" -d "$folder"
rm "$RUNNER_TEMP/$name.zip"
echo "went on from $name, artifact $id"
