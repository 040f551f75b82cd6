// What the theme does not do: tabs that stand in for a language that a page does not have, and tables that the keyboard can scroll.
(() => {
  // By language, what its readers can use too, the nearest first.
  const related = { C: ["C and C++", "C++"], "C and C++": ["C++", "C"], "C++": ["C and C++", "C"] };

  const tabs = (set) =>
    [...set.querySelectorAll(":scope > input")].map((input) => ({
      input,
      name: set.querySelector(`label[for="${CSS.escape(input.id)}"]`).innerText.trim(),
    }));

  // Shows the first of these languages that a set of tabs has, or what stands in for it.
  const show = (set, languages) => {
    const every = tabs(set);
    const wanted = languages.flatMap((one) => [one, ...(related[one] ?? [])]);
    const found = wanted.map((one) => every.find(({ name }) => name === one)).find((one) => one);
    if (found) found.input.checked = true;
  };

  const sets = [...document.querySelectorAll(".tabbed-set")];
  // The theme keeps the languages that were chosen, the last one first, and shows the tab of a link afterwards.
  const chosen = __md_get("__tabs") ?? [];
  for (const set of sets) {
    show(set, chosen);
    set.addEventListener("change", ({ target }) => {
      const { name } = tabs(set).find(({ input }) => input === target) ?? {};
      // The theme changes those that have the same language.
      for (const other of sets) {
        if (name && !tabs(other).some((one) => one.name === name)) show(other, [name]);
      }
    });
  }

  const sizes = new ResizeObserver((changed) => {
    for (const { target } of changed) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  // The theme wraps tables first.
  addEventListener("DOMContentLoaded", () => {
    for (const one of document.querySelectorAll(".md-typeset__scrollwrap")) sizes.observe(one);
  });
})();
