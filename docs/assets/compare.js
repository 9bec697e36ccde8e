// Compares two lessons in the page: ?a=01_echo&b=03_manager. Everything here is put into the page as
// text.

import { changedWords, compare } from "./diff-model.js";
import { addStyle, boxOf, code, load, make, root } from "./dom.js";

/** @typedef {import("./dom.js").Side} Side */
/** @typedef {import("./diff-model.js").Run} Run */
/** @typedef {import("./diff-model.js").Part} Part */

addStyle("compare.css");
const box = boxOf("comparison");
const narrow = matchMedia("(max-width: 56em)");

/** @type {import("./dom.js").Comparable} */
const { sides, pairs, lines } = await load("compare-data.json");

// Unchanged lines that stay in sight beside a change, and the fewest that are worth a fold.
const CONTEXT = 3;
const FOLD = 4;

/**
 * @param {number} count
 * @param {string} word
 */
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
// By its name, or as in `make diff`: 03, 3, 03/naive, 03/1 for 03_manager/step_1.
/** @param {string | null} name */
const find = (name) => {
  const exact = sides.find((side) => side.name === name);
  if (exact || !name) return exact;
  const [start = "", program = ""] = name.split("/");
  const step = /^\d+$/.test(program) ? `step_${program}` : program;
  const fits = sides.filter(
    (side) =>
      start &&
      side.lesson.startsWith(start.padStart(2, "0")) &&
      side.name === (step ? `${side.lesson}/${step}` : side.lesson),
  );
  return fits.length === 1 ? fits[0] : undefined;
};
/** @param {Side} side */
const isNaive = (side) => side.name.endsWith("/naive");
/** @param {Side} side */
const isStep = (side) => side.name !== side.lesson && !isNaive(side);
/** @param {string} path */
const isProgram = (path) => /^(main|naive|step_\d+)\.py$/.test(path);

const texts = lines.map((line) => line.filter((_, at) => at % 2).join(""));

/** @param {number[]} numbers */
const read = (numbers) => numbers.map((number) => texts[number] ?? "");

/**
 * A line of one side. Without a line there, it is an empty place beside a line of the other side.
 * @param {"del" | "ins" | "same"} kind
 * @param {number | null} position
 * @param {number[]} numbers
 * @param {Part[]} [parts]
 */
const cell = (kind, position, numbers, parts) => {
  if (position === null) return make("div", { class: "cell none" });
  const sign = { del: "−", ins: "+", same: " " }[kind];
  const bare = make("span", { class: "sign", "aria-hidden": "true" }, sign);
  const line = lines[numbers[position] ?? -1] ?? [];
  const name = kind === "same" ? "div" : kind;
  return make(name, { class: `cell ${kind}`, "data-line": position + 1 }, bare, code(line, parts));
};

/**
 * Side by side a row has two cells. On a narrow page, and where one side has no file, it has one.
 * @param {Run} run
 * @param {number[]} first
 * @param {number[]} second
 */
const rowsOf = ({ equal, rows }, first, second) => {
  const single = narrow.matches || first.length === 0 || second.length === 0;
  const cells = rows.map(([left, right, versions]) => {
    const both = versions && !equal && left !== null && right !== null;
    const [one, two] = both
      ? changedWords(texts[first[left] ?? -1] ?? "", texts[second[right] ?? -1] ?? "")
      : [];
    return /** @type {const} */ ([
      cell(equal ? "same" : "del", left, first, one),
      cell(equal ? "same" : "ins", right, second, two),
    ]);
  });
  if (!single) return cells.map((both) => make("div", { class: "row" }, ...both));
  const left = cells.map(([element]) => element).filter((_, row) => rows[row]?.[0] !== null);
  const right = cells.map(([, element]) => element).filter((_, row) => rows[row]?.[1] !== null);
  return (equal ? right : [...left, ...right]).map((only) => make("div", { class: "row one" }, only));
};

/**
 * @param {Run[]} runs
 * @param {number[]} first
 * @param {number[]} second
 */
const blocks = (runs, first, second) =>
  runs.flatMap((run, at) => {
    const rows = rowsOf(run, first, second);
    if (!run.equal) return rows;
    const from = at === 0 ? 0 : CONTEXT;
    const to = rows.length - (at === runs.length - 1 ? 0 : CONTEXT);
    if (to - from < FOLD) return rows;
    const summary = make("summary", {}, plural(to - from, "unchanged line"));
    const fold = make("details", { class: "fold" }, summary, ...rows.slice(from, to));
    return [...rows.slice(0, from), fold, ...rows.slice(to)];
  });

/**
 * @param {[string | null, string | null]} pair
 * @param {Side} a
 * @param {Side} b
 */
