"use strict";
(() => {
  const boxes = [...document.querySelectorAll("td.tick input")];
  const count = document.getElementById("count");
  const keep = "innov-worklist:";
  const store = (() => { try { return window.localStorage; } catch { return null; } })();
  const say = () => {
    const done = boxes.filter((box) => box.checked).length;
    const th = document.createTextNode(`แก้แล้ว ${done} จาก ${boxes.length} จุด `);
    const en = document.createElement("span");
    en.className = "en";
    en.lang = "en";
    en.textContent = `${done} of ${boxes.length} done`;
    count.replaceChildren(th, en);
  };
  for (const box of boxes) {
    box.checked = store?.getItem(keep + box.id) === "1";
    box.addEventListener("change", () => {
      try { box.checked ? store?.setItem(keep + box.id, "1") : store?.removeItem(keep + box.id); } catch { /* a full store costs the memory only */ }
      say();
    });
  }
  if (boxes.length) say();
})();
