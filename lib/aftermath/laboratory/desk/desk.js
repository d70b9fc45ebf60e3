/* What the desk cannot say itself: keys on a button or a level belong to it, and where the kernel does not answer, that is said. */
(function () {
  "use strict";
  if (window.aftermathDesks) return;
  window.aftermathDesks = true;
  var PATIENCE = 6000; // milliseconds
  var UNANSWERED = "The kernel has not answered yet, so what you did last was not saved. If it is busy, wait; if it was restarted, " +
    "run this cell again (Shift+Enter): all that was saved before is in the files.";

  function deskOf(event) { return event.target.closest && event.target.closest(".am-desk"); }

  function tell(desk, words) {
    var notice = desk.querySelector(":scope > .am-desk-unanswered");
    if (!notice) {
      notice = document.createElement("p");
      notice.className = "am-desk-unanswered";
      notice.setAttribute("role", "alert");
      desk.prepend(notice);
    }
    notice.textContent = words;
  }

  function ask(desk) {
    var answer = desk.querySelector(".am-desk-answer");
    if (!desk.answers && answer) {
      desk.answers = new MutationObserver(function () { clearTimeout(desk.waiting); tell(desk, ""); });
      desk.answers.observe(answer, { childList: true, subtree: true, characterData: true });
    }
    clearTimeout(desk.waiting);
    desk.waiting = setTimeout(function () { tell(desk, UNANSWERED); }, PATIENCE);
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
