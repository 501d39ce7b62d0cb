/**
 * The one script in the browser: several files with progress, in pieces, going on after a break (tus 1.0). Without it
 * the form sends the files at once.
 */
export const script = `"use strict";
(() => {
  const sender = document.getElementById("sender");
  if (!sender || !window.fetch) return;
  const form = sender.querySelector("form");
  const input = form.querySelector("input[type=file]");
  const list = document.getElementById("sendinger");
  const folder = sender.dataset.folder;
  const texts = JSON.parse(sender.dataset.texts);
  const piece = 16 * 1024 * 1024;
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const headers = (more) => ({ "Tus-Resumable": "1.0.0", "X-Requested-With": "XMLHttpRequest", ...more });

  // The server says in a word what is wrong.
  const refusal = async (answer) => Object.assign(new Error(), { status: answer.status, problem: (await answer.text()).trim() });

  // What a second try would not mend: not the server's being away, another upload of the same piece, or too much at once.
  const isFinal = (status) => status === 507 || (status >= 400 && status < 500 && ![408, 409, 423, 425, 429].includes(status));

  const giveUp = (key, url) => {
    localStorage.removeItem(key);
    fetch(url, { method: "DELETE", headers: headers() }).catch(() => undefined);
  };

  async function begin(file, key) {
    const before = localStorage.getItem(key);
    if (before) {
      const seen = await fetch(before, { method: "HEAD", headers: headers() });
      if (seen.ok) return { url: before, offset: Number(seen.headers.get("Upload-Offset")) };
    }
    const metadata = "folder " + encode(folder) + ",name " + encode(file.name);
    const made = await fetch("/op", { method: "POST", headers: headers({ "Upload-Length": String(file.size), "Upload-Metadata": metadata }) });
    if (!made.ok) throw await refusal(made);
    const url = made.headers.get("Location");
    try { localStorage.setItem(key, url); } catch {}
    return { url, offset: 0 };
  }

  async function send(file, show) {
    const key = "upload " + [folder, file.name, file.size, file.lastModified].join(" ");
    let { url, offset } = await begin(file, key);
    let failures = 0;
    while (offset < file.size) {
      try {
        const answer = await fetch(url, {
          method: "PATCH",
          headers: headers({ "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" }),
          body: file.slice(offset, offset + piece),
        });
        if (!answer.ok) throw await refusal(answer);
        offset = Number(answer.headers.get("Upload-Offset"));
        failures = 0;
        show(offset);
      } catch (error) {
        if (isFinal(error.status) || ++failures > 8) {
          // Who logs in again goes on where it was; what cannot go on takes no room.
          if (error.status && error.status !== 401) giveUp(key, url);
          throw error;
        }
        show(offset, texts.retry);
        await wait(Math.min(30000, 500 * 2 ** failures));
        const seen = await fetch(url, { method: "HEAD", headers: headers() }).catch(() => undefined);
        const there = seen && seen.ok ? Number(seen.headers.get("Upload-Offset")) : undefined;
        // Refused without having lost our place: asking again would be refused again.
        if (error.status === 409 && (there === undefined || there === offset)) {
          giveUp(key, url);
          throw error;
        }
        if (there !== undefined) offset = there;
      }
    }
    localStorage.removeItem(key);
  }

  async function sendAll(files) {
    let done = 0;
    let failed = 0;
    const rows = files.map((file) => {
      const row = document.createElement("li");
      const bar = document.createElement("progress");
      const state = document.createElement("span");
      bar.max = Math.max(1, file.size);
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      state.textContent = texts.waiting;
      state.className = "small soft";
      row.append(file.name + " ", bar, " ", state);
      list.append(row);
      return { file, bar, state };
    });
    for (const { file, bar, state } of rows) {
      try {
        await send(file, (offset, text) => {
          bar.value = offset;
          state.textContent = text || Math.floor((100 * offset) / Math.max(1, file.size)) + " %";
        });
        bar.value = bar.max;
        state.textContent = texts.done;
        done++;
      } catch (error) {
        failed++;
        state.textContent = error.status === 401 ? texts.loggedOut : texts.problems[error.problem] || texts.failed;
        state.className = "wrong";
      }
    }
    if (failed === 0) location.assign(folder + "?ok=sent&n=" + done);
  }

  form.addEventListener("submit", (event) => {
    if (input.files.length === 0) return;
    event.preventDefault();
    void sendAll([...input.files]);
  });
  const card = sender.closest(".card");
  card.addEventListener("dragover", (event) => event.preventDefault());
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    if (files.length > 0) void sendAll(files);
  });
})();
`;
