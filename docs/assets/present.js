// Presents a lesson's changes: ?lesson=03_manager#4. Everything here is put into the page as text.

import { addStyle, boxOf, code, load, make, root } from "./dom.js";

/** @typedef {import("./dom.js").Line} Line */

/**
 * Words and code in turn, words first.
 * @typedef {string[]} Text
 */

/**
 * A file, the sign of each of its lines, and their numbers.
 * @typedef {[string, string, number[]]} Change
 */

/**
 * @typedef {object} Lesson
 * @property {string} name
 * @property {string} title
 * @property {string | null} base
 * @property {number} minutes
 * @property {Text[]} goal
 * @property {Change[]} slides
 * @property {[Text, Text][]} questions
 */

/** @typedef {{ name: string, body: HTMLElement }} Slide */

addStyle("present.css");
const box = boxOf("presenter");

/** @type {[{ lines: Line[] }, Lesson[]]} */
const [{ lines }, lessons] = await Promise.all([load("compare-data.json"), load("present-data.json")]);

/** @param {Text} text */
const words = (text) => text.map((part, at) => (at % 2 ? make("code", {}, part) : part));

/**
 * A line without what ends it.
 * @param {number} number
 */
const line = (number) => (lines[number] ?? []).map((part, at) => (at % 2 ? part.replace(/\n$/, "") : part));

/** @param {number} number */
const length = (number) => line(number).reduce((sum, text, at) => sum + (at % 2 ? text.length : 0), 0);

/**
 * @param {Lesson} lesson
 * @returns {Slide}
 */
const opening = ({ title, base, minutes, goal }) => ({
  name: title,
  body: make(
    "div",
    { class: "words" },
    make("h2", {}, title),
    ...goal.map((sentence) => make("p", {}, ...words(sentence))),
    make("p", { class: "aside" }, `${minutes} minutes${base ? `, builds on ${base}` : ""}`),
  ),
});

/**
 * @param {Change} change
 * @param {number} at
 * @param {Change[]} all
 * @returns {Slide}
 */
const change = ([file, signs, numbers], at, all) => {
  const name = `${file} · ${at + 1} of ${all.length}`;
  if (numbers.length === 0) {
    const moved = make("p", {}, "The file moves as it is.");
    return { name, body: make("div", { class: "words" }, make("h2", {}, file), moved) };
  }
  const rows = numbers.map((number, row) => {
    const plain = signs[row] ?? " ";
    const tag = plain === "-" ? "del" : plain === "+" ? "ins" : "div";
    const sign = make("span", { class: "sign", "aria-hidden": "true" }, plain.replace("-", "−"));
    return make(tag, { class: "row" }, sign, code(line(number)));
  });
  const body = make("div", { class: "code highlight", tabindex: "0", role: "region", "aria-label": name }, ...rows);
  body.style.setProperty("--columns", `${Math.max(40, ...numbers.map(length)) + 3}`);
  body.style.setProperty("--rows", `${Math.max(10, rows.length)}`);
  return { name, body };
};

/**
 * @param {[Text, Text]} question
 * @param {number} at
 * @param {[Text, Text][]} all
 * @returns {Slide[]}
 */
const question = ([asked, answer], at, all) =>
  [false, true].map((answered) => {
    const heading = make("h2", {}, ...words(asked));
    const said = answered ? [make("p", {}, ...words(answer))] : [];
    return {
      name: `Question ${at + 1} of ${all.length}`,
      body: make("div", { class: "words" }, heading, ...said),
    };
  });

/**
 * @param {Lesson} lesson
 * @returns {Slide}
 */
const closing = (lesson) => {
  const next = lessons[lessons.indexOf(lesson) + 1];
  /** @type {[URL | string, string][]} */
  const links = [
    [new URL(`lessons/${lesson.name}/#break-it`, root), `Break ${lesson.title}`],
    [new URL(`workshop/${lesson.name}/`, root), "The notes for it"],
  ];
  if (next) links.push([`?lesson=${next.name}`, `Present ${next.title}`]);
  return {
    name: lesson.title,
    body: make(
      "div",
      { class: "words" },
      make("h2", {}, "Now break it"),
      ...links.map(([href, text]) => make("p", {}, make("a", { href }, text))),
    ),
  };
};

