"use strict";
// Tables work without this script; it adds sorting, filtering and folding.
const SHOWN = 20;

for (const table of document.querySelectorAll("table.data")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const tools = document.getElementById(table.dataset.tools);
  const search = tools && tools.querySelector("input");
  const more = tools && tools.querySelector("button");
  const status = tools && tools.querySelector("output");
  let order = rows;
  let folded = rows.length > SHOWN;

  const show = () => {
    const words = search ? search.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    const found = order.filter((row) => words.every((word) => row.textContent.toLowerCase().includes(word)));
    rows.forEach((row) => { row.hidden = true; });
    found.forEach((row, i) => { row.hidden = folded && i >= SHOWN; body.append(row); });
    if (status) status.textContent = `${found.length} of ${rows.length} rows` + (folded && found.length > SHOWN ? `, ${SHOWN} shown` : "");
    if (more) {
      more.hidden = rows.length <= SHOWN;
      more.textContent = folded ? "Show all rows" : `Show ${SHOWN} rows`;
      more.setAttribute("aria-expanded", String(!folded));
    }
  };

  // Missing values come last whatever the direction; an empty string is missing.
  const compare = (column, numeric, sign) => (a, b) => {
    const [x, y] = [a.cells[column].dataset.value, b.cells[column].dataset.value];
    if (x === "" || y === "") return (x === "") - (y === "");
    return sign * (numeric ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0);
  };

  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const numeric = head.classList.contains("number");
      const next = head.getAttribute("aria-sort") === "descending" ? "ascending"
        : head.getAttribute("aria-sort") === "ascending" ? "descending" : numeric ? "descending" : "ascending";
      table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", next);
      order = [...rows].sort(compare(column, numeric, next === "ascending" ? 1 : -1));
      show();
    });
  });

  if (search) search.addEventListener("input", show);
  if (more) more.addEventListener("click", () => { folded = !folded; show(); });
  if (tools) tools.hidden = false;
  addEventListener("beforeprint", () => { rows.forEach((row) => { row.hidden = false; }); });
  addEventListener("afterprint", show);
  show();
}
