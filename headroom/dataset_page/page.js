// Shows the pictures of one split, and one picture large.
const buttons = document.querySelectorAll("[data-show]");
for (const button of buttons) {
  button.hidden = button.dataset.show !== "" && !document.querySelector(`[data-split="${button.dataset.show}"]`);
  button.addEventListener("click", () => {
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
    for (const scene of document.querySelectorAll(".scene")) {
      scene.hidden = button.dataset.show !== "" && scene.dataset.split !== button.dataset.show;
    }
  });
}
const dialog = document.querySelector("dialog");
const show = (picture) => {
  dialog.querySelector("img").src = picture.src;
  dialog.querySelector("p").textContent = picture.parentElement.querySelector("figcaption").innerText.replace(/\s*\n\s*/g, " · ");
  dialog.showModal();
};
for (const picture of document.querySelectorAll(".scene img")) {
  picture.addEventListener("click", () => show(picture));
  picture.addEventListener("keydown", (event) => event.key === "Enter" && show(picture));
}
dialog.addEventListener("click", () => dialog.close());
