// Reads the plot over time under the pointer.
for (const plot of document.querySelectorAll("[data-series]")) {
  const { edges, told, truth } = JSON.parse(plot.dataset.series);
  const end = Number(plot.dataset.high);
  const field = plot.querySelector(".field");
  const reader = plot.parentElement.querySelector(".reader");
  const cursor = field.appendChild(document.createElement("i"));
  cursor.className = "cursor";
  cursor.hidden = true;
  const shown = (value) => Number(value.toFixed(1)).toString();
  field.addEventListener("pointermove", (event) => {
    const { left, width } = field.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    const at = edges.findIndex((edge, index) => edge <= share * end && share * end < edges[index + 1]);
    cursor.hidden = reader.hidden = at < 0;
    if (at < 0) return;
    cursor.style.left = `${share * 100}%`;
    reader.textContent = `${edges[at].toFixed(1)} s: ${shown(told[at])} counted, ${shown(truth[at])} there`;
  });
  field.addEventListener("pointerleave", () => {
    cursor.hidden = reader.hidden = true;
  });
}
