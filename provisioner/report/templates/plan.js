"use strict";
// Searches and folds. Without it the page is whole all the same.
const steps = [...document.querySelectorAll("details.step")];
const groups = [...document.querySelectorAll("details.group")];
const search = document.getElementById("search");
const onlyRisk = document.getElementById("only-risk");
const ops = [...document.querySelectorAll("input[name=op]")];
const found = document.getElementById("found");
const atFirst = new Map(steps.map((step) => [step, step.open]));
const texts = new Map();

// What a step says itself, without what is below it. Read when it is first asked for.
function text(step) {
  if (!texts.has(step)) {
    const own = step.querySelector(":scope > .own");
    texts.set(step, (step.firstElementChild.textContent + " " + own.textContent).toLowerCase());
  }
  return texts.get(step);
}

function inside(element, kind) {
  return element.querySelector(kind + ":not([hidden])") !== null;
}

function narrow() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = new Set(ops.filter((op) => op.checked).map((op) => op.value));
  const isNarrow = words.length > 0 || onlyRisk.checked || wanted.size < ops.length;
  let count = 0;
  // From the last to the first, so that what is below a step is done before it.
  for (const step of steps.slice().reverse()) {
    const fits = (wanted.has(step.dataset.op) || (!isNarrow && step.dataset.op === "same"))
      && (!onlyRisk.checked || step.dataset.risk !== "none")
      && words.every((word) => text(step).includes(word));
    const around = inside(step, ":scope > .below > details.step");
    step.hidden = !fits && !around;
    step.open = isNarrow ? around : atFirst.get(step);
    count += fits ? 1 : 0;
  }
  for (const group of groups.slice().reverse()) group.hidden = isNarrow && !inside(group, "details.step");
  found.textContent = isNarrow ? count + (count === 1 ? " step" : " steps") : "";
}

function fold(open) {
  for (const step of steps) step.open = open && step.querySelector(":scope > .below") !== null;
  for (const group of groups) group.open = true;
}

// Whoever follows a link to a step finds it unfolded, whatever was searched for before.
function reveal() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target || !target.matches("details.step")) return;
  if (target.hidden) { search.value = ""; onlyRisk.checked = false; ops.forEach((op) => { op.checked = true; }); narrow(); }
  for (let each = target; each; each = each.parentElement.closest("details")) each.open = true;
  target.scrollIntoView({ block: "center" });
}

search.addEventListener("input", narrow);
onlyRisk.addEventListener("change", narrow);
ops.forEach((op) => op.addEventListener("change", narrow));
document.getElementById("unfold").addEventListener("click", () => fold(true));
document.getElementById("fold").addEventListener("click", () => fold(false));
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
});
window.addEventListener("hashchange", reveal);
reveal();
