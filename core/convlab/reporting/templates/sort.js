"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const ascending = heading.getAttribute("aria-sort") === "descending";
      headings.forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const key = (row) => {
        const cell = row.cells[column];
        if (!heading.classList.contains("number")) return cell.textContent.trim();
        return "value" in cell.dataset ? Number(cell.dataset.value) : -Infinity;
      };
      const body = table.tBodies[0];
      const order = (first, second) => {
        const [a, b] = [key(first), key(second)];
        const difference = typeof a === "string" ? a.localeCompare(b) : a === b ? 0 : a - b;
        return ascending ? difference : -difference;
      };
      body.append(...[...body.rows].sort(order));
    });
  });
}
