"use strict";
(() => {
  const bar = document.querySelector(".bar");
  const told = bar.querySelector("output");
  const shown = () => [...document.querySelectorAll("del[id]")].filter((mark) => mark.getClientRects().length);
  let current = null;

  const light = (marks) => {
    document.querySelectorAll(".lit").forEach((mark) => mark.classList.remove("lit"));
    marks.forEach((mark) => mark.classList.add("lit"));
  };
  // A passage that goes, all pieces of it, and all pieces of what it repeats.
  const family = (number) => {
    const pieces = [...document.querySelectorAll(`del[data-removal="${number}"]`)];
    const spot = pieces.length && pieces[0].dataset.spot;
    return spot ? pieces.concat([...document.querySelectorAll(`[data-spots~="${spot}"]`)]) : pieces;
  };
  const tell = () => {
    const marks = shown();
    const place = marks.indexOf(current) + 1;
    told.textContent = marks.length ? `${place || "–"} of ${marks.length}` : "none shown";
  };
  const go = (step) => {
    const marks = shown();
    if (!marks.length) return;
    let place = marks.indexOf(current);
    if (place < 0) {
      const below = marks.findIndex((mark) => mark.getBoundingClientRect().top >= 0);
      place = step > 0 ? (below < 0 ? 0 : below) - 1 : below < 0 ? marks.length : below;
    }
    current = marks[(place + step + marks.length) % marks.length];
    current.focus({ preventScroll: true });
    current.scrollIntoView({ block: "center" });
    light(family(current.dataset.removal));
    tell();
  };

  bar.querySelector(".next").addEventListener("click", () => go(1));
  bar.querySelector(".previous").addEventListener("click", () => go(-1));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=text], textarea")) return;
    if (event.key === "n" || event.key === "j") go(1);
    else if (event.key === "p" || event.key === "k") go(-1);
    else if (event.key === "Escape") light([]);
  });
  document.addEventListener("change", tell);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-removal]");
    if (!link) return;
    light(family(link.dataset.removal));
    current = document.getElementById(`r${link.dataset.removal}`);
    tell();
  });
  bar.hidden = !shown().length;
  tell();
})();
