// Enter presses the button of its own section. Without this script it saves all of them.
"use strict";

for (const section of document.querySelectorAll("[data-section]")) {
  const button = section.querySelector("button[data-main]");
  section.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || !button) return;
    if (!(field instanceof HTMLInputElement)) return;
    event.preventDefault();
    button.click();
  });
}
