// Puts a running lesson into the page, twice: <div class="live" data-lesson="01_echo"></div>.
// Optional: data-step="step_1" (or "naive": that program in place of the lesson's main.py),
// data-height="320" (pixels), data-path="?token=x" (added to the lesson's address).

/** @typedef {HTMLElement & { dataset: { lesson: string, step?: string } }} Box */

// The script is a file of the site, so its own address tells where the site's root is.
const own = /** @type {HTMLScriptElement} */ (document.currentScript);
const root = new URL("../", own.src);

const scheme = () => (document.body.dataset.mdColorScheme === "slate" ? "dark" : "light");

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

/** @param {HTMLIFrameElement} frame */
const paint = (frame) => {
  // A frame that shows nothing yet, or an error page of the browser, has no document to paint.
  const inside = frame.contentDocument?.documentElement;
  if (inside) inside.style.colorScheme = scheme();
};

/**
 * The lesson, or one of its steps, as 03_manager/step_1.
 * @param {Box} box
 */
const program = ({ dataset: { lesson, step } }) => (step ? `${lesson}/${step}` : lesson);

/** @param {Box["dataset"]} data */
const command = ({ lesson, step }) => {
  if (!step) return `uvicorn lessons.${lesson}.main:app --reload`;
  // A step may be a file or a package; make knows which.
  const which = step === "naive" ? "NAIVE=1" : `STEP=${step.replace("step_", "")}`;
  return `make lesson L=${lesson.slice(0, 2)} ${which}`;
};

/**
 * @param {string} name
 * @param {Box} box
 */
const client = (name, box) => {
  const { path = "", height = "360" } = box.dataset;
  const address = new URL(`live/${program(box)}/${path}`, root).href;
  const label = `${name} of lesson ${program(box)}`;
  const frame = make("iframe", { src: address, title: label, loading: "lazy", height });
  frame.addEventListener("load", () => paint(frame));
  const reload = make("button", { type: "button", "aria-label": `Reload ${label}` }, "Reload");
  reload.addEventListener("click", () => frame.contentWindow?.location.replace(address));
  const tab = make(
    "a",
    { href: address, target: "_blank", rel: "noopener", "aria-label": `Open in a tab: ${label}` },
    "Open in a tab",
  );
  const bar = make("figcaption", {}, make("strong", {}, name), reload, tab);
  return make("figure", { class: "live-client" }, bar, frame);
};

/**
 * @param {Box} box
 * @param {string | undefined} state what the server says of the lesson, if it knows it
 */
const note = (box, state) => {
  const title =
    state === undefined
      ? "This lesson is not running behind this page"
      : "This lesson did not start behind this page";
  const why = state === undefined ? [] : [make("p", {}, make("code", {}, String(state)))];
  return make(
    "div",
    { class: "admonition note" },
    make("p", { class: "admonition-title" }, title),
    ...why,
    make("p", {}, "Start the whole course, and two clients of the lesson appear here:"),
    make("pre", {}, make("code", {}, "make run")),
    make("p", {}, "Or start this lesson alone, and open the address that uvicorn prints:"),
    make("pre", {}, make("code", {}, command(box.dataset))),
  );
};

/** @returns {Promise<Record<string, string>>} */
const running = async () => {
  try {
    const answer = await fetch(new URL("healthz", root));
    const { lessons, steps } = await answer.json();
    return { ...lessons, ...steps };
  } catch {
    // No server, or one that knows nothing of lessons: then none of them runs here.
    return {};
  }
};

const fill = async () => {
  /** @type {NodeListOf<Box>} */
  const boxes = document.querySelectorAll(".live[data-lesson]");
  if (boxes.length === 0) return;
  const lessons = await running();
  for (const box of boxes) {
    const state = lessons[program(box)];
    // An idle one starts when its page is asked for.
    const runs = state === "ok" || state === "idle";
    box.replaceChildren(
      ...(runs
        ? [client("Client A", box), client("Client B", box)]
        : [note(box, state)]),
    );
    box.dataset.state = runs ? "live" : "off";
  }
};

new MutationObserver(() => {
  /** @type {NodeListOf<HTMLIFrameElement>} */
  const frames = document.querySelectorAll(".live iframe");
  for (const frame of frames) paint(frame);
}).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });

fill();
