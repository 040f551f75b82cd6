// Filters the table by text and result, and sorts it by a column.
"use strict";
const body = document.querySelector("tbody");
const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
const filter = document.getElementById("filter");
const result = document.getElementById("result");
const shown = document.getElementById("shown");

function show() {
  const wanted = filter.value.trim().toLowerCase();
  const kind = result.value;
  let count = 0;
  for (const { row, text } of rows) {
    const fits = kind === "differs" ? "differs" in row.dataset : kind === "" || row.dataset.result === kind;
    row.hidden = !(fits && text.includes(wanted));
    if (!row.hidden) count += 1;
  }
  shown.textContent = `${count} of ${rows.length} lines`;
}

function sort(heading) {
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of heading.parentNode.cells) other.setAttribute("aria-sort", "none");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const order = new Intl.Collator(undefined, { numeric: true });
  const cell = ({ row }) => row.cells[heading.cellIndex].textContent;
  const sorted = rows.map((each) => [cell(each), each]).sort((one, other) => order.compare(one[0], other[0]));
  if (down) sorted.reverse();
  body.append(...sorted.map(([, { row }]) => row));
}

for (const heading of document.querySelectorAll("th")) heading.firstChild.addEventListener("click", () => sort(heading));
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("input", show);
result.addEventListener("change", show);
show();
