// Filters the table of operations. The state is in the address, so that a view can be linked: #service=Wiv&retry=create
(() => {
  const place = document.getElementById("operations");
  const table = place?.parentElement.querySelector("table");
  if (!table) return;
  const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  // Without underscores a search for Node's names finds them, too.
  const plain = (text) => text.toLowerCase().replaceAll("_", "");
  const rows = [...table.tBodies[0].rows].map((row) => {
    const [service, operation] = row.cells;
    const of = (title) => row.cells[titles.indexOf(title)].textContent.trim();
    const values = {
      service: service.textContent.trim(),
      resource: operation.textContent.trim().split(".")[0],
      retry: of("retry"),
      since: of("since"),
    };
    return { row, values, text: plain(row.textContent) };
  });

  const form = document.createElement("form");
  form.className = "operations";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Operations");
  const field = (label, control) => {
    const around = document.createElement("label");
    around.append(label, control);
    form.append(around);
    return control;
  };
  const words = field("words", Object.assign(document.createElement("input"), { type: "search", name: "words" }));
  const selects = Object.keys(rows[0].values).map((name) => {
    const select = field(name, Object.assign(document.createElement("select"), { name }));
    const values = new Set(rows.map(({ values }) => values[name]).filter(Boolean));
    select.append(new Option("any", ""), ...[...values].sort().map((value) => new Option(value, value)));
    return select;
  });
  const reset = Object.assign(document.createElement("button"), { type: "reset", textContent: "Clear" });
  const count = document.createElement("output");
  form.append(reset, count);
  place.append(form);

  const fits = ({ values, text }, except) =>
    selects.every((select) => select === except || !select.value || values[select.name] === select.value) &&
    plain(words.value).split(/\s+/).every((word) => text.includes(word));

  const show = () => {
    let shown = 0;
    for (const one of rows) {
      one.row.hidden = !fits(one);
      shown += one.row.hidden ? 0 : 1;
    }
    count.value = `${shown} of ${rows.length} operations`;
    for (const select of selects) {
      const others = new Set(rows.filter((one) => fits(one, select)).map(({ values }) => values[select.name]));
      for (const option of select.options) option.disabled = option.value !== "" && !others.has(option.value);
    }
  };
  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const control of [words, ...selects]) control.value = state.get(control.name) ?? "";
    // A value that the table does not have selects nothing.
    for (const select of selects) if (select.selectedIndex < 0) select.value = "";
    show();
  };
  const changed = () => {
    const given = [words, ...selects].filter(({ value }) => value).map(({ name, value }) => [name, value]);
    history.replaceState(null, "", given.length ? `#${new URLSearchParams(given)}` : location.pathname + location.search);
    show();
  };
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty only after the event.
  form.addEventListener("reset", () => setTimeout(changed));
  addEventListener("hashchange", read);
  read();
})();
