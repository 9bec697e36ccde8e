// What the pages Compare and Present share: elements, lines of code, and the data that
// `python -m tools build` writes beside this file.

/**
 * A line of code: class and text of its first token, of its second, and so on.
 * @typedef {string[]} Line
 */

/**
 * One side of a comparison: a lesson, its naive version, or a step of it. Its lines are numbers, and
 * `beside` says how its files are paired with those of its own lesson's sides, and `shape` leads to
 * how they are paired with those of another lesson.
 * @typedef {object} Side
 * @property {string} name
 * @property {string} title
 * @property {string} lesson
 * @property {string | null} base
 * @property {number} shape
 * @property {Record<string, [string | null, string | null][]>} beside
 * @property {Record<string, number[]>} files
 */

/**
 * @typedef {object} Comparable
 * @property {Side[]} sides
 * @property {[string | null, string | null][][][]} pairs
 * @property {Line[]} lines
 */

/** Where the site begins. */
export const root = new URL("../", import.meta.url);

/**
 * Returns the data of this name. It fails if a builder was started without them; then the page says
 * what is missing.
 * @param {string} name
 */
export const load = async (name) => {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`There is no ${name}: ${response.status}.`);
  return response.json();
};

/**
 * Written as HTML, the address of a style would be changed by one of the site's two builders.
 * @param {string} name
 */
export const addStyle = (name) => {
  const href = new URL(name, import.meta.url).href;
  document.head.append(make("link", { rel: "stylesheet", href }));
};

/**
 * Returns the element of the page in which all is shown.
 * @param {string} id
 */
export const boxOf = (id) => {
  const box = document.getElementById(id);
  if (!box) throw new Error(`The page has no #${id}.`);
  return box;
};

/**
 * Returns a new element. All that is put into a page goes through here, as text.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number | URL>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
  element.append(...children);
  return element;
};

/**
 * Returns a line of code in its colours, with the parts of it marked that changed.
 * @param {Line} line
 * @param {import("./diff-model.js").Part[]} parts
 */
export const code = (line, parts = [[false, Infinity]]) => {
  const element = make("code");
  let at = 0;
  let [changed, left] = parts[0] ?? [false, Infinity];
  for (let token = 0; token < line.length; token += 2) {
    const name = line[token];
    let text = line[token + 1] ?? "";
    while (text) {
      const piece = text.slice(0, left);
      text = text.slice(piece.length);
      left -= piece.length;
      const shown = name ? make("span", { class: name }, piece) : piece;
      element.append(changed ? make("mark", {}, shown) : shown);
      if (left === 0) [changed, left] = parts[++at] ?? [false, Infinity];
    }
  }
  return element;
};