/** @param {Lesson} lesson */
const present = (lesson) => {
  const slides = [
    opening(lesson),
    ...lesson.slides.map(change),
    ...lesson.questions.flatMap(question),
    closing(lesson),
  ];
  let zoom = 1;
  let at = 0;

  const heading = make("p", { class: "where", role: "status" });
  const stage = make("div", { class: "stage" });
  const bar = make("div", { class: "bar" });
  /**
   * @param {string} label
   * @param {string} text
   * @param {() => void} act
   */
  const button = (label, text, act) => {
    const element = make("button", { type: "button", "aria-label": label }, text);
    element.addEventListener("click", act);
    return element;
  };
  const back = button("Back", "←", () => show(at - 1));
  const on = button("On", "→", () => show(at + 1));
  const leave = button("End", "×", () => location.assign(location.pathname));
  const head = make("div", { class: "head" }, heading, back, on, leave);
  const overlay = make("div", { class: "presenter", role: "dialog", "aria-modal": "true", "aria-label": lesson.title });
  overlay.append(head, stage, make("div", { class: "track" }, bar));

  /** @param {number} wanted */
  const show = (wanted) => {
    at = Math.min(Math.max(wanted, 0), slides.length - 1);
    const slide = slides[at];
    if (!slide) return;
    const { name, body } = slide;
    heading.textContent = at === 0 || at === slides.length - 1 ? name : `${lesson.title} · ${name}`;
    stage.replaceChildren(body);
    stage.scrollTo(0, 0);
    back.disabled = at === 0;
    on.disabled = at === slides.length - 1;
    bar.style.width = `${(100 * at) / (slides.length - 1)}%`;
    // Replaced and not pushed: the browser's way back leads out, and not through thirty slides.
    history.replaceState(null, "", `${location.search}#${at + 1}`);
  };

  // What does not fit is scrolled to the end before the next slide comes.
  /** @param {number} way */
  const step = (way) => {
    const before = stage.scrollTop;
    stage.scrollBy(0, way * 0.8 * stage.clientHeight);
    if (stage.scrollTop === before) show(at + way);
  };

  /** @param {number} factor */
  const magnify = (factor) => {
    zoom = factor === 0 ? 1 : Math.min(Math.max(zoom * factor, 0.5), 4);
    overlay.style.setProperty("--zoom", `${zoom}`);
  };

  const paint = () => {
    const now = overlay.dataset.mdColorScheme ?? document.body.dataset.mdColorScheme;
    overlay.dataset.mdColorScheme = now === "slate" ? "default" : "slate";
  };

  const fill = () => {
    if (document.fullscreenElement) return document.exitFullscreen();
    // A browser may refuse; then the window stays as it is.
    return document.documentElement.requestFullscreen?.().catch(() => {});
  };

  // The number after the #. If it is not a number, the first slide is shown.
  const place = () => (parseInt(location.hash.slice(1), 10) || 1) - 1;

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowRight: () => show(at + 1),
    ArrowDown: () => step(1),
    PageDown: () => step(1),
    " ": () => step(1),
    ArrowLeft: () => show(at - 1),
    ArrowUp: () => step(-1),
    PageUp: () => step(-1),
    Home: () => show(0),
    End: () => show(slides.length - 1),
    "+": () => magnify(1.15),
    "=": () => magnify(1.15),
    "-": () => magnify(1 / 1.15),
    0: () => magnify(0),
    d: paint,
    f: fill,
    Escape: () => leave.click(),
  };

  addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
      // The site has keys of its own, such as F for its search; here they rest.
      event.stopImmediatePropagation();
      const onControl = event.target instanceof Element && event.target.closest("button, a");
      if (onControl && (event.key === "Enter" || event.key === " ")) return;
      const act = keys[event.key] ?? keys[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    },
    { capture: true },
  );
  addEventListener("hashchange", () => show(place()));

  // What lies behind is out of reach, for the Tab key and for a reader of the screen.
  for (const other of document.body.children) {
    if (other instanceof HTMLElement) other.inert = true;
  }
  document.body.append(overlay);
  document.documentElement.classList.add("presenting");
  document.title = `${lesson.title} · Present`;
  show(place());
  on.focus({ preventScroll: true });
};

const asked = new URLSearchParams(location.search).get("lesson");
// By its name, or by its number: 03 or 3.
const chosen =
  lessons.find(({ name }) => name === asked) ??
  (asked !== null && /^\d+$/.test(asked)
    ? lessons.find(({ name }) => name.startsWith(`${asked.padStart(2, "0")}_`))
    : undefined);
if (asked !== null && !chosen) {
  box.append(make("p", { class: "wrong", role: "status" }, `There is no lesson “${asked}”. Choose one of these.`));
}
box.append(
  make(
    "ul",
    {},
    ...lessons.map(({ name, title, slides }) =>
      make("li", {}, make("a", { href: `?lesson=${name}` }, title), `, ${slides.length} pieces`),
    ),
  ),
);
if (chosen) present(chosen);