const file = ([from, to], a, b) => {
  const first = from === null ? [] : (a.files[from] ?? []);
  const second = to === null ? [] : (b.files[to] ?? []);
  const runs = compare(read(first), read(second));
  const rows = runs.filter(({ equal }) => !equal).flatMap((run) => run.rows);
  const removed = rows.filter(([left]) => left !== null).length;
  const added = rows.filter(([, right]) => right !== null).length;
  const moved = from !== null && to !== null && from !== to;
  const name = moved ? `${from} → ${to}` : (to ?? from ?? "");
  const note = [
    ...(from === null ? [`only in ${b.title}`] : []),
    ...(to === null ? [`only in ${a.title}`] : []),
    ...(moved && !isProgram(to) ? ["moved"] : []),
    ...(rows.length === 0 ? ["the same in both"] : []),
  ].join(", ");
  const summary = make("summary", {}, make("strong", {}, name), make("span", { class: "note" }, note));
  if (removed) {
    summary.append(make("span", { class: "count del", title: "lines removed" }, `−${removed}`));
  }
  if (added) summary.append(make("span", { class: "count ins", title: "lines added" }, `+${added}`));
  const body = make("div", { class: "lines" }, ...blocks(runs, first, second));
  const element = make("details", { class: "file" }, summary, body);
  element.open = rows.length > 0;
  return { element, removed, added, changed: rows.length > 0 || moved };
};

/**
 * @param {string} a
 * @param {string} b
 */
const address = (a, b) => `?${new URLSearchParams({ a, b }).toString().replaceAll("%2F", "/")}`;

/**
 * @param {string} id
 * @param {string} label
 */
const picker = (id, label) => {
  const select = make("select", { id });
  select.append(make("option", { value: "", disabled: "", hidden: "" }, "Choose"));
  /** @type {[string, Side[]][]} */
  const groups = [
    ["Lessons", sides.filter((side) => side.name === side.lesson)],
    ["Naive versions", sides.filter(isNaive)],
    ...sides
      .filter((side) => side.name === side.lesson)
      .map(({ name, title }) =>
        /** @type {[string, Side[]]} */ ([
          `Steps of ${title}`,
          sides.filter((side) => isStep(side) && side.lesson === name),
        ]),
      ),
  ];
  for (const [title, members] of groups) {
    if (members.length === 0) continue;
    const options = members.map((side) => make("option", { value: side.name }, side.title));
    select.append(make("optgroup", { label: title }, ...options));
  }
  return { select, field: make("div", { class: "side" }, make("label", { for: id }, label), select) };
};

const first = picker("compare-a", "From");
const second = picker("compare-b", "To");
const swap = make("button", { type: "button", class: "md-button" }, "Swap");
const status = make("p", { class: "status", role: "status" });
const others = make("p", { class: "others" });
const files = make("div", { class: "files highlight" });

/**
 * @param {Side} a
 * @param {Side} b
 */
const links = (a, b) => {
  others.replaceChildren();
  const lesson = find(b.lesson) ?? b;
  /**
   * @param {Side | undefined} from
   * @param {(from: Side) => string} text
   */
  const add = (from, text) => {
    if (from && (from.name !== a.name || lesson.name !== b.name)) {
      others.append(make("a", { href: address(from.name, lesson.name) }, text(from)), " ");
    }
  };
  add(find(lesson.base), (from) => `${from.title} → ${lesson.title}, which builds on it`);
  add(find(`${lesson.name}/naive`), (from) => `${from.title} → ${lesson.title}`);
  others.append(make("a", { href: new URL(`lessons/${lesson.name}/`, root) }, `Read ${lesson.title}`));
};

/** @param {string[]} names */
const unknown = (names) => {
  const known = sides.map((side) => side.name).join(", ");
  const which = names.map((name) => `“${name}”`).join(" or ");
  files.replaceChildren();
  others.replaceChildren();
  status.textContent = `There is no lesson ${which}. Choose two above, or write into the address one of: ${known}.`;
};

const show = () => {
  const asked = new URLSearchParams(location.search);
  const a = asked.get("a") ?? "01_echo";
  const b = asked.get("b") ?? "03_manager";
  const [left, right] = [find(a), find(b)];
  first.select.value = left?.name ?? "";
  second.select.value = right?.name ?? "";
  status.classList.toggle("wrong", !left || !right);
  if (!left || !right) {
    unknown([...(left ? [] : [a]), ...(right ? [] : [b])]);
    return;
  }
  const paired = left.beside[right.name] ?? pairs[left.shape]?.[right.shape] ?? [];
  const found = paired.map((both) => file(both, left, right));
  /** @param {"removed" | "added"} key */
  const sum = (key) => found.reduce((total, one) => total + one[key], 0);
  const changed = found.filter((one) => one.changed).length;
  status.textContent = changed
    ? `${left.title} → ${right.title}: ${plural(changed, "file")} changed, ${plural(sum("removed"), "line")} removed, ${sum("added")} added.`
    : `${left.title} and ${right.title} are the same.`;
  links(left, right);
  files.replaceChildren(...found.map((one) => one.element));
};

/**
 * @param {string} a
 * @param {string} b
 */
const choose = (a, b) => {
  history.pushState(null, "", address(a, b));
  show();
};

for (const { select } of [first, second]) {
  select.addEventListener("change", () => {
    if (first.select.value && second.select.value) choose(first.select.value, second.select.value);
  });
}
swap.addEventListener("click", () => {
  if (first.select.value && second.select.value) choose(second.select.value, first.select.value);
});
addEventListener("popstate", show);
narrow.addEventListener("change", show);

box.append(make("div", { class: "sides" }, first.field, swap, second.field), status, others, files);
show();
