#!/usr/bin/env bash
# follow.sh - print what the relay sends, one message a line.
#
#   RELAY_TOKEN=... follow.sh ws://192.168.1.2:8764 kitchen [TOPIC ...]
#
# With the command `websockets` that comes with the Python library of that name (pip install
# websockets). TOPIC is host/+/stats and display/rlcd/bitmap unless it is given. The parts of a
# picture are printed as `(binary) ` and hexadecimal digits.
# Connects again when the hub was away, and goes on where it ended.
set -u
[ $# -ge 2 ] || { sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2; }
address=$1 device=$2
shift 2
[ $# -gt 0 ] || set -- host/+/stats display/rlcd/bitmap
topics=$(printf ',"%s"' "$@")
session='' sequence=0

say() { printf '%s\n' "$1" >&"$to"; }

# Return the value of a key at the beginning of a message
value() { # KEY MESSAGE
  local rest=${2#*"\"$1\":"}
  rest=${rest%%[,\}]*}
  printf '%s' "${rest//\"/}"
}

hear() { # MESSAGE
  case $1 in
    '{"welcome":'*)
      session=$(value session "$1")
      case $1 in *'"resumed":true'*) return ;; esac
      sequence=$(value sequence "$1")
      say "{\"subscribe\":[${topics#,}],\"id\":1}"
      ;;
    '{"topic":'*)
      local number
      number=$(value sequence "$1")
      [ "$number" -le "$sequence" ] || sequence=$number
      ;;
  esac
}

while :; do
  coproc RELAY { exec websockets "$address"; }
  to=${RELAY[1]} from=${RELAY[0]} process=$!
  resume=''
  [ -z "$session" ] || resume=",\"resume\":{\"session\":\"$session\",\"sequence\":$sequence}"
  say "{\"hello\":1,\"device\":\"$device\",\"token\":\"${RELAY_TOKEN:-}\"$resume}"
  while IFS= read -r line <&"$from"; do
    case $line in
      *'Connection closed: 4400'* | *'Connection closed: 440'[139]*)
        printf '%s\n' "${line##*$'\e[K'}" >&2
        exit 1
        ;;
      *$'\e[L< '*) line=${line##*$'\e[L< '} ;; # a message, behind what moves the cursor
      *) continue ;;
    esac
    hear "$line"
    printf '%s\n' "$line"
  done
  wait "$process" 2>/dev/null
  sleep 1
done
