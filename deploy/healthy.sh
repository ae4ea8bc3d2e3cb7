#!/bin/bash
# Says with its exit code whether what a container runs does what it is for. With no argument it asks of process 1.
#
# A server must answer, and so must what tells its numbers (--metrics). Who looks for signals again and again must have written to
# the log within two intervals. Of anything else it is enough that it runs: a desk that can't see says so, and is better left alone.
set -uo pipefail

mapfile -d '' -t words < "/proc/${1:-1}/cmdline" || exit 1
value() {
    local i
    for ((i = 0; i < ${#words[@]}; i++)); do
        case ${words[i]} in
            "$1") echo "${words[i + 1]-}"; return ;;
            "$1="*) echo "${words[i]#*=}"; return ;;
        esac
    done
    echo "${2-}"
}
has() { [[ " ${words[*]} " == *" $1"[\ =]* ]]; }
# Whether what listens at an address answers a question of a path with 200; with no path it is enough that it listens.
answers() {
    local host=${1%:*} answer
    [[ $host == 0.0.0.0 || $host == '[::]' ]] && host=127.0.0.1
    exec 3<> "/dev/tcp/${host//[\[\]]/}/${1##*:}" || return 1
    [[ -z $2 ]] && return 0
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
    IFS= read -r -t 4 answer <&3 && [[ $answer == 'HTTP/1.1 200'* ]]
}

case ${words[1]-} in
    serve)
        path=/api/health
        # What speaks TLS, or listens to its proxy alone, shows by listening that it is there.
        has --tls-cert || has --behind-proxy && path=
        answers "$(value --addr 127.0.0.1:8080)" "$path"
        ;;
    desk)
        has --metrics || exit 0
        answers "$(value --metrics)" /health
        ;;
    signal)
        has --loop || exit 0
        log=$(value --log signals/signal_log.jsonl)
        age=$(($(date +%s) - $(stat -c %Y "$log" 2> /dev/null || echo 0)))
        ((age <= 2 * $(value --interval 900) + 60))
        ;;
esac
