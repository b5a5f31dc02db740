// The request's timeline, the clock that runs faster, and the light that shows the worker thinking.

const CLOCK_MS = 100;
const SETTLED = new Set(["accepted", "declined", "expired", "withdrawn", "undeliverable"]);

export class Timeline {
  constructor(page) {
    Object.assign(this, page);
    this.opened = Date.now();
    this.placed = new Map();
    this.forget();
    setInterval(() => this.turn(), CLOCK_MS);
  }

  forget() {
    this.request = null;
    this.drawn = "";
  }

  // Server time as this browser knows it.
  now() { return Date.now() + (this.ahead ?? 0); }

  show(told) {
    this.ahead = Date.parse(told.now) - Date.now();
    const thinking = told.thinking.length > 0 || told.unsent > 0;
    this.light(thinking ? "thinking" : "idle");
    this.client.element.classList.toggle("awaiting", told.thinking.includes(this.client.number));
    for (const phone of this.providers) phone.mark(told.by_hand.includes(phone.number));
    this.request = told.request;
    this.byId("no-request").hidden = Boolean(told.request);
    this.byId("story").hidden = !told.request;
    if (told.request) this.draw(told.request);
  }

  light(state) {
    this.byId("light").dataset.state = state;
    const said = this.byId("light-words");
    if (said.textContent !== this.words[state]) said.textContent = this.words[state];
  }

  draw(request) {
    this.place(request);
    const drawn = JSON.stringify(request);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.byId("code").textContent = request.code;
    const status = this.byId("status");
    status.textContent = this.words.status[request.status];
    status.dataset.status = request.status;
    this.byId("what").textContent = [this.words.service[request.service], request.zone_name, request.problem].filter(Boolean).join(" · ");
    this.byId("follow").href = request.follow;
    this.byId("offers").replaceChildren(...request.offers.map((offer) => this.offer(offer)).reverse());
    this.byId("events").replaceChildren(...request.events.map((event) => this.event(event)).reverse());
    this.turn();
  }

  // Whoever is asked is shown in one of the three phones, but never in one that the visitor holds.
  place(request) {
    const shown = new Set(this.providers.map((phone) => phone.number));
    for (const offer of request.offers) {
      const key = `${request.code} ${offer.phone}`;
      if (this.placed.has(key)) continue;
      this.placed.set(key, true);
      if (shown.has(offer.phone) || !this.providers.length) continue;
      const asked = new Set(request.offers.map((other) => other.phone));
      const free = this.providers.filter((phone) => !phone.byHand && !asked.has(phone.number));
      const slot = free.find((phone) => phone === this.providers[(offer.position - 1) % this.providers.length]) ?? free[0];
      if (slot) { shown.delete(slot.number); slot.show(offer.phone); shown.add(offer.phone); }
    }
    const holder = request.offers.find((offer) => offer.status === "open" || offer.status === "accepted");
    for (const phone of this.providers) phone.element.classList.toggle("asked", phone.number === holder?.phone);
  }

  offer(offer) {
    const { make, words, fill } = this;
    const box = make("details", "offer");
    box.dataset.status = offer.status;
    box.open = offer.status === "open" || offer.status === "accepted";
    const head = make("summary");
    head.append(make("b", "", `${offer.position}. ${offer.provider}`), make("span", "verdict", words.offer[offer.status]));
    box.append(head);
    if (!SETTLED.has(offer.status)) box.append(this.remaining(offer));
    const others = offer.withheld === 1 ? words.withheld_one : fill(words.withheld, "count", offer.withheld);
    const score = fill(words.score, "score", Math.round(offer.score * 100));
    box.append(make("p", "why", `${words.why} ${score}${offer.withheld ? `, ${others}` : ""}`));
    const list = make("dl");
    for (const [name, value] of Object.entries(offer.reasons)) {
      const bar = make("meter");
      bar.value = value;
      bar.title = `${Math.round(value * 100)} %`;
      const cell = make("dd");
      cell.append(bar);
      list.append(make("dt", "", words.reason[name] ?? name), cell);
    }
    box.append(list);
    return box;
  }

  remaining(offer) {
    const bar = this.make("progress", "remaining");
    bar.max = 1;
    bar.dataset.from = Date.parse(offer.sent_at ?? offer.offered_at);
    bar.dataset.until = Date.parse(offer.expires_at);
    bar.title = this.words.offer.open;
    return bar;
  }

  event(event) {
    const item = this.make("li");
    item.dataset.actor = event.actor;
    item.append(this.make("time", "", this.hour(event.happened_at)), this.make("span", "", this.words.event[event.name] ?? event.name));
    return item;
  }

  turn() {
    const since = this.request ? Date.parse(this.request.confirmed_at ?? this.request.created_at) : this.opened + (this.ahead ?? 0);
    const until = this.request?.closed_at ? Date.parse(this.request.closed_at) : this.now();
    const seconds = Math.max(0, Math.floor(((until - since) / 1000) * this.speed));
    const two = (number) => String(number).padStart(2, "0");
    this.byId("clock").textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    for (const bar of document.querySelectorAll(".remaining")) {
      const { from, until: end } = bar.dataset;
      bar.value = Math.max(0, Math.min(1, (end - this.now()) / (end - from)));
    }
  }
}
