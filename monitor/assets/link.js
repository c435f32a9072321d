// The live stream: a WebSocket of this very host and port, or Server-Sent Events where a proxy lets no
// WebSocket through. It is made again for ever.

const SLOWEST = 10_000;
// The monitor speaks each second: after this long without a word the stream is dead.
const SILENCE = 8_000;

export class Link {
  // `onMessage(object)`, `onState("connecting" | "open" | "lost")`.
  constructor(onMessage, onState) {
    this.onMessage = onMessage;
    this.onState = onState;
    this.failures = 0;
    this.opened = false; // A WebSocket has worked once.
    this.close = null;
    this.watch = null;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.hurry();
    });
    this.connect();
  }

  connect() {
    clearTimeout(this.retry);
    this.retry = null;
    this.onState("connecting");
    const sse = !this.opened && this.failures >= 2 && this.failures % 2 === 0;
    this.close = sse ? this.events() : this.socket();
    this.alive();
  }

  socket() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/ws`);
    socket.onmessage = (event) => {
      this.opened = true;
      this.heard(event.data);
    };
    socket.onclose = () => this.lost();
    return () => {
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
    };
  }

  events() {
    const source = new EventSource("/api/v1/stream");
    source.onmessage = (event) => this.heard(event.data);
    source.onerror = () => this.lost();
    return () => source.close();
  }

  heard(text) {
    this.alive();
    this.failures = 0;
    this.onState("open");
    this.onMessage(JSON.parse(text));
  }

  alive() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.lost(), SILENCE);
  }

  lost() {
    clearTimeout(this.watch);
    if (this.close) this.close();
    this.close = null;
    if (this.retry) return;
    this.failures += 1;
    this.onState("lost");
    this.checkLogin();
    const wait = Math.min(SLOWEST, 500 * 2 ** Math.min(this.failures, 5));
    this.retry = setTimeout(() => this.connect(), wait * (0.5 + Math.random() / 2));
  }

  hurry() {
    if (this.retry) this.connect();
  }

  // A browser that is not known any more gets the login page.
  async checkLogin() {
    try {
      const answer = await fetch("/api/v1/events");
      if (answer.status === 401) location.reload();
    } catch {
      // The monitor is away, and with it the reason to log in.
    }
  }
}
