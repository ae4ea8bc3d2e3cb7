#!/bin/bash
# Says with its exit code whether what a container runs does what it is for. With no argument it asks of process 1.
#
# A server must answer. Who looks for signals again and again must have written to the log within two intervals. Of anything
# else it is enough that it runs: a desk that can't see says so on its page and in its log, and is better left alone.
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
    echo "$2"
}
has() { [[ " ${words[*]} " == *" $1"[\ =]* ]]; }

case ${words[1]-} in
    serve)
        address=$(value --addr 127.0.0.1:8080)
        host=${address%:*}
        [[ $host == 0.0.0.0 || $host == '[::]' ]] && host=127.0.0.1
        exec 3<> "/dev/tcp/${host//[\[\]]/}/${address##*:}" || exit 1
        # What speaks TLS, or listens to its proxy alone, has shown by this that it is there.
        has --tls-cert || has --behind-proxy && exit 0
        printf 'GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
        IFS= read -r -t 4 answer <&3 && [[ $answer == 'HTTP/1.1 200'* ]]
        ;;
    signal)
        has --loop || exit 0
        log=$(value --log signals/signal_log.jsonl)
        age=$(($(date +%s) - $(stat -c %Y "$log" 2> /dev/null || echo 0)))
        ((age <= 2 * $(value --interval 900) + 60))
        ;;
esac
