"""A ZeroMQ peer on libzmq (pyzmq) that does what it is told, one line at a time.

Reads one JSON object per line from stdin and answers each with one JSON object on stdout. It is
started and killed by the tests of transport-zmq (tests/pyzmq.rs).

Frames are hexadecimal text, or {"len": N, "byte": B} for long uniform ones.

    {"op": "version"}
    {"op": "keys"}                                   a new CURVE pair
    {"op": "bind", "name", "type", "endpoint"}       optional: "curve_secret", "options"
    {"op": "connect", "name", "type", "endpoint"}    optional: "server_key", "public", "secret",
                                                     "subscribe": [hex], "options"
    {"op": "allow", "keys": [Z85]}                   a ZAP handler that allows these keys only
    {"op": "send", "name", "frames"}
    {"op": "recv", "name", "timeout": ms}            {"frames"} or {"timeout": true}
    {"op": "echo", "name"}                           from now on answers by itself, in a thread
    {"op": "burst", "name", "frames", "count"}       sends the same message many times
    {"op": "attach", "rep", "pub", "frames", "count"}
        answers requests by itself, in a thread: publishes the frames, then replies
    {"op": "close", "name"}
"""

import json
import sys
import threading

import zmq
from zmq.auth.thread import ThreadAuthenticator

CONTEXT = zmq.Context()
SOCKETS = {}
ALLOWED = set()
AUTHENTICATORS = []


class AllowList:
    """Asked by the ZAP handler, with the public key of the client in Z85."""

    def callback(self, domain, key):
        return key in ALLOWED


def frame_in(spec):
    if isinstance(spec, str):
        return bytes.fromhex(spec)
    return bytes([spec["byte"]]) * spec["len"]


def frame_out(data):
    if len(data) > 1024 and data.count(data[:1]) == len(data):
        return {"len": len(data), "byte": data[0]}
    return data.hex()


def make(command):
    socket = CONTEXT.socket(getattr(zmq, command["type"]))
    socket.linger = 1000
    for name, value in command.get("options", {}).items():
        socket.setsockopt(getattr(zmq, name), value)
    SOCKETS[command["name"]] = socket
    return socket


def bind(command):
    socket = make(command)
    if "curve_secret" in command:
        socket.curve_server = True
        socket.curve_secretkey = command["curve_secret"].encode()
        # Without a domain libzmq does not ask the ZAP handler.
        socket.zap_domain = b"test"
    socket.bind(command["endpoint"])
    return {"endpoint": socket.last_endpoint.rstrip(b"\0").decode()}


def connect(command):
    socket = make(command)
    if "server_key" in command:
        socket.curve_serverkey = command["server_key"].encode()
        socket.curve_publickey = command["public"].encode()
        socket.curve_secretkey = command["secret"].encode()
    for topic in command.get("subscribe", []):
        socket.subscribe(bytes.fromhex(topic))
    socket.connect(command["endpoint"])
    return {}


def allow(command):
    ALLOWED.clear()
    ALLOWED.update(key.encode() for key in command["keys"])
    if not AUTHENTICATORS:
        authenticator = ThreadAuthenticator(CONTEXT)
        authenticator.start()
        authenticator.configure_curve_callback(domain="test", credentials_provider=AllowList())
        AUTHENTICATORS.append(authenticator)
    return {}


def receive(command):
    socket = SOCKETS[command["name"]]
    if not socket.poll(command["timeout"]):
        return {"timeout": True}
    return {"frames": [frame_out(frame) for frame in socket.recv_multipart()]}


def send(command):
    SOCKETS[command["name"]].send_multipart([frame_in(frame) for frame in command["frames"]])
    return {}


def burst(command):
    frames = [frame_in(frame) for frame in command["frames"]]
    for _ in range(command["count"]):
        SOCKETS[command["name"]].send_multipart(frames)
    return {}


def in_thread(work):
    threading.Thread(target=work, daemon=True).start()
    return {}


def echo(command):
    socket = SOCKETS.pop(command["name"])

    def work():
        while True:
            socket.send_multipart(socket.recv_multipart())

    return in_thread(work)


def attach(command):
    rep, pub = SOCKETS.pop(command["rep"]), SOCKETS.pop(command["pub"])
    frames = [frame_in(frame) for frame in command["frames"]]

    def work():
        while True:
            request = rep.recv_multipart()
            pub.send_multipart(frames)
            rep.send_multipart(request)

    return in_thread(work)


def keys(command):
    public, secret = zmq.curve_keypair()
    return {"public": public.decode(), "secret": secret.decode()}


def close(command):
    SOCKETS.pop(command["name"]).close()
    return {}


def version(command):
    return {"libzmq": zmq.zmq_version(), "curve": zmq.has("curve")}


OPERATIONS = {
    "allow": allow,
    "attach": attach,
    "bind": bind,
    "burst": burst,
    "close": close,
    "connect": connect,
    "echo": echo,
    "keys": keys,
    "recv": receive,
    "send": send,
    "version": version,
}


def main():
    for line in sys.stdin:
        try:
            command = json.loads(line)
            answer = OPERATIONS[command["op"]](command)
        except Exception as error:  # told to the test, which fails with it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
