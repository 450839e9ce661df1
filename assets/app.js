// What htmx cannot say in attributes, in plain script. Everything works without
// it, as pages; nothing here decides anything that the server does not check.
(() => {
  "use strict";

  const $ = (selector, within = document) => within.querySelector(selector);
  const byId = id => document.getElementById(id);
  const watching = ctx => ctx?.watch ?? ctx?.sourceElement?.id === "live"; // the page asks by itself what is new
  let next = null; // { id, keys } of the cell that is being opened

  // ---- Dialogs: what is swapped into #dialog opens, and gives focus back.

  let opener = null; // what had focus before the dialog: the element, and its id
  const openDialog = (focus = document.activeElement) => {
    const dialog = $("#dialog > dialog:not([open])");
    if (!dialog) return;
    if (!byId("dialog").contains(focus)) opener ??= remember(focus);
    dialog.showModal();
    const first = $("[autofocus]", dialog);
    if (first) first.focus();
  };
  const remember = element => {
    const menu = element?.closest("[popover]");
    return { element, id: menu ? $(`[popovertarget="${CSS.escape(menu.id)}"]`)?.id : element?.id };
  };
  const giveFocusBack = () => {
    const from = opener;
    opener = null;
    if (!lost()) return; // the browser gave it back, and somebody may have gone on already
    const element = from && (from.element?.isConnected && from.element.checkVisibility() ? from.element : byId(from.id));
    (element || byId("main"))?.focus({ preventScroll: true });
  };
  const closeDialog = () => {
    if (!byId("dialog").firstElementChild) return;
    freeIdle();
    byId("dialog").replaceChildren();
    giveFocusBack();
  };
  document.addEventListener("close", event => {
    if (!event.target.closest?.("#dialog")) return;
    refused.clear();
    if (!reopen()) closeDialog();
  }, true);
  document.addEventListener("click", event => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  });

  // The warning before the idle time-out moves in front of an open dialog, which
  // keeps everything behind it from eyes, ears and keys; and out again before the
  // dialog goes. It takes no focus from who is typing.
  const freeIdle = () => {
    if (byId("idle")?.closest("dialog")) document.body.append(byId("idle"));
  };
  const placeIdle = () => {
    const dialog = $("#dialog > dialog[open]:not([data-required])");
    if (dialog && $("#idle .idle")) dialog.append(byId("idle"));
  };
  document.addEventListener("htmx:before:swap", freeIdle);

  // A refusal that is no matter of the dialog itself stands in a toast behind it.
  document.addEventListener("htmx:finally:request", event => {
    const { response, sourceElement } = event.detail.ctx;
    if (response?.status >= 400 && ![401, 422, 429].includes(response.status) && sourceElement.closest?.("#dialog")) closeDialog();
  });

  // ---- A menu closes once something in it was chosen; the choice keeps focus.

  document.addEventListener("click", event => {
    const menu = event.target.closest(".menu-item:not(label)")?.closest("[popover]");
    if (menu?.matches(":popover-open")) setTimeout(() => menu.hidePopover());
  });

  // ---- Signing in over a page, or proving again who one is: what was refused is
  // sent again, once.

  const refused = new Set();
  const aside = document.createElement("div"); // holds the dialog whose request was refused
  aside.hidden = true;
  document.addEventListener("htmx:response:error", event => {
    const { response, sourceElement } = event.detail.ctx;
    if (response.status !== 401) return;
    refused.add(sourceElement);
    const dialog = sourceElement.closest("#dialog > dialog");
    if (!dialog) return;
    dialog.removeAttribute("open");
    aside.replaceChildren(dialog);
    document.body.append(aside);
  });
  // A second refusal leaves the dialog alone, in which somebody may be typing.
  document.addEventListener("htmx:before:swap", event => {
    if (event.detail.ctx.response?.status === 401 && $("#dialog > [data-required]")) event.preventDefault();
  });
  const reopen = () => {
    const dialog = aside.firstElementChild;
    if (!dialog) return false;
    byId("dialog").replaceChildren(dialog);
    openDialog();
    return true;
  };
  document.addEventListener("session:back", () => {
    const again = [...refused];
    refused.clear();
    if (!reopen()) closeDialog();
    for (const element of again) {
      if (element.isConnected) htmx.trigger(element, "session:restored", {}, false);
    }
  });

  // ---- A link to hand over is copied, and the button says so.

  document.addEventListener("click", async event => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = byId(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // over plain HTTP there is no other clipboard
    }
    $("span", button).textContent = button.dataset.copied;
    byId("announce").textContent = button.dataset.copied;
  });

  // ---- "/" goes to the search box. A key without Ctrl can be struck by mistake,
  // or by speech input: it can be turned off (WCAG 2.1.4), on each device.

  const allowed = () => localStorage.getItem("shortcuts") !== "off";
  const drawShortcuts = () => { if (byId("shortcuts")) byId("shortcuts").checked = allowed(); };
  document.addEventListener("change", event => {
    if (event.target.id === "shortcuts") localStorage.setItem("shortcuts", event.target.checked ? "on" : "off");
  });
  drawShortcuts();
  document.addEventListener("keydown", event => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || next || !allowed()) return;
    if (event.target.matches("input, select, textarea") || !byId("q")) return;
    event.preventDefault();
    byId("q").focus();
    byId("q").select();
  });

  // ---- Cells: Escape leaves, Tab saves and goes on to the next one. Keys that
  // are struck before a cell is open are kept for it.

  document.addEventListener("click", event => {
    const cell = event.target.closest(".cell-open")?.closest(".cell");
    if (cell && !event.ctrlKey && !event.metaKey && !event.shiftKey) next = { id: cell.id, keys: [] };
  });
  const openNext = (cell, back) => {
    const cells = [...document.querySelectorAll("main .cell")].filter(c => c === cell || $(".cell-open", c));
    const to = cells[cells.indexOf(cell) + (back ? -1 : 1)];
    if (to) $(".cell-open", to).click();
    return Boolean(to);
  };
  const opening = () => $(`#${next.id}.is-editing, #${next.id} .cell-open.htmx-request`);
  const changed = form => [...form.elements].some(e => e.name && e.type !== "hidden" &&
    e.value !== form.elements[`was.${e.name}`]?.value);

  document.addEventListener("keydown", event => {
    if (next && !opening()) next = null;
    if (next && !event.isComposing) return keepKey(event);
    const editor = event.target.closest?.(".is-editing, .is-editing-row");
    if (!editor || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      $("[data-cancel]", editor)?.click();
    }
    const form = event.target.closest(".cell-form");
    if (!form || !event.target.matches(".in")) return;
    if (goesOnChoosing(event)) return;
    if (event.key === "Tab") leaveByTab(event, editor, form);
    if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault(); // not every browser sends a form by it
      form.requestSubmit();
    }
  });
  const leaveByTab = (event, cell, form) => {
    const save = changed(form);
    const goesOn = openNext(cell, event.shiftKey);
    if (!goesOn && !save) return;
    event.preventDefault();
    if (save) form.requestSubmit();
    else $("[data-cancel]", cell)?.click();
  };
  const keepKey = event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length > 1 && !["Tab", "Enter", "Escape", "Backspace"].includes(event.key)) return;
    event.preventDefault();
    next.keys.push({ key: event.key, shiftKey: event.shiftKey });
  };
  const playKeys = control => {
    const keys = next.keys;
    next = null;
    let typed = ""; // the old value stands there selected: the first key replaces it
    for (const [i, { key, shiftKey }] of keys.entries()) {
      if (key.length === 1) write(control, typed += key);
      else if (key === "Backspace") write(control, typed = typed.slice(0, -1));
      else if (key === "Enter") return control.form.requestSubmit();
      else {
        control.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
        if (next) next.keys.push(...keys.slice(i + 1));
        return;
      }
    }
    if (typed && control.options) begun = { control, typed, at: performance.now() };
  };
  // A choice whose first letters were kept goes on with those that follow at once:
  // the browser, which does not know of the first, would begin anew.
  let begun = null;
  const goesOnChoosing = event => {
    const goesOn = begun?.control === event.target && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey &&
      event.timeStamp - begun.at < 1000;
    if (!goesOn) begun = null;
    else {
      event.preventDefault();
      begun.at = event.timeStamp;
      write(begun.control, begun.typed += event.key);
    }
    return goesOn;
  };
  const write = (control, typed) => {
    if (!control.options) control.value = typed;
    else control.value = [...control.options].find(o => o.text.toLowerCase().startsWith(typed.toLowerCase()))?.value ?? control.value;
  };

  // ---- Focus is never lost by a swap, nor what is typed into a cell by the
  // redrawing of the list around it.

  const editors = ".is-editing, .is-editing-row";

  const lost = () => document.activeElement === document.body;
  // A button that rests during its request loses the focus.
  document.addEventListener("htmx:config:request", event => {
    if (!watching(event.detail.ctx)) event.detail.ctx.from = document.activeElement;
  });
  const focusOf = ctx => lost() ? ctx.from ?? document.body : document.activeElement;
  document.addEventListener("htmx:before:swap", event => {
    const { ctx, tasks } = event.detail;
    const within = element => tasks.find(({ target }) => target !== element && target?.contains?.(element))?.target;
    if (ctx.target?.contains?.(focusOf(ctx))) ctx.held = ctx.target.id;
    else if (watching(ctx)) ctx.held = within(document.activeElement)?.id;
    for (const editor of document.querySelectorAll(editors)) editor.toggleAttribute("hx-morph-skip", Boolean(within(editor)));
    for (const menu of document.querySelectorAll("main .menu")) {
      menu.toggleAttribute("hx-morph-skip", watching(ctx) && menu.matches(":popover-open"));
    }
  });
  document.addEventListener("htmx:after:swap", event => {
    const { ctx } = event.detail;
    openDialog(focusOf(ctx));
    placeIdle();
    shout();
    drawShortcuts();
    if (!byId("dialog").firstElementChild && opener) giveFocusBack();
    if (ctx.held && lost()) focusIn(byId(ctx.held));
    if (ctx.target?.id === "results" && ctx.sourceElement?.id !== "search") drawSearch();
    const cell = next && byId(next.id);
    const control = cell?.matches(".is-editing") && $(".in", cell);
    if (!control) return;
    control.focus({ preventScroll: true });
    control.select?.();
    playKeys(control);
  });
  document.addEventListener("htmx:finally:request", event => {
    const { from } = event.detail.ctx;
    queueMicrotask(() => { // by then the button is awake again
      if (lost() && from && from !== document.body) (from.isConnected && from.checkVisibility() ? from : resting())?.focus({ preventScroll: true });
    });
  });
  const resting = () => $("#dialog > dialog[open] button") ?? byId("main"); // what is behind a dialog takes no focus
  // The search box is never swapped: a filter, or "clear", may have changed what it holds.
  const drawSearch = () => { byId("q").value = new URLSearchParams(location.search).get("q") ?? ""; };
  const focusIn = place => {
    const within = place && ($("[aria-invalid=true]", place) || place.id !== "main" &&
      ($("[autofocus]", place) || place.matches(".cell") && $(".cell-open", place) || $("a[href]:not([tabindex='-1']), button, input:not([type=hidden])", place)));
    (within || resting())?.focus({ preventScroll: true });
  };
  document.addEventListener("focusin", event => {
    if (event.target.matches(".is-editing input.in") && !next) event.target.select();
  });

  // ---- Toasts are read out, and leave by themselves unless they are needed.

  const stay = 10000;
  const shout = () => {
    for (const toast of document.querySelectorAll("[data-toast]:not([data-told])")) {
      toast.dataset.told = "";
      byId("announce").textContent = $(".toast-text", toast)?.innerText ?? "";
      leave(toast);
    }
  };
  const leave = toast => setTimeout(() => {
    const needed = toast.matches(":hover, :focus-within") || [...refused].some(e => toast.contains(e));
    if (needed) leave(toast);
    else toast.remove();
  }, stay);
  const dismiss = toast => {
    const inside = toast?.contains(document.activeElement);
    toast?.remove();
    if (inside) byId("main")?.focus({ preventScroll: true });
  };
  document.addEventListener("click", event => {
    dismiss(event.target.closest("[data-dismiss]")?.closest("[data-toast]"));
  });
  // An undo is used up once it has been pressed.
  document.addEventListener("htmx:finally:request", event => {
    const { sourceElement, response } = event.detail.ctx;
    if (response?.status < 400) dismiss(sourceElement?.closest?.("[data-toast]"));
  });

  // ---- No answer, or one that is not ours: say so, and keep what was typed.

  const toastFrom = id => {
    const place = $("#dialog > dialog[open]") ?? byId("toasts"); // what is behind a dialog is not seen
    place.append(byId(id).content.cloneNode(true));
    shout();
  };
  document.addEventListener("htmx:error", event => {
    if (watching(event.detail.ctx)) return;
    next = null;
    if (event.detail.ctx?.request) toastFrom("offline-toast");
  });
  document.addEventListener("htmx:response:error", event => {
    if (watching(event.detail.ctx)) return;
    next = null;
    const { text, response } = event.detail.ctx;
    if (response.status >= 400 && !/<hx-partial|<form|<tr|<div/.test(text)) toastFrom("failed-toast");
  });

  // ---- What others change shows by itself, and disturbs nobody: the page asks only
  // while it is seen, more rarely while there is no answer, and what was asked before
  // somebody acted here is old by now and is asked again.

  let acts = 0, busy = 0; // requests of this page that have begun or ended, and that run
  let misses = 0, rest = 0; // how often there was no answer, and how often not to ask
  document.addEventListener("htmx:config:request", event => {
    if (watching(event.detail.ctx) && (document.hidden || rest-- > 0)) event.preventDefault();
  });
  document.addEventListener("htmx:before:request", event => {
    const { ctx } = event.detail;
    ctx.watch = watching(ctx);
    if (!ctx.watch) { busy++; acts++; }
    ctx.acts = acts;
  });
  document.addEventListener("htmx:before:response", event => {
    const { ctx } = event.detail;
    if (watching(ctx) && ctx.response.status === 204) event.preventDefault();
  });
  document.addEventListener("htmx:before:swap", event => {
    const { ctx } = event.detail;
    if (!watching(ctx)) return;
    if (busy > 0 || ctx.acts !== acts) event.preventDefault();
    for (const control of document.querySelectorAll("main [autofocus]")) control.removeAttribute("autofocus"); // it has had it
  });
  document.addEventListener("htmx:finally:request", event => {
    const { ctx } = event.detail;
    if (ctx.watch) {
      misses = ctx.response?.status < 400 ? 0 : Math.min(misses + 1, 5);
      rest = misses && 2 ** misses;
    } else if (ctx.watch === false) { // it has begun
      busy--;
      acts++;
    }
  });
  // A row in edit says how many newer values there are, and makes room for them
  // when they are asked for: nothing moves under somebody's hands.
  const countNewer = () => {
    for (const button of document.querySelectorAll(".newer-count")) {
      const row = button.closest("tr"), n = row.querySelectorAll(".newer:not(:empty)").length;
      button.hidden = n === 0;
      button.textContent = n > 1 ? `${n} newer values` : "Newer value";
      button.ariaExpanded = row.classList.contains("shows-newer");
    }
  };
  document.addEventListener("click", event => {
    const row = event.target.closest(".newer-count")?.closest("tr");
    if (!row) return;
    row.classList.toggle("shows-newer");
    countNewer();
  });
  document.addEventListener("htmx:after:swap", countNewer);
  countNewer();

  // ---- The exact time, for whoever points at one: a page of rows has fifty.

  const zone = document.documentElement.dataset.zone || undefined;
  const exactly = time => time.toLocaleString("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric",
    hour: "2-digit", minute: "2-digit", timeZone: zone, timeZoneName: "short" });
  document.addEventListener("mouseover", event => {
    const time = event.target.closest?.("time:not([title])");
    if (time) time.title = exactly(new Date(time.dateTime));
  });

  // ---- A password is shown on demand, and hidden again before it is sent.

  const reveal = (button, seen) => {
    button.ariaPressed = seen;
    byId(button.dataset.show).type = seen ? "text" : "password";
  };
  document.addEventListener("click", event => {
    const button = event.target.closest("[data-show]");
    if (button) reveal(button, button.ariaPressed !== "true");
  });
  document.addEventListener("submit", event => {
    for (const button of event.target.querySelectorAll("[data-show][aria-pressed=true]")) reveal(button, false);
  }, true);

  // ---- A form that needs a passkey has the browser ask for it, and is sent with what
  // the browser gives. Of those that ask at once, each does so once.

  const passkeyReasons = { NotAllowedError: "cancelled", InvalidStateError: "known", SecurityError: "address" };
  let asking = null; // the form, and what ends it
  const credentialFor = (form, signal) => {
    const { publicKey } = JSON.parse(form.dataset.passkey);
    if (form.dataset.passkeyNew !== undefined) {
      return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey), signal });
    }
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey), signal });
  };
  const sayPasskey = (form, reason) => {
    const place = $("[data-passkey-problem]", form);
    place.hidden = !reason;
    $("p", place).textContent = reason ? place.dataset[reason] ?? place.dataset.other : "";
  };
  const stopAsking = () => { asking?.abort.abort(); asking = null; };
  const askPasskey = async form => {
    stopAsking();
    sayPasskey(form);
    const mine = asking = { form, abort: new AbortController() };
    try {
      if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) return sayPasskey(form, "unsupported");
      const credential = await credentialFor(form, mine.abort.signal);
      if (asking !== mine || !form.isConnected) return;
      form.elements.credential.value = JSON.stringify(credential);
      form.requestSubmit();
    } catch (error) {
      if (asking !== mine) return; // something else was asked for, or the dialog was closed
      sayPasskey(form, passkeyReasons[error.name] ?? "other");
      if (lost()) $("button.pri", form)?.focus();
    } finally {
      if (asking === mine) asking = null;
    }
  };
  document.addEventListener("submit", event => {
    const form = event.target;
    if (event.submitter?.name === "use") stopAsking();
    else if (form.dataset.passkey && !form.elements.credential.value) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (asking?.form !== form) askPasskey(form);
    }
  }, true);
  const askAtOnce = () => {
    if (asking && !asking.form.isConnected) stopAsking();
    const form = $("form[data-passkey-now]");
    form?.removeAttribute("data-passkey-now");
    if (form) askPasskey(form);
  };
  document.addEventListener("htmx:after:swap", askAtOnce);
  document.addEventListener("close", stopAsking, true);
  askAtOnce();

  // ---- Leaving with a form half typed asks first.

  const dirty = form => [...form.elements].some(e => e.name && e.type !== "hidden" && e.type !== "submit" &&
    (e.type === "checkbox" ? e.checked !== e.defaultChecked : e.options ? [...e.options].some(o => o.selected !== o.defaultSelected) : e.value !== e.defaultValue));
  let leaving = false;
  document.addEventListener("submit", event => {
    leaving = true;
    if (event.target.matches("[data-download]")) setTimeout(() => { leaving = false; }, 1000); // the page stays
  });
  document.addEventListener("htmx:finally:request", event => { if (!watching(event.detail.ctx)) leaving = false; });
  document.addEventListener("htmx:after:request", event => { if (!watching(event.detail.ctx)) leaving = event.detail.ctx.response?.status < 400; });
  window.addEventListener("beforeunload", event => {
    const open = [...document.querySelectorAll("#user-form, .cell-form, .is-editing-row form")];
    if (!leaving && open.some(dirty)) event.preventDefault();
  });

  // A page that comes back from the browser's memory may show what its session
  // may no longer see.
  window.addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
  shout();
})();
