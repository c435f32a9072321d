#!/bin/sh
# A lantern: a light of the kernel (/sys/class/leds), switched and made to flicker.
#
#     mosquitto_pub -t halloween/lantern/cmd -m on
#     mosquitto_pub -t halloween/lantern/cmd -m 'flicker 20'
#     mosquitto_pub -t halloween/lantern/cmd -m off
#
# The host starts this script once and keeps it running. Each line of standard input is a command,
# each line of standard output says something. When the host stops, standard input ends, the loop
# below with it, and the light goes out.

say() {
    printf '%s\n' "$1"
}

# The configuration is JSON; one text of it is all that is needed.
led=$(printf '%s' "$JOURNEYMAN_PROP_CONFIG" | sed -n 's/.*"led":"\([A-Za-z0-9:_-]*\)".*/\1/p')
light=/sys/class/leds/$led/brightness
[ -n "$led" ] && [ -w "$light" ] || {
    say '{"status":{"key":"warn","value":"no light that could be switched: set `led`"}}'
    light=/dev/null
}

shine() {
    echo "$1" > "$light"
}

# A light that fades for as long as was asked for, and tells how far it is.
flicker() {
    say '{"state":"flickering"}'
    n=0
    while [ "$n" -lt "$1" ]; do
        n=$((n + 1))
        shine $((n * 7919 % 255))
        sleep 0.1
        [ $((n % 10)) -ne 0 ] || say "{\"progress\":$(echo "$n $1" | awk '{print $1 / $2}')}"
    done
}

shine 0
say '{"state":"off"}'
while read -r line; do
    # `route` is the second key of every line, and `arg` a text in quotes, or null. In a text from
    # somebody else every quote has a backslash before it, so that none is taken for one of ours.
    action=$(printf '%s' "$line" | sed 's/^{"id":"[^"]*","route":"\([^"]*\)".*/\1/')
    number=$(printf '%s' "$line" | sed -n 's/.*,"arg":"\([0-9]\{1,4\}\)",.*/\1/p')
    case $action in
        on)
            shine "${number:-255}"
            say '{"state":"on"}'
            say '{"result":null}'
            ;;
        off)
            shine 0
            say '{"state":"off"}'
            say '{"result":null}'
            ;;
        flicker)
            flicker "${number:-10}"
            shine 255
            say '{"state":"on"}'
            say '{"result":null}'
            ;;
        *)
            say '{"error":{"code":"UNKNOWN_ACTION"}}'
            ;;
    esac
done
shine 0
say '{"state":"off"}'
