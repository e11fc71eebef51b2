// Forms on the stage are sent in the background and their answer takes the place of the stage
// (or of the [data-stage] that they stand in), so the page never flickers. Without this script
// the same forms work as plain forms.
const stage = document.getElementById("stage");
const notice = document.getElementById("notice");

// What the server has just reported is told to this window too: whoever embeds or watches the
// page may listen, by the subject.
function tell(place) {
  for (const note of place.querySelectorAll("script[data-caliper]")) {
    for (const event of JSON.parse(note.textContent)) {
      window.postMessage({ subject: "org.timeback.caliper", event }, "*");
    }
    note.remove();
  }
}

function settle(place) {
  tell(place);
  const target = place.querySelector("[data-focus], [autofocus]") || stage;
  target.focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const response = await fetch(form.getAttribute("action"), {
    method: "POST",
    body,
    headers: { "X-Stage": "1" },
  });
  if (response.status === 401) {
    location.reload();
    return;
  }
  if (!response.ok) throw new Error(String(response.status));
  const place = form.closest("[data-stage]") || stage;
  place.innerHTML = await response.text();
  settle(place);
}

stage.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    await send(form, event.submitter);
    notice.textContent = "";
  } catch {
    notice.textContent = "That did not get through. Please try again.";
  } finally {
    delete form.dataset.busy;
  }
});

tell(stage);
