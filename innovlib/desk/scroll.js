// Rows that hold every searched word, sorted by the column that was clicked; Thai as a dictionary sorts it.
(function (box) {
  const table = JSON.parse(box.querySelector("script[type='application/json']").textContent);
  const body = box.querySelector("tbody"), told = box.querySelector("output"), inputs = [...box.querySelectorAll("input")];
  const order = new Intl.Collator("th", { numeric: true });
  let by = -1, turn = 1;
  const number = (text) => Number(text.replaceAll(",", "").replaceAll("−", "-"));
  const compare = (a, b) => {
    const [x, y] = [a[by], b[by]];
    if (x === "" || y === "") return (x === "") - (y === "") || 0; // what is missing comes last, either way
    return turn * (table.numeric[by] ? number(x) - number(y) : order.compare(x, y));
  };
  const draw = () => {
    const asked = inputs.map((input) => input.value.trim().toLowerCase());
    let rows = table.rows.filter((row) => asked.every((word, i) => !word || row[i].toLowerCase().includes(word)));
    if (by >= 0) rows = [...rows].sort(compare);
    body.replaceChildren(...rows.slice(0, table.most).map((row) => {
      const line = document.createElement("tr");
      row.forEach((text, i) => {
        const cell = line.insertCell();
        cell.textContent = text;
        cell.className = table.numeric[i] ? "number" : "";
      });
      return line;
    }));
    const drawn = Math.min(rows.length, table.most);
    told.textContent = `แสดง ${drawn.toLocaleString()} จาก ${rows.length.toLocaleString()} แถว (ทั้งหมด ${table.rows.length.toLocaleString()})`
      + ` · showing ${drawn.toLocaleString()} of ${rows.length.toLocaleString()} rows (${table.rows.length.toLocaleString()} in all)`;
  };
  inputs.forEach((input) => input.addEventListener("input", draw));
  box.querySelectorAll("button").forEach((button, i) => button.addEventListener("click", () => {
    turn = by === i ? -turn : 1;
    by = i;
    box.querySelectorAll("th").forEach((head) => head.removeAttribute("aria-sort"));
    button.closest("th").setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
    draw();
  }));
  // JupyterLab takes the arrows and letters of a cell for commands unless an input keeps them to itself.
  inputs.forEach((input) => input.addEventListener("keydown", (event) => event.stopPropagation()));
  draw();
})(document.currentScript.closest("div.innov-scroll"));
