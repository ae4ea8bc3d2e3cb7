// What must work when the program doesn't: it is here before the program, and stays when that has died.
//
// It keeps the address, starts workers and hears that they ended, and puts up the notice of a failure. The program
// calls it as `tauroi`.
(() => {
  "use strict";

  // The theme, before anything is painted; the program follows the system from there.
  let chosen = null;
  try {
    chosen = localStorage.getItem("tauroi-theme");
  } catch {
    // A browser that forbids storage has kept no choice.
  }
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  document.documentElement.dataset.theme = chosen ?? (light ? "light" : "dark");

  // The address. Browsers refuse more than some hundred changes in half a minute, so it is written now and then, and
  // whenever somebody may look at it; `intended` is always what it should be.
  const GAP = 400;
  const entries = new Map();
  let intended = null;
  let written = null;
  let writtenAt = -GAP;
  let timer = 0;
  let arrived = () => {};

  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    if (intended === null || intended === written) return;
    try {
      history.replaceState(history.state, "", intended);
      written = intended;
      writtenAt = performance.now();
    } catch {
      timer = setTimeout(flush, 10 * GAP);
    }
  };
  const entry = () => history.state?.entry ?? 0;
  const name = () => history.replaceState({ entry: `${Date.now()}-${Math.random()}` }, "");
  if (!entry()) name();
  let current = entry();

  addEventListener("pagehide", flush);
  addEventListener("visibilitychange", flush);
  addEventListener("popstate", () => {
    // The entry that was left can't be written any more: what it should have said is kept for the way back.
    clearTimeout(timer);
    timer = 0;
    if (intended !== null) entries.set(current, intended);
    if (!entry()) name();
    current = entry();
    intended = entries.get(current) ?? null;
    written = null;
    flush();
    arrived();
  });

  // A failure: what happened, what is still safe, and what to do.
  let failed = false;
  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const fail = (what, detail = "") => {
    if (failed) return;
    failed = true;
    flush();
    const report = `${what}\n${detail || new Error().stack}\n\n${location.href}\n${new Date().toISOString()}\n${navigator.userAgent}`;
    console.error(report);
    const show = () => {
      const box = element("div", "", { id: "failure", role: "alertdialog", "aria-labelledby": "failure-title" });
      const inner = element("div", "");
      const reload = element("button", "Reload", { type: "button" });
      reload.onclick = () => location.reload();
      const copy = element("button", "Copy the report", { type: "button" });
      const text = element("pre", report, { tabindex: "0" });
      copy.onclick = async () => {
        try {
          await navigator.clipboard.writeText(report);
          copy.textContent = "Copied";
        } catch {
          getSelection().selectAllChildren(text);
          copy.textContent = "Selected: copy it by hand";
        }
      };
      const buttons = element("p", "");
      buttons.append(reload, " ", copy);
      // A server's desk goes on without this page. The browser itself sends this form.
      const kill = element("form", "", { method: "post", action: "api/desk/kill" });
      kill.append(
        element("p", "The server's desk goes on trading without this page. Kill takes every order back and stops it."),
        element("button", "Kill", { class: "kill" }),
      );
      kill.hidden = !document.getElementById("kill");
      // Where the page showed none, the server is asked: it may have one that the program didn't come to.
      if (kill.hidden) {
        fetch("api/health")
          .then((answer) => answer.json())
          .then(({ desk }) => (kill.hidden = !desk))
          .catch(() => {});
      }
      inner.append(
        element("h1", "This page has stopped", { id: "failure-title" }),
        element("p", what),
        element("p", "Nothing is traded from this page, and nothing on the server was changed. The address holds the settings: after a reload they are back. Files that were opened must be opened again."),
        buttons,
        kill,
        text,
      );
      box.append(inner);
      for (const child of document.body.children) child.inert = true;
      document.body.append(box);
      reload.focus();
    };
    if (document.body) show();
    else addEventListener("DOMContentLoaded", show);
  };
  addEventListener(
    "error",
    (event) => {
      const source = event.target?.src ?? event.target?.href;
      if (source) {
        fail(`A part of this page could not be loaded: ${source}. Tauroi's files must be beside its pages: if a proxy puts it under a path of its own, it must take that path away before it asks the server.`);
      } else if (event.error) {
        // Browsers report as errors without one what is none, such as a size that is observed a frame late.
        fail("The page's program ended unexpectedly.", event.error.stack ?? String(event.error));
      }
    },
    true,
  );
  addEventListener("unhandledrejection", ({ reason }) => {
    fail("The page's program could not go on.", reason?.stack ?? String(reason));
  });

  // A worker that says within this time whether it is ready, and whose end is heard whatever the reason.
  const PATIENCE = 30_000;
  const hire = (module, heard, ended) => {
    // The bundler names the program's file in the document, with its hash.
    const glue = document.querySelector("link[rel=modulepreload]").href;
    const lock = `tauroi-worker-${Date.now()}-${Math.random()}`;
    const worker = new Worker("worker.js", { type: "module" });
    let over = false;
    const end = (reason) => {
      if (over) return;
      over = true;
      clearTimeout(patience);
      worker.terminate();
      ended(reason);
    };
    const patience = setTimeout(end, PATIENCE, "it said nothing for half a minute");
    worker.onerror = (event) => {
      event.preventDefault();
      end(event.message || "its program can't be loaded");
    };
    worker.onmessage = ({ data }) => {
      if (over) return;
      if (data === "ready") {
        clearTimeout(patience);
        // The worker holds this lock as long as it lives. Browsers lend locks only to pages that came safely: on other
        // hosts than this machine, without TLS, the end of an idle worker shows at the next question.
        // Where they are forbidden it is as if there were none.
        navigator.locks?.request(lock, () => end("the browser ended it")).catch(() => {});
      } else if (typeof data === "string") {
        end(data);
      } else {
        heard(data);
      }
    };
    worker.postMessage([glue, module, lock]);
    return worker;
  };

  window.tauroi = {
    // Says what the address should be from now on.
    intend(address) {
      intended = address;
      if (!timer) {
        const wait = writtenAt + GAP - performance.now();
        if (wait > 0) timer = setTimeout(flush, wait);
        else flush();
      }
    },
    // Makes a new entry of the history.
    push(address) {
      flush();
      entries.set(current, intended);
      current = `${Date.now()}-${Math.random()}`;
      history.pushState({ entry: current }, "", address);
      intended = written = address;
    },
    // Returns the whole address, written out.
    link() {
      flush();
      return new URL(intended ?? "", location).href;
    },
    // Calls back when Back or Forward led to another entry.
    follow(callback) {
      arrived = callback;
    },
    // Takes the skeleton away.
    started() {
      document.getElementById("skeleton")?.remove();
    },
    fail,
    hire,
  };
})();
