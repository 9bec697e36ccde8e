// What scrolls sideways can be reached by the Tab key, so that the arrow keys can move it.
// Chromium and Firefox do this by themselves; Safari does not.

const SCROLLERS = "pre > code, figure.diagram, .md-typeset__scrollwrap, .md-typeset table";

/** @param {Element} element */
const reach = (element) => {
  const wide = element.scrollWidth > element.clientWidth;
  const scrolls = wide && getComputedStyle(element).overflowX === "auto";
  if (scrolls) element.setAttribute("tabindex", "0");
  else element.removeAttribute("tabindex");
};

// A folded block has no size: it is measured when it is opened.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) reach(target);
});

for (const element of document.querySelectorAll(SCROLLERS)) sizes.observe(element);
