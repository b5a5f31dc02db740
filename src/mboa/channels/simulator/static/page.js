// The simulator's page: it asks for the phones' messages and the request's timeline, and shows them as text.

import { Timeline } from "./timeline.js";

const body = document.body;
const words = JSON.parse(body.dataset.words);
const speed = Number(body.dataset.speed);
const [latitude, longitude] = body.dataset.pin.split(",").map(Number);
const POLL = 700, POLL_HIDDEN = 5000, POLL_OFFLINE = 3000;
// The ticks of what is shown already still change, and an older message may be sent late: the last thirty are read
// again each time, and everything now and then.
const REREAD = 30, REREAD_ALL_EVERY = 20;
const TICKS = { sent: "✓", delivered: "✓✓", read: "✓✓" };
const LINK = /https?:\/\/[^\s/]+(\/suivi\/[\w-]+)/;

const byId = (id) => document.getElementById(id);
const fill = (pattern, name, value) => pattern.replace(`{${name}}`, value);
const hour = (at) => new Date(at).toLocaleTimeString("fr-FR", { timeZone: "Africa/Douala", hour: "2-digit", minute: "2-digit" });

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

async function ask(path, sent) {
  const options = sent && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(sent) };
  const answer = await fetch(path, options || { cache: "no-store" });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

class Phone {
  constructor(element) {
    this.element = element;
    this.isClient = element.dataset.role === "client";
    this.select = element.querySelector("select");
    this.list = element.querySelector(".bubbles");
    this.robot = element.querySelector(".robot");
    this.input = element.querySelector("input");
    this.byHand = false;
    this.select.addEventListener("change", () => { this.forget(); poll.soon(); });
    this.robot?.addEventListener("click", () => this.takeOver(!this.byHand));
    element.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); this.write(); });
    element.querySelector(".pin")?.addEventListener("click", () => this.say({ location: { latitude, longitude } }));
    element.querySelector(".voice")?.addEventListener("click", () => this.say({ voice: true }));
    this.forget();
  }

  get number() { return this.select.value; }
  get name() { return this.select.selectedOptions[0]?.textContent ?? ""; }

  show(number) {
    if (number === this.number) return;
    this.select.value = number;
    this.forget();
  }

  forget() {
    this.shown = new Map();
    this.rounds = 0;
    this.list.replaceChildren();
    this.element.querySelector(".hint").hidden = false;
    const tab = document.querySelector(`.tabs a[href="#${this.element.id}"]`);
    if (tab && !this.isClient) tab.textContent = this.name.split(" ")[0];
    this.element.querySelector(".face").textContent = this.name.slice(0, 1);
    this.element.querySelector(".does").textContent = this.select.selectedOptions[0]?.dataset.does ?? "";
  }

  write() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.say({ text });
  }

  async say(what) {
    try {
      if (!this.isClient && this.robot && !this.byHand) await this.takeOver(true);
      await ask("/simulator/messages", { from: this.number, ...(this.isClient && { name: this.name }), ...what });
      byId("trouble").hidden = true;
    } catch {
      if (what.text) this.input.value = what.text;
      byId("trouble").hidden = false;
    }
    poll.soon();
  }

  async takeOver(byHand) {
    await ask("/simulator/robots", { phone: this.number, on: !byHand });
    this.mark(byHand);
  }

  mark(byHand) {
    this.byHand = byHand;
    if (!this.robot) return;
    this.robot.setAttribute("aria-pressed", String(!byHand));
    this.robot.textContent = byHand ? words.by_hand : words.robot;
    this.robot.title = byHand ? words.by_hand_hint : words.robot_hint;
  }

  async read() {
    const number = this.number;
    if (!number) return;
    const ids = [...this.shown.keys()].sort((a, b) => b - a);
    const all = this.rounds++ % REREAD_ALL_EVERY === 0 || ids.length < REREAD;
    const messages = await ask(`/simulator/messages?phone=${encodeURIComponent(number)}&after=${all ? 0 : ids[REREAD - 1] - 1}`);
    if (number !== this.number) return;
    const first = this.shown.size === 0;
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    const added = messages.filter((message) => this.keep(message)).length;
    this.element.querySelector(".hint").hidden = this.shown.size > 0;
    if (added && (first || atEnd || messages.at(-1).direction === "in")) this.list.scrollTop = this.list.scrollHeight;
    if (added && !first) tabs.flag(this.element.id);
  }

  keep(message) {
    const known = this.shown.get(message.id);
    if (known) {
      if (known.status !== message.status) tick(known.bubble, message);
      known.status = message.status;
      return false;
    }
    const bubble = this.bubble(message);
    const later = [...this.shown.values()].filter((other) => other.at > message.at || (other.at === message.at && other.id > message.id));
    later.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id - b.id));
    this.list.insertBefore(bubble, later[0]?.bubble ?? null);
    this.shown.set(message.id, { id: message.id, at: message.at, status: message.status, bubble });
    return true;
  }

  bubble(message) {
    const mine = message.direction === "in";
    const bubble = make("div", `bubble ${mine ? "mine" : "theirs"}`);
    bubble.append(wordsOf(message));
    const foot = make("span", "foot", hour(message.at));
    foot.append(make("span", "ticks"));
    bubble.append(foot);
    if (!mine && message.buttons.length) bubble.append(this.buttons(message.buttons));
    tick(bubble, message);
    return bubble;
  }

  buttons(list) {
    const row = make("div", "buttons");
    for (const { payload, title } of list) {
      const button = make("button", "", title);
      button.type = "button";
      button.addEventListener("click", () => this.say({ button: payload }));
      row.append(button);
    }
    return row;
  }
}

