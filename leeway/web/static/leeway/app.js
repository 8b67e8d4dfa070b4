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
  source: null,
  asked: new Map(), // part -> when it may be asked for again, and whether it is to be

  start() {
    const parts = all("[data-live]");
    if (!parts.length || !window.EventSource || this.source) return;
    const cases = new Set(parts.flatMap((part) => part.dataset.live.split(" ")).filter((one) => one.startsWith("case:")));
    const followed = [...cases].map((one) => `&case=${one.slice(5)}`).join("");
    this.source = new EventSource(`/live?after=${this.after}${followed}`);
    this.source.addEventListener("case", (event) => this.heard(Number(event.lastEventId), JSON.parse(event.data)));
    this.source.addEventListener("elsewhere", (event) => this.heard(Number(event.lastEventId), {}));
    this.source.onopen = () => { this.lost(false); catchUp(); };
    this.source.onerror = () => this.lost(true);
  },

  stop() {
    this.source?.close();
    this.source = null;
  },

  lost(is) {
    all(".live-dot").forEach((dot) => dot.classList.toggle("lost", is));
  },

  heard(id, news) {
    if (id <= this.after) return; // a double after a reconnect
    this.after = id;
    for (const part of all("[data-live]")) {
      const wanted = part.dataset.live.split(" ");
      if (wanted.includes("any") || (news.case && wanted.includes(`case:${news.case}`))) this.refresh(part);
    }
    const written = news.kind === "message" && all("[data-live]").some((part) => part.dataset.live === `case:${news.case}`);
    if (written) say(document.body.dataset.newMessage);
  },

  // At once when it is quiet; while much happens, as often as the server answers with ease.
  refresh(part) {
    const state = this.asked.get(part) || { timer: 0, free: 0, began: 0, asking: false, again: false };
    this.asked.set(part, state);
    if (state.asking) { state.again = true; return; }
    if (!state.timer) state.timer = setTimeout(() => this.ask(part, state), Math.max(20, state.free - performance.now()));
  },

  ask(part, state) {
    state.timer = 0;
    if (busy(part)) { part.dataset.stale = "1"; return; } // never under somebody's hands
    delete part.dataset.stale;
    state.asking = true;
    state.began = performance.now();
    window.htmx.trigger(part, "refresh");
  },

  answered(part) {
    const state = this.asked.get(part);
    if (!state) return;
    const took = performance.now() - state.began;
    state.free = performance.now() + Math.min(60 + took, 5000);
    state.asking = false;
    if (state.again) { state.again = false; this.refresh(part); }
  },
};

// A part is busy while somebody types in it, has typed, or has a menu of it open.
function busy(part) {
  if (part.contains(document.activeElement) && typing(document.activeElement)) return true;
  if (part.querySelector("details.menu[open]")) return true;
  return all("input:not([type=hidden]), textarea", part).some((field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
}
const catchUp = () => setTimeout(() => all("[data-stale]").forEach((part) => live.refresh(part)), 60);
addEventListener("focusout", catchUp);
addEventListener("toggle", catchUp, true);
addEventListener("online", catchUp);

addEventListener("load", () => {
  live.start();
  if (location.hash) document.getElementById(location.hash.slice(1))?.focus(); // "Whisper" on Watch leads to the field
});
addEventListener("pagehide", () => live.stop());
addEventListener("pageshow", (event) => {
  all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  if (event.persisted) live.start();
});
// A browser holds six connections to one server: pages nobody looks at give theirs back, and go on where they were.
document.addEventListener("visibilitychange", () => (document.hidden ? live.stop() : live.start()));

// --- what a refreshed part keeps: the line one is on, and what "seen" means -------------------------------------------
let kept = null;
addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  const row = part.querySelector?.("[data-row].here");
  kept = row?.id ? { id: row.id, focused: row.contains(document.activeElement) } : null;
});
// A page that comes in several parts brings those that are free; the others are asked for again when they are.
addEventListener("htmx:oobBeforeSwap", (event) => {
  if (!busy(event.detail.target)) return;
  event.detail.shouldSwap = false;
  all("[data-live]").forEach((part) => { part.dataset.stale = "1"; });
});
for (const name of ["htmx:afterSwap", "htmx:oobAfterSwap"]) addEventListener(name, (event) => {
  const part = event.detail.target;
  fold(part);
  const row = kept && document.getElementById(kept.id);
  if (row && part.contains(row)) {
    row.classList.add("here");
    if (kept.focused) row.querySelector("a")?.focus({ preventScroll: true });
  }
  kept = null;
  const version = part.querySelector?.("[data-version]")?.dataset.version;
  if (version) all("dialog:not([open]) input[name=seen]").forEach((field) => { field.value = version; });
});
addEventListener("htmx:afterRequest", (event) => live.answered(event.detail.elt));
addEventListener("htmx:sendError", (event) => { // asked again, until we are back
  event.detail.elt.dataset.stale = "1";
  setTimeout(catchUp, 2000);
});
// Signed out, or not one's case any more: the page itself says so.
addEventListener("htmx:responseError", (event) => {
  if ([401, 403, 404].includes(event.detail.xhr.status) && !busy(document.body)) location.reload();
});
addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseURL.includes("/account/login")) { event.detail.shouldSwap = false; location.reload(); }
});

