// What an app says of its own work, by messages to its own window: Caliper events, reduced
// here to closed words, times and hashes. Runs in the same isolated world as page_facts.js;
// no name, text, address or value leaves it.
(() => {
  "use strict";
  if (globalThis.timebackMessages) return;

  const SUBJECT = "org.timeback.caliper", CLOSE = "org.imsglobal.lti.close";
  // A page may flood itself: so much is looked at between two asks, then nobody listens.
  const MOST_WAITING = 64, MOST_LOOKED_AT = 256, MOST_MS = 6, MOST_IN_ENVELOPE = 64;
  const LONGEST_ID = 512, LONGEST_TEXT = 500, LONGEST_MS = 86_400_000;

  let waiting = [], closing = false, looked = 0, spent = 0, hearing = false, silent = false;

  // SHA-256, because a page without TLS has no crypto.subtle. The platform's feed reduces an
  // event by the same rules, so that one that comes by both ways is known as one.
  const primes = (() => {
    const found = [];
    for (let n = 2; found.length < 64; n++) if (found.every((p) => n % p)) found.push(n);
    return found;
  })();
  const bits = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
  const ROUNDS = primes.map((p) => bits(Math.cbrt(p)));
  const START = primes.slice(0, 8).map((p) => bits(Math.sqrt(p)));
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  const opaque = (text) => {
    if (typeof text !== "string" || text === "" || text.length > LONGEST_ID) return null;
    const bytes = new TextEncoder().encode(text);
    const length = ((bytes.length + 8) >> 6 << 6) + 64;
    const block = new DataView(new ArrayBuffer(length));
    bytes.forEach((byte, at) => block.setUint8(at, byte));
    block.setUint8(bytes.length, 0x80);
    block.setUint32(length - 4, bytes.length * 8);
    const hash = [...START], w = new Int32Array(64);
    for (let from = 0; from < length; from += 64) {
      for (let i = 0; i < 16; i++) w[i] = block.getInt32(from + i * 4);
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) +
          (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) +
          ROUNDS[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((part, i) => { hash[i] = (hash[i] + part) | 0; });
    }
    return hash.slice(0, 2).map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
  };

  // A reference is an object with an id, or the id itself.
  const idOf = (thing) => (typeof thing === "string" ? thing : thing?.id);
  const moment = (text) => {
    const ms = typeof text === "string" && text.length < 64 ? Date.parse(text) : NaN;
    return Number.isFinite(ms) && ms >= 0 ? Math.round(ms) : null;
  };
  const duration = (text) => {
    const parts = typeof text === "string" && text.length < 64 && text !== "PT"
      ? /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text) : null;
    if (!parts) return -1;
    const [hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
    return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
  };
  const lasted = (thing) => {
    const start = moment(thing?.startedAtTime), end = moment(thing?.endedAtTime);
    const ms = start === null || end === null ? duration(thing?.duration) : end - start;
    return ms >= 0 && ms <= LONGEST_MS ? ms : null;
  };
  const ordinal = (value) => {
    if (Number.isInteger(value) && value >= 0 && value < 100) return value;
    return typeof value === "string" && /^[A-Za-z]$/.test(value)
      ? value.toLowerCase().charCodeAt(0) - 97 : null;
  };

  const graded = (event) => {
    const score = event.generated;
    if (!score || (score.scoreType !== undefined && score.scoreType !== "QUESTION_RESULT")) {
      return null;
    }
    const { scoreGiven: given, maxScore: most } = score;
    if (typeof given !== "number" || typeof most !== "number" || !(most > 0)) return null;
    return given >= most ? "answered_right" : "answered_wrong";
  };
  const KINDS = {
    AssessmentItemEvent: { Started: "item_started", Completed: "answered" },
    AssessmentEvent: { Started: "lesson_started", Submitted: "lesson_finished" },
    AssignableEvent: { Started: "lesson_started", Completed: "lesson_finished",
      Submitted: "lesson_finished" },
    MediaEvent: { Started: "media_playing", Resumed: "media_playing", Restarted: "media_playing",
      Paused: "media_paused", Ended: "media_paused" },
  };
  // An explanation is part of an item; the rest of what is viewed says nothing of the work.
  const shown = (event) => {
    if (event.object?.isPartOf?.type === "AssessmentItem") return "feedback_shown";
    return event.type === "NavigationEvent" && event.object?.type === "AssessmentItem"
      ? "item_started" : null;
  };
  const kindOf = (event) => {
    if (event.type === "ViewEvent") return event.action === "Viewed" ? shown(event) : null;
    if (event.type === "NavigationEvent") {
      return event.action === "NavigatedTo" ? shown(event) : null;
    }
    if (event.type === "GradeEvent") return event.action === "Graded" ? graded(event) : null;
    const actions = typeof event.type === "string" && Object.hasOwn(KINDS, event.type)
      ? KINDS[event.type] : {};
    return typeof event.action === "string" && Object.hasOwn(actions, event.action)
      ? actions[event.action] : null;
  };

  const reduce = (event) => {
    const kind = event && typeof event === "object" ? kindOf(event) : null;
    if (kind === null) return null;
    const made = event.generated, isGrade = event.type === "GradeEvent";
    const whole = event.type === "AssessmentEvent" || event.type === "AssignableEvent";
    const attempt = isGrade ? event.object : made?.type === "Attempt" ? made : made?.attempt;
    let item = isGrade ? attempt?.assignable : event.object;
    if (kind === "feedback_shown") item = event.object.isPartOf;
    const more = event.extensions?.timeback ?? {};
    const skill = more.skill ?? item?.learningObjectives?.[0];
    return {
      kind,
      id: opaque(event.id),
      item: whole ? null : opaque(idOf(item)),
      skill: opaque(idOf(skill)),
      lesson: opaque(whole ? idOf(event.object) : idOf(item?.isPartOf)),
      at: moment(event.eventTime),
      tookMs: lasted(made) ?? lasted(attempt),
      choice: ordinal(more.choice ?? (made?.type === "MultipleChoiceResponse" ? made.value : null)),
    };
  };

  const take = (said) => {
    const told = said.event !== undefined ? [said.event] : said.envelope?.data;
    if (!Array.isArray(told)) return;
    for (const event of told.slice(0, MOST_IN_ENVELOPE)) {
      if (waiting.length >= MOST_WAITING) return;
      const reduced = reduce(event);
      if (reduced !== null) waiting.push(reduced);
    }
  };

  const hear = (message) => {
    if (++looked > MOST_LOOKED_AT || spent > MOST_MS) return deafen();
    const own = message.source === globalThis || message.origin === globalThis.origin;
    if (!message.isTrusted || !own) return;
    const began = performance.now();
    try {
      let said = message.data;
      if (typeof said === "string" && said.length < LONGEST_TEXT) said = JSON.parse(said);
      if (said?.subject === CLOSE) closing = true; // LTI tools ask this way to be closed
      if (said?.subject === SUBJECT) take(said);
    } catch {
      // Not for us, or not what it says it is.
    }
    spent += performance.now() - began;
  };
  const deafen = () => {
    hearing = false;
    removeEventListener("message", hear, true);
  };
  const listen = () => {
    looked = spent = 0;
    if (!hearing) addEventListener("message", hear, true);
    hearing = true;
  };

  globalThis.timebackMessages = {
    // Hand over what was said since the last ask, and listen on.
    take() {
      const said = { events: waiting, close: closing };
      waiting = [];
      closing = false;
      if (!silent) listen();
      return said;
    },
    // While paused nothing is heard, and nothing said before is kept.
    hush(on) {
      silent = on;
      waiting = [];
      if (on) deafen(); else listen();
    },
  };
  listen();
})();