function wordsOf(message) {
  const paragraph = make("p");
  const text = message.text || { location: words.sent_pin, audio: words.sent_voice, media: words.sent_voice }[message.kind] || "…";
  const link = text.match(LINK);
  if (!link) {
    paragraph.textContent = text;
    return paragraph;
  }
  const anchor = make("a", "", link[0].replace(/^https?:\/\//, ""));
  anchor.href = link[1];
  anchor.target = "_blank";
  anchor.rel = "noopener";
  paragraph.append(text.slice(0, link.index), anchor, text.slice(link.index + link[0].length));
  return paragraph;
}

function tick(bubble, message) {
  const ticks = bubble.querySelector(".ticks");
  // The visitor's own words are ticked once heard, Mboa's as the phone reports them.
  const state = message.direction === "in" ? (message.status === "understood" ? "read" : "delivered") : message.status;
  ticks.textContent = ` ${TICKS[state] ?? ""}`;
  ticks.title = words[state] ?? "";
  ticks.dataset.state = state;
}

const tabs = {
  links: [...document.querySelectorAll(".tabs a")],
  here: "client",
  start() {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.mark(entry.target.id);
    }, { threshold: 0.6 });
    for (const link of this.links) {
      seen.observe(byId(link.hash.slice(1)));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        byId(link.hash.slice(1)).scrollIntoView({ behavior: "smooth", inline: "start", block: "nearest" });
      });
    }
  },
  mark(id) {
    this.here = id;
    for (const link of this.links) {
      const here = link.hash === `#${id}`;
      link.toggleAttribute("aria-current", here);
      if (here) link.classList.remove("new");
    }
  },
  flag(id) {
    if (id !== this.here) this.links.find((link) => link.hash === `#${id}`)?.classList.add("new");
  },
};

const poll = {
  timer: 0,
  busy: false,
  again: false,
  soon() {
    if (this.busy) this.again = true;
    else { clearTimeout(this.timer); this.round(); }
  },
  async round() {
    this.busy = true;
    this.again = false;
    let pause = document.hidden ? POLL_HIDDEN : POLL;
    try {
      timeline.show(await ask(`/simulator/timeline?phone=${encodeURIComponent(client.number)}`));
      await Promise.all([client, ...providers].map((phone) => phone.read()));
    } catch {
      timeline.light("offline");
      pause = POLL_OFFLINE;
    }
    this.busy = false;
    this.timer = setTimeout(() => this.round(), this.again ? 0 : pause);
  },
};

const [client, ...providers] = [...document.querySelectorAll(".phone")].map((element) => new Phone(element));
const timeline = new Timeline({ words, speed, make, fill, hour, byId, client, providers });
client.select.addEventListener("change", () => timeline.forget());
for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => { client.input.value = example.textContent; client.write(); byId("client").scrollIntoView({ inline: "start", block: "nearest" }); });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll.soon(); });
tabs.start();
poll.round();
