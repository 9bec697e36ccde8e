// Presents a lesson's changes: ?lesson=03_manager#4. The slides come from present-data.js, their lines
// from compare-data.js; everything here is put into the page as text.

presenter: {
  // The page says what is missing, and how to get it.
  if (!globalThis.COMPARE || !globalThis.PRESENT) break presenter;
  const lessons = globalThis.PRESENT;
  const { lines } = globalThis.COMPARE;
  const root = new URL("../", document.currentScript.src);
  const box = document.getElementById("presenter");

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // A text is words and code in turn.
  const words = (text) => text.map((part, at) => (at % 2 ? make("code", {}, part) : part));

  // A line is its tokens: class, text, class, text.
  const code = (line) => {
    const element = make("code");
    for (let at = 0; at < line.length; at += 2) {
      const [name, text] = [line[at], line[at + 1].replace(/\n$/, "")];
      element.append(name ? make("span", { class: name }, text) : text);
    }
    return element;
  };

  const length = (line) => line.reduce((sum, text, at) => sum + (at % 2 ? text.length : 0), 0);

  const opening = ({ title, base, minutes, goal }) => ({
    name: title,
    body: make(
      "div",
      { class: "words" },
      make("h2", {}, title),
      ...goal.map((sentence) => make("p", {}, ...words(sentence))),
      make("p", { class: "aside" }, [`${minutes} minutes`, base && `builds on ${base}`].filter(Boolean).join(", ")),
    ),
  });

  const change = ([file, signs, numbers], at, all) => {
    const name = `${file} · ${at + 1} of ${all.length}`;
    if (numbers.length === 0) {
      const moved = make("p", {}, "The file moves as it is.");
      return { name, body: make("div", { class: "words" }, make("h2", {}, file), moved) };
    }
    const rows = numbers.map((number, row) => {
      const tag = { "-": "del", "+": "ins" }[signs[row]] ?? "div";
      const sign = make("span", { class: "sign", "aria-hidden": "true" }, signs[row].replace("-", "−"));
      return make(tag, { class: "row" }, sign, code(lines[number]));
    });
    const body = make("div", { class: "code highlight", tabindex: "0", role: "region", "aria-label": name }, ...rows);
    body.style.setProperty("--columns", Math.max(40, ...numbers.map((number) => length(lines[number]))) + 3);
    body.style.setProperty("--rows", Math.max(10, rows.length));
    return { name, body };
  };

  const question = ([asked, answer], at, all) =>
    [false, true].map((answered) => {
      const heading = make("h2", {}, ...words(asked));
      const said = answered ? [make("p", {}, ...words(answer))] : [];
      return {
        name: `Question ${at + 1} of ${all.length}`,
        body: make("div", { class: "words" }, heading, ...said),
      };
    });

  const closing = (lesson) => {
    const next = lessons[lessons.indexOf(lesson) + 1];
    const links = [
      [new URL(`lessons/${lesson.name}/#break-it`, root), `Break ${lesson.title}`],
      [new URL(`workshop/${lesson.name}/`, root), "The notes for it"],
      ...(next ? [[`?lesson=${next.name}`, `Present ${next.title}`]] : []),
    ];
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

    const show = (wanted) => {
      at = Math.min(Math.max(wanted, 0), slides.length - 1);
      const { name, body } = slides[at];
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
    const step = (way) => {
      const before = stage.scrollTop;
      stage.scrollBy(0, way * 0.8 * stage.clientHeight);
      if (stage.scrollTop === before) show(at + way);
    };

    const magnify = (factor) => {
      zoom = factor === 0 ? 1 : Math.min(Math.max(zoom * factor, 0.5), 4);
      overlay.style.setProperty("--zoom", zoom);
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

    // The number behind the #; the first slide for whatever is none.
    const place = () => (parseInt(location.hash.slice(1), 10) || 1) - 1;

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
        const onControl = event.target.closest?.("button, a");
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
    for (const other of document.body.children) other.inert = true;
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
    (/^\d+$/.test(asked ?? "")
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
}
