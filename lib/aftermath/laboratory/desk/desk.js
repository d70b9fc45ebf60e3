/* On a button or a level of the desk keys belong to it: JupyterLab would take x for cutting the cell, and dd for deleting it. */
if (!window.aftermathDeskKeys) {
  window.aftermathDeskKeys = true;
  document.addEventListener("focusin", function (event) {
    if (event.target.tagName !== "TEXTAREA" && event.target.closest(".am-desk")) event.target.dataset.lmSuppressShortcuts = "true";
  });
}
