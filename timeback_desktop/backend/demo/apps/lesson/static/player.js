// The player: plain controls, a stop after each chapter for its questions, and reports of what
// happened to the film. The server grades; this file only shows and tells.
const lesson = document.getElementById("lesson");
const base = lesson.dataset.base;
const stops = JSON.parse(lesson.dataset.stops);
const film = document.getElementById("film");
const theatre = document.getElementById("theatre");
const check = document.getElementById("check");
const [play, back, seek, words, sound] = ["play", "back", "seek", "words", "sound"].map((id) =>
  document.getElementById(id),
);
const now = document.getElementById("now");
let begun = false;
let over = false;
let reached = 0;
let told = Promise.resolve();

// One report after the other, so that they arrive in the order in which things happened.
function report(action) {
  const body = new URLSearchParams({ action, at: film.currentTime.toFixed(3) });
  const send = () => fetch(`${base}/media`, { method: "POST", body, keepalive: true });
  told = told.then(send).catch(() => {});
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

function toggle() {
  if (film.paused) film.play();
  else film.pause();
}

function jump(seconds) {
  film.currentTime = Math.min(Math.max(seconds, 0), film.duration || 0);
}

async function ask(chapter) {
  stops[chapter - 1].done = true;
  if (!film.paused) {
    const paused = new Promise((done) => film.addEventListener("pause", done, { once: true }));
    film.pause();
    await paused;
  }
  await told;
  const response = await fetch(`${base}/checks/${chapter}`, { headers: { "X-Stage": "1" } });
  if (response.status === 401) return location.reload();
  check.innerHTML = await response.text();
  theatre.hidden = true;
  check.hidden = false;
  settle(check);
}

function resume() {
  check.hidden = true;
  theatre.hidden = false;
  if (!film.ended) film.play();
  play.focus();
}

film.addEventListener("play", () => {
  play.textContent = "Pause";
  report(over ? "Restarted" : begun ? "Resumed" : "Started");
  begun = true;
  over = false;
});
film.addEventListener("pause", () => {
  play.textContent = "Play";
  if (!film.ended) report("Paused");
});
film.addEventListener("ended", () => {
  over = true;
  report("Ended");
  if (!stops[stops.length - 1].done) ask(stops.length);
});
film.addEventListener("seeked", () => begun && report("JumpedTo"));
film.addEventListener("timeupdate", () => {
  const at = film.currentTime;
  now.textContent = clock(at);
  seek.value = String(Math.floor(at));
  seek.setAttribute("aria-valuetext", clock(at));
  // Only an end that was crossed while playing asks its questions; a jump over it does not.
  // The last chapter asks when the film has ended.
  const near = (one) => at >= one.end - 0.3 && reached < one.end && at - reached < 2;
  const stop = stops.slice(0, -1).findIndex((one) => !one.done && near(one));
  reached = at;
  if (stop >= 0 && begun) ask(stop + 1);
});
play.addEventListener("click", toggle);
film.addEventListener("click", toggle);
back.addEventListener("click", () => jump(film.currentTime - 10));
seek.addEventListener("change", () => jump(Number(seek.value)));
sound.addEventListener("click", () => {
  film.muted = !film.muted;
  sound.setAttribute("aria-pressed", String(!film.muted));
  report(film.muted ? "Muted" : "Unmuted");
});
words.addEventListener("click", () => {
  const track = film.textTracks[0];
  const shown = track.mode === "showing";
  track.mode = shown ? "hidden" : "showing";
  words.setAttribute("aria-pressed", String(!shown));
  report(shown ? "DisabledClosedCaptioning" : "EnabledClosedCaptioning");
});
lesson.addEventListener("click", (event) => {
  const chapter = event.target.closest("[data-at]");
  if (chapter) jump(Number(chapter.dataset.at));
  if (event.target.closest("[data-resume]")) resume();
});
document.addEventListener("keydown", (event) => {
  const plain = event.target === document.body || event.target.id === "stage";
  if (plain && event.key === " " && !theatre.hidden) {
    event.preventDefault();
    toggle();
  }
});
