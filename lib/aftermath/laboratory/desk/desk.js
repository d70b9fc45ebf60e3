/* What the desk cannot say itself: keys on a button or a level belong to it, and where the kernel does not answer, that is said. */
(function () {
  "use strict";
  if (window.aftermathDesks) return;
  window.aftermathDesks = true;
  var UNANSWERED = "The kernel has not answered yet, so what you did last was not saved. If it is busy, wait; if it was restarted, " +
    "run this cell again (Shift+Enter): all that was saved before is in the files.";

  function deskOf(event) { return event.target.closest && event.target.closest(".am-desk"); }

  function ask(desk) {
    var answer = desk.querySelector(".am-desk-answer");
    if (!desk.answers && answer) {
      desk.answers = new MutationObserver(function () { window.aftermathUnanswered.answered(desk); });
      desk.answers.observe(answer, { childList: true, subtree: true, characterData: true });
    }
    window.aftermathUnanswered.wait(desk, UNANSWERED);
  }

  // JupyterLab would take x for cutting the cell, and dd for deleting it
  document.addEventListener("focusin", function (event) {
    if (deskOf(event) && event.target.tagName !== "TEXTAREA") event.target.dataset.lmSuppressShortcuts = "true";
  });
  ["input", "click"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      if (deskOf(event) && (kind === "input" || event.target.closest("button"))) ask(deskOf(event));
    });
  });
})();
