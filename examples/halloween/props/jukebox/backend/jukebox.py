"""A jukebox: plays sounds through a player of the system.

    mosquitto_pub -t halloween/jukebox/cmd -m 'play howl'
    mosquitto_pub -t halloween/jukebox/cmd -m stop
    mosquitto_pub -t halloween/jukebox/cmd -m list

The host starts this program once and keeps it running. Each line of standard input is a command,
each line of standard output says something; prints for people go to standard error, which is the
log of the host. When the host stops, standard input ends, and so do we.
"""

import array
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import wave

CONFIG = json.loads(os.environ["JOURNEYMAN_PROP_CONFIG"])
SOUNDS = CONFIG.get("sounds", "sounds")
PLAYERS = [
    ["paplay"],
    ["aplay", "-q"],
    ["afplay"],
    ["ffplay", "-v", "error", "-nodisp", "-autoexit"],
]

speaking = threading.Lock()


def say(**line):
    """Prints one line. Two threads do so, hence the lock."""
    with speaking:
        print(json.dumps(line), flush=True)


class Unknown(Exception):
    """There is no such action."""


class Jukebox:
    def __init__(self, player, scratch):
        self.player = player
        self.playing = None
        # A sound of our own, so that there is always one.
        self.sounds = {"howl": howl(os.path.join(scratch, "howl.wav"))}
        if os.path.isdir(SOUNDS):
            for name in sorted(os.listdir(SOUNDS)):
                self.sounds[os.path.splitext(name)[0]] = os.path.join(SOUNDS, name)

    def play(self, name):
        """Starts a sound and returns: the answer does not wait until the sound is over."""
        name = name or "howl"
        if name not in self.sounds:
            raise LookupError(f"there is no sound {name!r}; known are {', '.join(self.sounds)}")
        self.stop(None)
        if self.player:
            command = [*self.player, self.sounds[name]]
        else:
            # Nobody hears it, and everything else is as it would be.
            command = [sys.executable, "-c", "import time; time.sleep(2)"]
        self.playing = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        say(state="playing")
        threading.Thread(target=self.watch, args=(self.playing, name), daemon=True).start()
        return name

    def watch(self, process, name):
        """Says when a sound is over."""
        code = process.wait()
        # What `stop` ended is no failure.
        if code > 0:
            say(status={"key": "error", "value": f"{name}: the player ended with {code}"})
        if process is self.playing:
            say(state="idle")

    def stop(self, _arg):
        process, self.playing = self.playing, None
        if process and process.poll() is None:
            process.terminate()
            process.wait()
            say(state="idle")

    def list(self, _arg):
        return list(self.sounds)

    def do(self, action, arg):
        actions = {"play": self.play, "stop": self.stop, "list": self.list}
        if action not in actions:
            raise Unknown
        return actions[action](arg)


def howl(path, seconds=2, rate=22050):
    """Writes a howl: a tone that rises, stays and falls."""
    samples, phase = array.array("h"), 0.0
    for n in range(seconds * rate):
        part = n / (seconds * rate)
        tone = 220 + 440 * math.sin(math.pi * part) ** 2 + 6 * math.sin(40 * part)
        phase += 2 * math.pi * tone / rate
        samples.append(int(24000 * math.sin(math.pi * part) * math.sin(phase)))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def main():
    known = [CONFIG["player"]] if "player" in CONFIG else PLAYERS
    player = next((words for words in known if shutil.which(words[0])), None)
    if player is None:
        say(status={"key": "warn", "value": "no player found: the jukebox is silent"})
    with tempfile.TemporaryDirectory() as scratch:
        jukebox = Jukebox(player, scratch)
        say(state="idle")
        for line in sys.stdin:
            command = json.loads(line)
            # Every command gets one answer: `result` or `error`.
            try:
                say(id=command["id"], result=jukebox.do(command["action"], command["arg"]))
            except Unknown:
                say(id=command["id"], error={"code": "UNKNOWN_ACTION"})
            except Exception as error:  # whatever it is: the next command can work
                message = {"code": type(error).__name__, "message": str(error)}
                say(id=command["id"], error=message)
        jukebox.stop(None)


main()
