// Filters the table of operations. The state is in the address, so that a view can be linked: #service=wiv&retry=create
(() => {
  const place = document.getElementById("operations");
  const table = place?.parentElement.querySelector("table");
  if (!table) {
    return;
  }
  // What searches may contain besides what they look for.
  const ignored = new Set("a all an and by client for from in mspkit of on one the to with".split(" "));
  // Words for the same.
  const same = [
    ["create", "add", "new"],
    ["delete", "remove"],
    ["get", "read", "fetch", "show"],
    ["list", "search", "find"],
    ["run", "start", "execute"],
    ["update", "replace", "change", "edit", "set"],
  ];
  const stem = (word) =>
    word
      .replace(/([^su])s$/, "$1")
      .replace(/ie$/, "y")
      .replace(/(?<=\w{4})(e|ed|ing)$/, "");
  const groups = same.map((words) => words.map(stem));
  // Names of every language are split into words: list_devices, listDevices
  const split = (text) =>
    (
      text
        .replace(/([a-z\d])([A-Z])/g, "$1 $2")
        .replaceAll("-", "")
        .toLowerCase()
        .match(/[a-z\d]+/g) ?? []
    )
      .filter((word) => !ignored.has(word))
      .map(stem);
  const begins = (word, any) => any.some((start) => word?.startsWith(start));
  // What a row must fulfil. The words of a name follow each other in the row's; others may be anywhere.
  const conditions = (search) =>
    search.split(/\s+/).flatMap((text) => {
      const words = split(text).map((word) => groups.find((group) => group.includes(word)) ?? [word]);
      if (/[._]|[a-z][A-Z]/.test(text)) {
        return ({ name }) => name.some((_, at) => words.every((any, next) => begins(name[at + next], any)));
      }
      return words.map(
        (any) =>
          ({ all }) =>
            all.some((word) => begins(word, any)),
      );
    });
  // Versions as texts that are in order. "after 1.2" is later than 1.2, and no version is earlier than all.
  const version = (text) =>
    (text.match(/\d+/g) ?? []).map((part) => part.padStart(6, "0")).join(".") +
    (text.startsWith("after") ? "+" : "");

  const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => {
    const of = (title) => row.cells[titles.indexOf(title)].textContent.trim();
    const [resource, method] = of("operation").split(".");
    const values = { service: of("service"), resource, retry: of("retry"), since: of("since") };
    // With the resource at the end, so that listDevices finds devices.list.
    const name = split(`${values.service} ${resource} ${method} ${resource}`);
    const all = [...row.cells].flatMap((cell) => split(cell.textContent));
    return { row, values, name, all };
  });

  const names = Object.keys(rows[0].values);
  const fields = names.map(
    (name) => `<label>${name}<select name="${name}"><option value="">any</select></label>`,
  );
  place.innerHTML = `<form class="operations" role="search" aria-label="Operations">
    <label>Search operations<input type="search" name="words" placeholder="remove a user"></label>${fields.join("")}
    <button type="reset">Clear</button><output></output></form>`;
  const form = place.firstElementChild;
  const words = form.elements.words;
  const selects = names.map((name) => form.elements[name]);
  const label = (name, value) =>
    name === "since" && !value.startsWith("after") ? `${value} or later` : value;
  const order = {
    // As in the table.
    service: () => 0,
    since: (one, other) => (version(one) < version(other) ? -1 : 1),
  };
  for (const select of selects) {
    const values = new Set(rows.map((one) => one.values[select.name]));
    const sorted = [...values].filter(Boolean).sort(order[select.name]);
    select.append(...sorted.map((value) => new Option(label(select.name, value), value)));
  }

  const chosen = (one, name, value) =>
    value === "" ||
    (name === "since" ? version(one.values.since) >= version(value) : one.values[name] === value);
  const show = () => {
    const wanted = conditions(words.value);
    const found = rows.filter((one) => wanted.every((condition) => condition(one)));
    const fits = (one, except) =>
      selects.every((select) => select === except || chosen(one, select.name, select.value));
    const shown = new Set(found.filter((one) => fits(one)));
    for (const one of rows) {
      one.row.hidden = !shown.has(one);
    }
    form.querySelector("output").value = `${shown.size} of ${rows.length} operations`;
    for (const select of selects) {
      const left = found.filter((one) => fits(one, select));
      for (const option of select.options) {
        option.disabled = option.value !== "" && !left.some((one) => chosen(one, select.name, option.value));
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
