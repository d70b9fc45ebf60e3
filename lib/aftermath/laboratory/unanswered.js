/* Where a kernel leaves what was done in a widget unanswered, the widget says so above itself. */
(function () {
  "use strict";
  if (window.aftermathUnanswered) return;
  var PATIENCE = 6000; // milliseconds

  function say(widget, words) {
    var notice = widget.querySelector(":scope > .aftermath-unanswered");
    if (!notice) {
      notice = document.createElement("p");
      notice.className = "aftermath-unanswered";
      notice.setAttribute("role", "alert");
      widget.prepend(notice);
    }
    notice.textContent = words;
  }

  window.aftermathUnanswered = {
    say: say,
    wait: function (widget, words) {
      clearTimeout(widget.waiting);
      widget.waiting = setTimeout(function () { say(widget, words); }, PATIENCE);
    },
    answered: function (widget) { clearTimeout(widget.waiting); say(widget, ""); }
  };
})();
