// What changed between two lists of lines, without a page: tests/js/diff-model.test.mjs tries it.
// The differences themselves are found by vendor/diff.js.

import "./vendor/diff.js";

/**
 * Positions in two lists; what has no partner is paired with null.
 * @typedef {[number | null, number | null]} Pair
 */

/**
 * A pair, and whether its lines are versions of each other.
 * @typedef {[number | null, number | null, boolean]} Row
 */

/**
 * A part of a line: whether it changed, and how many characters it has.
 * @typedef {[boolean, number]} Part
 */

/**
 * Rows that are the same on both sides, or rows that changed.
 * @typedef {{ equal: boolean, rows: Row[] }} Run
 */

/** @type {Map<string, string[]>} */
const known = new Map();

/**
 * Returns the words and signs of a line, which decide how alike two lines are.
 * @param {string} text
 */
const wordsOf = (text) => {
  const words = known.get(text) ?? text.match(/\w+|[^\w\s]+/g) ?? [];
  known.set(text, words);
  return words;
};

/**
 * Returns whether one line is a version of the other: they share three fifths of their words.
 * @param {string} one
 * @param {string} two
 */
export const alike = (one, two) => {
  const [first, second] = [wordsOf(one), wordsOf(two)];
  const rest = [...second];
  for (const word of first) {
    const at = rest.indexOf(word);
    if (at >= 0) rest.splice(at, 1);
  }
  const shared = second.length - rest.length;
  return shared > 0 && 2 * shared >= 0.6 * (first.length + second.length);
};

/**
 * Pairs the lines of two lists in their order.
 * @param {string[]} first
 * @param {string[]} second
 * @param {(one: string, two: string) => boolean} comparator
 */
export const align = (first, second, comparator) => {
  /** @type {Pair[]} */
  const pairs = [];
  let left = 0;
  let right = 0;
  for (const { added, removed, count } of Diff.diffArrays(first, second, { comparator })) {
    for (let n = 0; n < count; n += 1) {
      pairs.push([added ? null : left++, removed ? null : right++]);
    }
  }
  return pairs;
};

/**
 * Lines without a partner of their own stand beside each other while there are some on both sides.
 * @param {Pair[]} pairs
 */
export const closeUp = (pairs) => {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Row[]} */
  let free = [];
  for (const [left, right] of pairs) {
    const versions = left !== null && right !== null;
    if (versions) free = [];
    const waiting = left === null ? free.shift() : undefined;
    if (waiting) {
      waiting[1] = right;
    } else {
      /** @type {Row} */
      const row = [left, right, versions];
      rows.push(row);
      if (right === null) free.push(row);
    }
  }
  return rows;
};

/**
 * Returns runs of rows in their order. Within a change, lines that are alike are found by the same
 * means as lines that are equal.
 * @param {string[]} first
 * @param {string[]} second
 */
export const compare = (first, second) => {
  /** @type {Run[]} */
  const runs = [];
  for (const [left, right] of align(first, second, (one, two) => one === two)) {
    const equal = left !== null && right !== null;
    if (runs.at(-1)?.equal !== equal) runs.push({ equal, rows: [] });
    runs.at(-1)?.rows.push([left, right, equal]);
  }
  for (const run of runs.filter(({ equal }) => !equal)) {
    const gone = run.rows.flatMap(([left]) => left ?? []);
    const come = run.rows.flatMap(([, right]) => right ?? []);
    const pairs = align(
      gone.map((at) => first[at] ?? ""),
      come.map((at) => second[at] ?? ""),
      alike,
    );
    run.rows = closeUp(
      pairs.map(([left, right]) => [
        left === null ? null : (gone[left] ?? null),
        right === null ? null : (come[right] ?? null),
      ]),
    );
  }
  return runs;
};

/**
 * Returns the parts of each of two lines.
 * @param {string} one
 * @param {string} two
 * @returns {[Part[], Part[]]}
 */
export const changedWords = (one, two) => {
  const parts = Diff.diffWordsWithSpace(one, two);
  /**
   * @param {"added" | "removed"} other
   * @returns {Part[]}
   */
  const without = (other) =>
    parts
      .filter((part) => !part[other])
      .map((part) => [part.added || part.removed, part.value.length]);
  return [without("added"), without("removed")];
};
