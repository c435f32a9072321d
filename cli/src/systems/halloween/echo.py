"""A prop on paho-mqtt, the library of the original host: it answers commands with telemetry.

    echo.py HOST PORT PROP

Commands are read as the original host reads them, for JSON objects: the argument becomes a text,
which the handler reads again. It ends with its standard input.
"""

import json
import os
import sys
import threading

import paho.mqtt.client as mqtt


def read(payload):
    """Action and argument of a command."""
    text = payload.decode("utf-8", errors="ignore").strip()
    command = json.loads(text)
    action, args = str(command["action"]).strip(), command.get("args")
    if args is not None and not isinstance(args, str):
        args = json.dumps(args) if isinstance(args, (dict, list)) else str(args)
    return action, args


class Prop:
    def __init__(self, client, name):
        self.client, self.name = client, name
        self.commands = f"halloween/{name}/cmd"

    def telemetry(self, key, value):
        self.client.publish(f"halloween/{self.name}/telemetry/{key}", str(value), qos=0)

    def do_echo(self, arg):
        self.telemetry("echo", json.loads(arg))

    def on_connect(self, client, userdata, flags, reason, properties):
        # Without it, the answer to QoS 1 waits for the broker's next acknowledgement.
        import socket

        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.subscribe(self.commands, qos=1)

    def on_subscribe(self, *ignored):
        print("ready", flush=True)

    def on_message(self, client, userdata, message):
        action, arg = read(message.payload)
        getattr(self, "do_" + action.replace("/", "_"))(arg)


def end_with_input():
    sys.stdin.read()
    os._exit(0)


def main(host, port, name):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"python-{os.getpid()}")
    prop = Prop(client, name)
    client.on_connect = prop.on_connect
    client.on_subscribe = prop.on_subscribe
    client.on_message = prop.on_message
    threading.Thread(target=end_with_input, daemon=True).start()
    client.connect(host, int(port), keepalive=30)
    client.loop_forever()


main(*sys.argv[1:])
