// Compares two lessons in the page: ?a=01_echo&b=03_manager. The files come from compare-data.js as
// coloured lines, the differences from vendor/diff.js; everything here is put into the page as text.

comparison: {
  // The page says what is missing, and how to get it.
  if (!globalThis.COMPARE) break comparison;
  const { sides, lines } = globalThis.COMPARE;
  const root = new URL("../", document.currentScript.src);
  const box = document.getElementById("comparison");
  const narrow = matchMedia("(max-width: 56em)");

  // Unchanged lines that stay in sight beside a change, and the fewest that are worth a fold.
  const CONTEXT = 3;
  const FOLD = 4;

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
  // By its name, or as in `make diff`: 03, 3, 03/naive, 03/1 for 03_manager/step_1.
  const find = (name) => {
    const exact = sides.find((side) => side.name === name);
    if (exact || !name) return exact;
    const [start, program = ""] = name.split("/");
    const step = /^\d+$/.test(program) ? `step_${program}` : program;
    const fits = sides.filter(
      (side) =>
        start &&
        side.lesson.startsWith(start.padStart(2, "0")) &&
        side.name === (step ? `${side.lesson}/${step}` : side.lesson),
    );
    return fits.length === 1 ? fits[0] : undefined;
  };
  const isNaive = (side) => side.name.endsWith("/naive");
  const isStep = (side) => side.name !== side.lesson && !isNaive(side);
  const isProgram = (path) => /^(main|naive|step_\d+)\.py$/.test(path);

  // A line is its tokens: class, text, class, text. Its words decide how alike two lines are.
  const texts = lines.map((line) => line.filter((_, at) => at % 2).join(""));
  const words = texts.map((text) => text.match(/\w+|[^\w\s]+/g) ?? []);

  const same = (one, two) => texts[one] === texts[two];

  const alike = (one, two) => {
    const rest = [...words[two]];
    for (const word of words[one]) {
      const at = rest.indexOf(word);
      if (at >= 0) rest.splice(at, 1);
    }
    const shared = words[two].length - rest.length;
    return shared > 0 && 2 * shared >= 0.6 * (words[one].length + words[two].length);
  };

  // Returns pairs of positions in the two lists; what has no partner is paired with null.
  const align = (first, second, comparator) => {
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

  // Lines without a partner of their own stand beside each other while there are some on both sides.
  const closeUp = (pairs) => {
    const rows = [];
    let free = [];
    for (const pair of pairs) {
      const alone = pair.includes(null);
      if (!alone) free = [];
      if (pair[0] === null && free.length > 0) {
        free.shift()[1] = pair[1];
      } else {
        const row = [...pair, !alone];
        rows.push(row);
        if (pair[1] === null) free.push(row);
      }
    }
    return rows;
  };

  // Returns runs of rows that are the same, and of rows that changed. A row has the positions of its
  // lines, and whether they are versions of each other: within a change, lines that are alike are
  // found by the same means as lines that are equal.
  const compare = (first, second) => {
    const runs = [];
    const last = (equal) => {
      if (runs.at(-1)?.equal !== equal) runs.push({ equal, rows: [] });
      return runs.at(-1).rows;
    };
    for (const row of align(first, second, same)) last(!row.includes(null)).push(row);
    for (const run of runs.filter(({ equal }) => !equal)) {
      const gone = run.rows.map(([left]) => left).filter((left) => left !== null);
      const come = run.rows.map(([, right]) => right).filter((right) => right !== null);
      const pairs = align(gone.map((at) => first[at]), come.map((at) => second[at]), alike);
      run.rows = closeUp(pairs.map(([left, right]) => [gone[left] ?? null, come[right] ?? null]));
    }
    return runs;
  };

  // Returns for each of two lines its parts: [whether it changed, how many characters].
  const changedWords = (one, two) => {
    const parts = Diff.diffWordsWithSpace(texts[one], texts[two]);
    const of = (other) =>
      parts.filter((part) => !part[other]).map((part) => [part.added || part.removed, part.value.length]);
    return [of("added"), of("removed")];
  };

  const code = (line, parts = [[false, Infinity]]) => {
    const element = make("code");
    const rest = parts.map((part) => [...part]);
    for (let at = 0; at < lines[line].length; at += 2) {
      const name = lines[line][at];
      let text = lines[line][at + 1];
      while (text) {
        const [changed, length] = rest[0];
        const piece = text.slice(0, length);
        text = text.slice(piece.length);
        rest[0][1] -= piece.length;
        if (rest[0][1] === 0) rest.shift();
        const token = name ? make("span", { class: name }, piece) : piece;
        element.append(changed ? make("mark", {}, token) : token);
      }
    }
    return element;
  };

  const cell = (kind, position, line, parts) => {
    if (position === null) return make("div", { class: "cell none" });
    const sign = { del: "−", ins: "+" }[kind] ?? " ";
    const bare = make("span", { class: "sign", "aria-hidden": "true" }, sign);
    const name = kind === "same" ? "div" : kind;
    return make(name, { class: `cell ${kind}`, "data-line": position + 1 }, bare, code(line, parts));
  };

  // Side by side a row has two cells. On a narrow page, and where one side has no file, it has one.
  const rowsOf = ({ equal, rows }, first, second) => {
    const single = narrow.matches || first.length === 0 || second.length === 0;
    const cells = rows.map(([left, right, versions]) => {
      const parts = versions ? changedWords(first[left], second[right]) : [];
      return [
        cell(equal ? "same" : "del", left, first[left], parts[0]),
        cell(equal ? "same" : "ins", right, second[right], parts[1]),
      ];
    });
    if (!single) return cells.map((both) => make("div", { class: "row" }, ...both));
    const there = (at) => (element, row) => rows[row][at] !== null;
    const left = cells.map(([element]) => element).filter(there(0));
    const right = cells.map(([, element]) => element).filter(there(1));
    return (equal ? right : [...left, ...right]).map((only) => make("div", { class: "row one" }, only));
  };

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

  const file = ({ from, to }, a, b) => {
    const first = from === undefined ? [] : a.files[from];
    const second = to === undefined ? [] : b.files[to];
    const runs = compare(first, second);
    const rows = runs.filter(({ equal }) => !equal).flatMap((run) => run.rows);
    const removed = rows.filter(([left]) => left !== null).length;
    const added = rows.filter(([, right]) => right !== null).length;
    const moved = from !== undefined && to !== undefined && from !== to;
    const name = moved ? `${from} → ${to}` : (to ?? from);
    const note = [
      ...(from === undefined ? [`only in ${b.title}`] : []),
      ...(to === undefined ? [`only in ${a.title}`] : []),
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

  const baseName = (path) => path.split("/").at(-1);

  // Pairs the files as tools/changes.py does: by path, then by name, and one program with another.
  const pair = (a, b) => {
    // As alike() there: with a step on one side, what is Python and what both sides have.
    const counts = (path) => {
      if (isStep(a) || isStep(b)) return path.endsWith(".py") || (path in a.files && path in b.files);
      return isProgram(path) || !(isNaive(a) || isNaive(b));
    };
    const chosen = (side) => Object.keys(side.files).filter(counts);
    const old = chosen(a);
    const was = new Map(chosen(b).map((path) => [path, old.find((other) => other === path)]));
    const order = [...was.keys()];
    for (const path of order.filter((key) => was.get(key) === undefined).sort()) {
      const taken = new Set(was.values());
      const fits = (other) =>
        baseName(other) === baseName(path) || (isProgram(other) && isProgram(path));
      was.set(path, old.filter((other) => !taken.has(other)).sort().find(fits));
    }
    const used = new Set(was.values());
    return [
      ...order.map((path) => ({ from: was.get(path), to: path })),
      ...old.filter((path) => !used.has(path)).sort().map((path) => ({ from: path })),
    ];
  };

  const address = (a, b) => `?${new URLSearchParams({ a, b }).toString().replaceAll("%2F", "/")}`;

  const picker = (id, label) => {
    const select = make("select", { id });
    select.append(make("option", { value: "", disabled: "", hidden: "" }, "Choose"));
    const groups = [
      ["Lessons", sides.filter((side) => side.name === side.lesson)],
      ["Naive versions", sides.filter(isNaive)],
      ...sides
        .filter((side) => side.name === side.lesson)
        .map(({ name, title }) => [
          `Steps of ${title}`,
          sides.filter((side) => isStep(side) && side.lesson === name),
        ]),
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

  const links = (a, b) => {
    others.replaceChildren();
    const lesson = find(b.lesson);
    const add = (from, text) => {
      if (from && (from.name !== a.name || lesson.name !== b.name)) {
        others.append(make("a", { href: address(from.name, lesson.name) }, text(from)), " ");
      }
    };
    add(find(lesson.base), (from) => `${from.title} → ${lesson.title}, which builds on it`);
    add(find(`${lesson.name}/naive`), (from) => `${from.title} → ${lesson.title}`);
    others.append(make("a", { href: new URL(`lessons/${lesson.name}/`, root) }, `Read ${lesson.title}`));
  };

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
    const found = pair(left, right).map((both) => file(both, left, right));
    const sum = (key) => found.reduce((total, one) => total + one[key], 0);
    const changed = found.filter((one) => one.changed).length;
    status.textContent = changed
      ? `${left.title} → ${right.title}: ${plural(changed, "file")} changed, ${plural(sum("removed"), "line")} removed, ${sum("added")} added.`
      : `${left.title} and ${right.title} are the same.`;
    links(left, right);
    files.replaceChildren(...found.map((one) => one.element));
  };

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
}
