"""A client of paho-mqtt, driven by the lines of its standard input.

One JSON object per line in, one out per thing that happens: connected, subscribed, published,
message, disconnected.
"""

import json
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def number(reason):
    return reason if isinstance(reason, int) else reason.value


def main():
    address, port, version, client_id, clean = sys.argv[1:6]
    five = version == "5"
    clean = clean == "clean"
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=mqtt.MQTTv5 if five else mqtt.MQTTv311,
        clean_session=None if five else clean,
    )
    client.on_connect = lambda c, u, flags, reason, p: say(
        "connected", session=flags.session_present, code=number(reason)
    )
    client.on_disconnect = lambda c, u, f, reason, p: say("disconnected", code=number(reason))
    client.on_subscribe = lambda c, u, mid, reasons, p: say(
        "subscribed", codes=[number(reason) for reason in reasons]
    )
    client.on_unsubscribe = lambda c, u, mid, reasons, p: say("unsubscribed")
    client.on_publish = lambda c, u, mid, reason, p: say("published", code=number(reason))

    def on_message(c, u, message):
        given = getattr(message, "properties", None)
        correlation = getattr(given, "CorrelationData", b"")
        say(
            "message",
            topic=message.topic,
            payload=message.payload.decode(),
            qos=message.qos,
            retain=bool(message.retain),
            dup=bool(message.dup),
            response=getattr(given, "ResponseTopic", None),
            correlation=correlation.hex(),
            user=getattr(given, "UserProperty", []),
        )

    client.on_message = on_message
    for line in sys.stdin:
        order = json.loads(line)
        do = order.pop("do")
        if do == "connect":
            if "user" in order:
                client.username_pw_set(order["user"], order["password"])
            if "will" in order:
                client.will_set(order["will"], "offline", qos=1, retain=True)
            if five:
                properties = Properties(PacketTypes.CONNECT)
                properties.SessionExpiryInterval = 0 if clean else 600
                client.connect(address, int(port), clean_start=clean, properties=properties)
            else:
                client.connect(address, int(port))
            client.loop_start()
        elif do == "subscribe":
            client.subscribe(order["filter"], qos=order["qos"])
        elif do == "unsubscribe":
            client.unsubscribe(order["filter"])
        elif do == "publish":
            properties = None
            if "response" in order:
                properties = Properties(PacketTypes.PUBLISH)
                properties.ResponseTopic = order["response"]
                properties.CorrelationData = bytes.fromhex(order["correlation"])
                properties.UserProperty = ("a", "1")
            client.publish(
                order["topic"],
                order["payload"],
                qos=order["qos"],
                retain=order.get("retain", False),
                properties=properties,
            )
        elif do == "disconnect":
            client.disconnect()
        elif do == "die":
            client.socket().close()
            return


main()
