// What the page is doing, as numbers and closed words. Runs in an isolated world that the
// page cannot see; nothing of the page's text, addresses or values is ever returned.
(() => {
  "use strict";
  if (globalThis.timebackFacts) return;

  const MAX_NODES = 8000, BUDGET_MS = 12, MAX_WORDS = 5000;
  const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;
  // Scripts written without spaces: two signs make about one word.
  const DENSE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Khmer}\p{sc=Lao}]/gu;
  const ANSWERS = "input:not([type=hidden]):not([type=search]), textarea, select, " +
    "[contenteditable=''], [contenteditable=true], [role=radio], [role=checkbox], [role=option], " +
    "[role=textbox]";
  const TYPED = new Set(["text", "search", "email", "number", "password", "tel", "url", "date",
    "time", "month", "week", "datetime-local"]);

  let changed = true, counted = { words: 0, answers: false }, roots = [document];
  const mark = () => { changed = true; };
  const watch = { childList: true, subtree: true, characterData: true, attributes: true,
    attributeFilter: ["class", "style", "hidden", "open"] };
  new MutationObserver(mark).observe(document, watch);
  for (const kind of ["scroll", "resize", "load", "toggle", "transitionend"]) {
    addEventListener(kind, mark, { capture: true, passive: true });
  }

  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  const shareInView = (box) => {
    const wide = Math.min(box.right, innerWidth) - Math.max(box.left, 0);
    const high = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    if (wide <= 0 || high <= 0 || !box.width || !box.height) return 0;
    return Math.min(1, high / box.height);
  };

  const wordsIn = (text) => {
    const dense = (text.match(DENSE) || []).length;
    const spaced = (dense ? text.replace(DENSE, " ") : text).match(WORD) || [];
    return spaced.length + Math.ceil(dense / 2);
  };

  const count = () => {
    const until = performance.now() + BUDGET_MS, found = [document], range = new Range();
    let words = 0, answers = false, nodes = 0;
    for (const root of found) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (++nodes > MAX_NODES || words > MAX_WORDS || performance.now() > until) break;
        if (node.nodeType === Node.ELEMENT_NODE) {
          if (node.shadowRoot) {
            found.push(node.shadowRoot);
            if (!roots.includes(node.shadowRoot)) observer.observe(node.shadowRoot, watch);
          }
          answers ||= node.matches(ANSWERS) && shown(node) &&
            shareInView(node.getBoundingClientRect()) > 0;
          continue;
        }
        const parent = node.parentElement;
        if (!parent || node.data.trim() === "" || !shown(parent)) continue;
        range.selectNodeContents(node);
        const share = shareInView(range.getBoundingClientRect());
        if (share > 0) words += share * wordsIn(node.data);
      }
    }
    roots = found;
    return { words: Math.round(words), answers };
  };
  const observer = new MutationObserver(mark);

  const media = () => {
    let paused = false;
    for (const root of roots) {
      for (const player of root.querySelectorAll("video, audio")) {
        if (player.loop && player.muted) continue; // a moving picture, not a lesson
        if (!player.paused && !player.ended && player.readyState > 2) return "playing";
        paused ||= player.paused && player.currentTime > 0 && !player.ended;
      }
    }
    return paused ? "paused" : "none";
  };

  const field = () => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (!at || at === document.body || !document.hasFocus()) return "none";
    if (at.isContentEditable || at.localName === "textarea") return "text";
    if (at.localName === "select") return "choice";
    if (at.localName === "input") return TYPED.has(at.type) ? "text" : "choice";
    const role = at.getAttribute("role");
    if (role === "textbox" || role === "searchbox") return "text";
    return ["radio", "checkbox", "option", "listbox", "combobox", "slider"].includes(role)
      ? "choice" : "none";
  };

  const scroll = () => {
    const box = document.scrollingElement;
    const room = box ? box.scrollHeight - box.clientHeight : 0;
    return room > 0 ? Math.min(1, Math.max(0, box.scrollTop / room)) : 0;
  };

  globalThis.timebackFacts = () => {
    if (changed && document.body) {
      changed = false;
      counted = count();
    }
    return { visible: document.visibilityState === "visible", media: media(), field: field(),
      words: counted.words, answers: counted.answers, scroll: scroll(),
      loading: document.readyState === "loading" };
  };
})();
