// The live preview and two small comforts. Without this script the Preview button does the same.
"use strict";

(() => {
  const form = document.querySelector("form[data-preview]");
  if (!form) return;
  const keywords = form.elements.namedItem("keywords");
  const papers = form.elements.namedItem("max_papers");
  const breadths = form.querySelectorAll("input[name=breadth]");
  const shown = document.getElementById("preview");
  const status = document.getElementById("preview-status");
  const wait = 350; // milliseconds after the last key
  const again = 2500; // until what is still being worked out is asked for again: some of it comes each time
  const narrow = matchMedia("(max-width: 59.99rem)"); // as the style sheet: one column
  const apart = 1700; // between two questions: a slow typist stays within the server's allowance
  let timer = 0;
  let running = null;
  let last = null;
  let asked = -apart;
  let repeated = 0;
  let followed = false;

  // On a phone what was found for the words being typed stands close below them, and both in sight.
  function follow() {
    const isTyped = document.activeElement === keywords || form.matches(".typed"); // not by a topic: they stay, to press more
    form.classList.toggle("typed", narrow.matches && isTyped && keywords.value.trim() !== "");
    const first = shown.querySelector(".paper");
    const screen = window.visualViewport ? visualViewport.height : innerHeight;
    if (followed || !first || !form.matches(".typed") || document.activeElement !== keywords) return;
    followed = true; // once: who scrolls elsewhere is not pulled back with every letter
    if (first.getBoundingClientRect().top + 60 > screen) scrollBy(0, keywords.getBoundingClientRect().top - 12);
  }

  async function show() {
    clearTimeout(timer);
    const fields = new URLSearchParams({ keywords: keywords.value.replace(/[\s,;]+$/, "") });
    if (papers && papers.value) fields.set("max_papers", papers.value);
    const breadth = [...breadths].find((each) => each.checked);
    if (breadth) fields.set("breadth", breadth.value);
    if (fields.toString() === last && !repeated) return;
    last = fields.toString();
    asked = performance.now();
    if (running) running.abort();
    const mine = new AbortController();
    running = mine;
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST", body: fields, signal: mine.signal, credentials: "same-origin",
      });
      if (answer.status === 503 || answer.status === 429) {
        last = null; // the papers shown stay; it is asked again when there is room
        const seconds = Number(answer.headers.get("Retry-After")) || 2;
        if (seconds <= 60) timer = setTimeout(show, 1000 * seconds);
        throw new Error(String(answer.status));
      }
      if (!answer.ok) throw new Error(String(answer.status));
      shown.innerHTML = await answer.text();
      follow();
      const summary = shown.querySelector("[data-summary]");
      status.textContent = summary ? summary.dataset.summary : "";
      repeated = summary && "again" in summary.dataset && repeated < 25 ? repeated + 1 : 0;
      if (repeated) timer = setTimeout(show, again);
    } catch (error) {
      if (error.name === "AbortError") return;
      last = null;
      status.textContent = status.dataset.trouble;
    } finally {
      if (running === mine) shown.removeAttribute("aria-busy");
    }
  }

  function soon() {
    clearTimeout(timer);
    repeated = 0;
    timer = setTimeout(show, Math.max(wait, asked + apart - performance.now()));
  }

  // Where a word stands by itself: "art" is not meant in "smart".
  function placeOf(word) {
    const text = keywords.value;
    const isLetter = (at) => /[\p{L}\p{N}_]/u.test(text[at] || "");
    let at = text.indexOf(word);
    while (at >= 0 && (isLetter(at - 1) || isLetter(at + word.length))) at = text.indexOf(word, at + 1);
    return at;
  }

  // As the server does it: above what a heading or a quotation mark would draw it into.
  function withTopic(before, topic) {
    const listed = before.toLowerCase().split(/[,;\n]/).map((each) => each.trim());
    if (listed.includes(topic.toLowerCase())) return before;
    if (!before) return topic;
    const meansMore = /[:：\n]/.test(before) || before.split(/["“”„]/).length % 2 === 0;
    if (!meansMore) return before + ", " + topic;
    return (before.startsWith("- ") ? "- " : "") + topic + "\n" + before;
  }

  keywords.addEventListener("input", soon);
  keywords.addEventListener("blur", () => { followed = false; });
  if (papers) papers.addEventListener("input", soon);
  for (const each of breadths) each.addEventListener("change", soon);

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=change]");
    if (!button) return;
    event.preventDefault();
    const [old, put] = button.value.split("\t");
    if (old) {
      const at = placeOf(old);
      if (at < 0) return;
      keywords.setRangeText(put, at, at + old.length, "end");
      keywords.focus();
    } else {
      keywords.value = withTopic(keywords.value.trim(), put);
    }
    show();
  });

  const zone = form.elements.namedItem("timezone");
  if (zone && !zone.value && form.getAttribute("action") === "/subscribe") {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === here)) zone.value = here;
  }

  // Keywords are there but no preview yet: preferences, or a form that the browser filled in again.
  if (keywords.value.trim() && shown.querySelector('[data-summary=""]')) show();
})();