// --- panels somebody folded or unfolded stay so: on the next case, and when the page is refreshed under them ------------
function fold(from = document) {
  for (const panel of all("details[data-fold]", from)) {
    const kept = localStorage.getItem(`fold:${panel.dataset.fold}`);
    if (kept) panel.open = kept === "open";
  }
}
addEventListener("click", (event) => {
  const panel = event.target.closest("summary")?.parentElement;
  if (panel?.dataset.fold) localStorage.setItem(`fold:${panel.dataset.fold}`, panel.open ? "shut" : "open");
});
fold();

// --- toasts: said aloud, gone after a while unless somebody looks at them ------------------------------------------------
function say(words) {
  const aloud = document.getElementById("aloud");
  if (aloud && words) aloud.textContent = words;
}
for (const toast of all("[data-toast]")) {
  let left = toast.classList.contains("error") ? Infinity : toast.querySelector("form") ? 20 : 8;
  setInterval(() => {
    if (!toast.matches(":hover, :focus-within") && !document.hidden && --left <= 0) toast.remove();
  }, 1000);
}
addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]")?.remove());

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
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
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

// A dialog, with the fields its opener knows already (data-fill-<name>); its others as the page had them.
function open(opener) {
  const dialog = document.getElementById(opener.dataset.opens);
  if (!dialog) return;
  for (const field of all("[name]", dialog)) {
    const known = opener.getAttribute(`data-fill-${field.name}`);
    if (known !== null) field.value = known;
    else if (field.name === "promise") field.value = "";
  }
  opener.closest("details.menu")?.removeAttribute("open");
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

// --- menus and dialogs ------------------------------------------------------------------------------------------------
addEventListener("click", (event) => {
  const menu = event.target.closest("[data-menu]");
  if (menu) {
    const open = document.getElementById("side").classList.toggle("open");
    menu.setAttribute("aria-expanded", String(open));
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener);
  for (const sheet of all("details.menu[open]")) if (!sheet.contains(event.target)) sheet.open = false;
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of all("details.menu[open]")) { sheet.open = false; sheet.querySelector("summary")?.focus(); }
});

// --- words from a panel into the answer (data-inserts), after what is written there already ---------------------------
addEventListener("click", (event) => {
  const button = event.target.closest("[data-inserts]");
  const answer = button && document.querySelector("textarea[data-answer]");
  if (!answer) return;
  const before = answer.value.slice(0, answer.selectionEnd).trimEnd();
  const after = answer.value.slice(answer.selectionEnd).trimStart();
  const written = [before, button.dataset.inserts].filter(Boolean).join("\n\n");
  answer.value = [written, after].filter(Boolean).join("\n\n");
  answer.focus();
  answer.setSelectionRange(written.length, written.length);
  answer.dispatchEvent(new Event("input", { bubbles: true }));
});

