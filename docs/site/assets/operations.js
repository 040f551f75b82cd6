// Filters the table of operations. The state is in the address, so that a view can be linked: #service=wiv&retry=create
(() => {
  const place = document.getElementById("operations");
  const table = place?.parentElement.querySelector("table");
  if (!table) {
    return;
  }
  const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  // Without underscores a search for Node's names finds them, too.
  const plain = (text) => text.toLowerCase().replaceAll("_", "");
  const rows = [...table.tBodies[0].rows].map((row) => {
    const of = (title) => row.cells[titles.indexOf(title)].textContent.trim();
    const [resource] = of("operation").split(".");
    const values = { service: of("service"), resource, retry: of("retry"), since: of("since") };
    return { row, values, text: plain(row.textContent) };
  });

  const names = Object.keys(rows[0].values);
  const fields = names.map(
    (name) => `<label>${name}<select name="${name}"><option value="">any</select></label>`,
  );
  place.innerHTML = `<form class="operations" role="search" aria-label="Operations">
    <label>words<input type="search" name="words"></label>${fields.join("")}
    <button type="reset">Clear</button><output></output></form>`;
  const form = place.firstElementChild;
  const words = form.elements.words;
  const selects = names.map((name) => form.elements[name]);
  for (const select of selects) {
    const values = new Set(rows.map((one) => one.values[select.name]));
    const sorted = [...values].filter(Boolean).sort();
    select.append(...sorted.map((value) => new Option(value, value)));
  }

  const fits = ({ values, text }, except) =>
    selects.every((select) => select === except || ["", values[select.name]].includes(select.value)) &&
    plain(words.value)
      .split(/\s+/)
      .every((word) => text.includes(word));
  const show = () => {
    for (const one of rows) {
      one.row.hidden = !fits(one);
    }
    const shown = rows.filter((one) => !one.row.hidden);
    form.querySelector("output").value = `${shown.length} of ${rows.length} operations`;
    for (const select of selects) {
      const left = new Set(rows.filter((one) => fits(one, select)).map((one) => one.values[select.name]));
      for (const option of select.options) {
        option.disabled = option.value !== "" && !left.has(option.value);
      }
    }
  };
  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    words.value = state.get("words") ?? "";
    for (const select of selects) {
      const value = state.get(select.name) ?? "";
      // A value that the table does not have is none.
      select.value = [...select.options].some((option) => option.value === value) ? value : "";
    }
    show();
  };
  const changed = () => {
    const state = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", state.size ? `#${state}` : location.pathname + location.search);
    show();
  };
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty only after the event.
  form.addEventListener("reset", () => setTimeout(changed));
  addEventListener("hashchange", read);
  read();
})();
