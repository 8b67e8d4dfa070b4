// The little the pages need beyond htmx: the live stream, keys, menus, the reader's time zone. No inline handlers.

const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

// --- the reader's own time zone: pages show local times from the next one on -----------------------------------------
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${zone}`)) {
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
}

// --- live: one stream, resumed after the last fact seen, so that a lost connection leaves no gap and makes no double --
const live = {
  after: Number(document.body.dataset.liveAfter || 0),
  waiting: new Map(),

  start() {
    if (!all("[data-live]").length || !window.EventSource) return;
    const source = new EventSource(`/live?after=${this.after}`);
    source.addEventListener("case", (event) => this.heard(JSON.parse(event.data), Number(event.lastEventId)));
    source.addEventListener("whisper", (event) => this.refresh("whisper", JSON.parse(event.data)));
    source.onopen = () => all(".live-dot").forEach((dot) => dot.classList.remove("lost"));
    source.onerror = () => all(".live-dot").forEach((dot) => dot.classList.add("lost"));
    addEventListener("beforeunload", () => source.close());
  },

  heard(news, id) {
    if (id <= this.after) return; // a double after a reconnect
    this.after = id;
    for (const part of all("[data-live]")) {
      const wanted = part.dataset.live.split(" ");
      if (wanted.includes("any") || wanted.includes(`case:${news.case}`)) this.refresh(part, news);
    }
  },

  refresh(part, news) {
    if (typeof part === "string") return all(`[data-live~="${part}:${news.case}"]`).forEach((one) => this.refresh(one, news));
    clearTimeout(this.waiting.get(part));
    const wait = part.dataset.liveWait ? Number(part.dataset.liveWait) : 30;
    this.waiting.set(part, setTimeout(() => window.htmx.trigger(part, "refresh"), wait));
  },
};
addEventListener("load", () => live.start());

// --- keys -------------------------------------------------------------------------------------------------------------
let going = false;

function move(by) {
  const rows = all("[data-row]");
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("here"));
  rows.forEach((row) => row.classList.remove("here"));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  row.classList.add("here");
  row.scrollIntoView({ block: "nearest" });
  const link = row.querySelector("a");
  if (link) link.focus({ preventScroll: true });
}

const keys = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  x: () => document.querySelector("[data-row].here input[type=checkbox]")?.click(),
  r: () => document.querySelector("[data-answer]")?.focus(),
  "?": () => document.getElementById("help")?.showModal(),
  g: () => { going = true; setTimeout(() => { going = false; }, 1200); },
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (going) {
    const place = document.querySelector(`.place[data-key="${CSS.escape(event.key)}"]`);
    if (place) { event.preventDefault(); location.href = place.href; }
    going = false;
    return;
  }
  if (event.key === "Enter" && event.target.matches("[data-row]")) event.target.querySelector("a")?.click();
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});

// Ctrl+Enter sends what is being written.
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) event.target.form?.requestSubmit();
});

// --- menus and dialogs ------------------------------------------------------------------------------------------------
addEventListener("click", (event) => {
  const menu = event.target.closest("[data-menu]");
  if (menu) {
    const open = document.getElementById("side").classList.toggle("open");
    menu.setAttribute("aria-expanded", String(open));
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  for (const sheet of all("details.menu[open]")) if (!sheet.contains(event.target)) sheet.open = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of all("details.menu[open]")) { sheet.open = false; sheet.querySelector("summary")?.focus(); }
});

// --- one press is one press -------------------------------------------------------------------------------------------
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

// --- select all of a list ---------------------------------------------------------------------------------------------
addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  all(`input[name="${event.target.dataset.all}"]`).forEach((box) => { box.checked = event.target.checked; });
});

// --- a mistake in a text: go to its line --------------------------------------------------------------------------------
addEventListener("click", (event) => {
  const button = event.target.closest("[data-line]");
  if (!button) return;
  const text = document.getElementById(button.dataset.text);
  const lines = text.value.split("\n");
  const line = Math.min(Number(button.dataset.line), lines.length);
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start + Number(button.dataset.column) - 1, start + lines[line - 1].length);
  text.scrollTop = (line - 4) * parseFloat(getComputedStyle(text).lineHeight);
});