// --- a suggestion used, or of no help: said in the background, so that nobody loses what they are writing ------------
addEventListener("click", (event) => {
  const button = event.target.closest("[data-tells]");
  if (!button) return;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  const { play, move } = button.dataset;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, key: crypto.randomUUID?.() || String(performance.now()), play, move });
  fetch(button.dataset.tells, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
  if ("removes" in button.dataset) button.closest("[data-suggestion]")?.remove();
});
addEventListener("keydown", (event) => {
  const number = /^Digit([1-3])$/.exec(event.code);
  const button = event.altKey && !event.ctrlKey && !event.metaKey && number && document.querySelector(`[data-alt="${number[1]}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// --- the draft is read on every pause: marks under the words and in a list, each with what to say instead -------------
const draft = {
  timer: 0,
  asked: null, // the request under way; a newer one takes its place

  typed(answer) {
    clearTimeout(this.timer);
    this.drawn(answer, []);
    this.timer = setTimeout(() => this.read(answer), 400);
  },

  async read(answer) {
    this.asked?.abort();
    this.asked = new AbortController();
    const text = answer.value;
    const list = document.querySelector("[data-draft-found]");
    if (!text.trim()) { list.replaceChildren(); return; }
    const token = answer.form.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
    try {
      const body = new URLSearchParams({ csrfmiddlewaretoken: token, text });
      const reply = await fetch(answer.dataset.draft, { method: "POST", body, credentials: "same-origin", signal: this.asked.signal });
      if (!reply.ok || reply.redirected || answer.value !== text) return; // written on since: the next pause asks again
      list.innerHTML = await reply.text(); // our own page's part, its words escaped by the server
    } catch { return; }
    const marks = all("[data-mark]", list);
    this.drawn(answer, marks);
    const said = document.getElementById("draft-said");
    const words = marks.length ? list.dataset.says.replace("{n}", marks.length) : "";
    if (said.textContent !== words) said.textContent = words;
  },

  // The same words behind the field, with the marked ones underlined.
  drawn(answer, marks) {
    const behind = answer.parentElement.querySelector("[data-draft-marks]");
    if (!behind) return;
    const text = answer.value;
    const parts = [];
    let at = 0;
    for (const { start, end } of marks.filter((mark) => !("whole" in mark.dataset)).map((mark) => ({ start: Number(mark.dataset.start), end: Number(mark.dataset.end) }))) {
      if (start < at || end <= start) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end);
      parts.push(text.slice(at, start), mark);
      at = end;
    }
    behind.replaceChildren(...parts, `${text.slice(at)}\n`);
    const style = getComputedStyle(answer);
    for (const name of ["font", "padding", "lineHeight", "letterSpacing"]) behind.style[name] = style[name];
    behind.scrollTop = answer.scrollTop;
  },

  // The suggestion in place of the words; through the editor, so that Ctrl+Z takes it back.
  take(item) {
    const answer = document.querySelector("textarea[data-draft]");
    const start = Number(item.dataset.start);
    const end = Number(item.dataset.end);
    if (!item.dataset.suggestion || answer.value.slice(start, end) !== item.dataset.quote) return;
    answer.focus();
    answer.setSelectionRange(start, end);
    if (!document.execCommand("insertText", false, item.dataset.suggestion)) {
      answer.setRangeText(item.dataset.suggestion, start, end, "end");
      answer.dispatchEvent(new Event("input", { bubbles: true }));
    }
    clearTimeout(this.timer);
    this.read(answer);
  },

  // The mark one is on: the focused one, the one under the caret, the first that can be taken.
  here() {
    const marks = all("[data-draft-found] [data-mark]").filter((mark) => mark.dataset.suggestion);
    const at = document.querySelector("textarea[data-draft]")?.selectionStart;
    return marks.find((mark) => mark.contains(document.activeElement))
      || marks.find((mark) => mark.dataset.start <= at && at <= mark.dataset.end) || marks[0];
  },

  vote(button) {
    const item = button.closest("[data-mark]");
    const answer = document.querySelector("textarea[data-draft]");
    const token = answer.form.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, kind: item.dataset.kind, phrase: item.dataset.phrase });
    fetch(button.dataset.votes, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
    item.remove();
    this.drawn(answer, all("[data-draft-found] [data-mark]"));
    answer.focus();
  },
};
addEventListener("input", (event) => { if (event.target.matches("textarea[data-draft]")) draft.typed(event.target); });
addEventListener("scroll", (event) => {
  if (!event.target.matches?.("textarea[data-draft]")) return;
  event.target.parentElement.querySelector("[data-draft-marks]").scrollTop = event.target.scrollTop;
}, true);
addEventListener("click", (event) => {
  const item = event.target.closest("[data-takes]")?.closest("[data-mark]");
  if (item) draft.take(item);
  const vote = event.target.closest("[data-votes]");
  if (vote) draft.vote(vote);
});
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.altKey || event.ctrlKey || event.metaKey || !event.target.closest(".composer")) return;
  const item = draft.here();
  if (!item) return;
  event.preventDefault();
  draft.take(item);
});

// --- a model's better words take the place of ours when they come (data-better) ---------------------------------------
document.addEventListener("htmx:load", (event) => {
  const better = event.target.closest?.("[data-better]");
  const box = better?.closest("[data-suggestion]");
  if (!box) return;
  const words = box.querySelector("[data-words]");
  const button = box.querySelector("[data-inserts]");
  if (words) words.textContent = `“${better.dataset.better}”`;
  if (button) button.dataset.inserts = better.dataset.better;
});

// --- one press is one press -------------------------------------------------------------------------------------------
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (event.submitter?.formTarget === "_blank") return; // the answer opens beside it: this page goes on
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});

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
