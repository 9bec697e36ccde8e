// What the page Compare says of two files, tried without a page: `python -m tools javascript`.

import assert from "node:assert/strict";
import test from "node:test";

import { align, alike, changedWords, closeUp, compare } from "../../docs/assets/diff-model.js";

test("lines that share three fifths of their words are versions of each other", () => {
  assert.equal(alike("await connect(a)", "await connect(b)"), true);
  assert.equal(alike("await connect(a)", "return None"), false);
});

test("a line without a word is like no other", () => {
  assert.equal(alike("", ""), false);
  assert.equal(alike("    ", "a = 1"), false);
});

test("a word counts as often as both lines have it", () => {
  assert.equal(alike("a a a a", "a b c d"), false);
});

test("what has no partner is paired with null", () => {
  const pairs = align(["a", "b"], ["b", "c"], (one, two) => one === two);
  assert.deepEqual(pairs, [[0, null], [1, 0], [null, 1]]);
});

test("lines without a partner stand beside each other", () => {
  const rows = closeUp([[0, null], [1, null], [null, 0]]);
  assert.deepEqual(rows, [[0, 0, false], [1, null, false]]);
});

test("and not across a pair that belongs together", () => {
  const rows = closeUp([[0, null], [1, 0], [null, 1]]);
  assert.deepEqual(rows, [[0, null, false], [1, 0, true], [null, 1, false]]);
});

test("two files that are the same are one run", () => {
  const runs = compare(["a", "b"], ["a", "b"]);
  assert.deepEqual(runs, [{ equal: true, rows: [[0, 0, true], [1, 1, true]] }]);
});

test("a changed line stands beside its version, and a new one alone", () => {
  const runs = compare(
    ["import a", "value = old(1)", "end"],
    ["import a", "wholly different", "value = new(1)", "end"],
  );
  assert.deepEqual(
    runs.map(({ equal }) => equal),
    [true, false, true],
  );
  assert.deepEqual(runs[1].rows, [[null, 1, false], [1, 2, true]]);
});

test("a file that one side lacks is all new, or all gone", () => {
  assert.deepEqual(compare([], ["a"]), [{ equal: false, rows: [[null, 0, false]] }]);
  assert.deepEqual(compare(["a"], []), [{ equal: false, rows: [[0, null, false]] }]);
  assert.deepEqual(compare([], []), []);
});

test("each line is there once, in its order, whatever the two are", () => {
  const files = ["a b c", "", "b", "c d", "a b d", "a b c", "x"];
  for (let seed = 1; seed < 200; seed += 1) {
    const some = (factor) => files.filter((_, at) => (seed * factor * (at + 3)) % 5 > 1);
    const [first, second] = [some(7), some(11).reverse()];
    const rows = compare(first, second).flatMap((run) => run.rows);
    for (const [side, lines] of [first, second].entries()) {
      const shown = rows.map((row) => row[side]).filter((at) => at !== null);
      assert.deepEqual(shown, [...lines.keys()]);
    }
  }
});

test("the parts of a line are the whole line, and say which words changed", () => {
  const [one, two] = changedWords("title 6 end", "title 17 end");
  assert.deepEqual(one, [[false, 6], [true, 1], [false, 4]]);
  assert.deepEqual(two, [[false, 6], [true, 2], [false, 4]]);
});
