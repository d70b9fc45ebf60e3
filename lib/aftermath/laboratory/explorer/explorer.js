/* Draws the figures of explorers in place, in the colours of the laboratory, and lets their bars be clicked. */
(function () {
  "use strict";
  if (window.aftermathExplorers) { window.aftermathExplorers.find(); return; }
  var DARK = /* theme */ {};
  var CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, typesetMath: false };
  var UNANSWERED = "The kernel has not answered yet. If it is busy, wait; if it was restarted, run this cell again (Shift+Enter).";

  function dark() { return document.body.dataset.jpThemeLight === "false"; }

  function coloured(value, change) {
    if (Array.isArray(value)) return value.map(function (part) { return coloured(part, change); });
    if (value && typeof value === "object") {
      var copy = {};
      Object.keys(value).forEach(function (key) { copy[key] = coloured(value[key], change); });
      return copy;
    }
    return change && typeof value === "string" && Object.prototype.hasOwnProperty.call(DARK, value) ? DARK[value] : value;
  }

  function draw(place) {
    var source = place.querySelector("script[type='application/json']"), drawing = place.querySelector(".aftermath-drawing");
    if (!source) { if (drawing) drawing.hidden = true; return; }
    if (!window.Plotly) return;
    if (!drawing) {
      drawing = document.createElement("div");
      drawing.className = "aftermath-drawing";
      drawing.setAttribute("role", "img");
      place.append(drawing);
      new ResizeObserver(function () { if (place.clientWidth && place.clientWidth !== drawing.wide) draw(place); }).observe(place);
    }
    drawing.hidden = false;
    drawing.setAttribute("aria-label", source.dataset.label);
    drawing.wide = place.clientWidth;
    if (!drawing.wide) { // hidden, or for a moment without its style sheets; else the observer of its size draws it
      setTimeout(function () { if (place.clientWidth) draw(place); }, 200);
      return;
    }
    var figure = coloured(JSON.parse(source.textContent), dark());
    figure.layout.width = drawing.wide;
    window.Plotly.react(drawing, figure.data, figure.layout, CONFIG).then(function () {
      if (!drawing.listens) { drawing.on("plotly_click", function (event) { choose(place, event.points[0].customdata); }); drawing.listens = true; }
      place.dispatchEvent(new CustomEvent("aftermath-drawn", { bubbles: true }));
    });
  }

  // a bar that is clicked is chosen in the list of events, as if there
  function choose(place, target) {
    var list = place.closest(".aftermath-explorer").querySelector(".aftermath-events select");
    var source = place.querySelector("script"), wanted = source.dataset.prefix + (Array.isArray(target) ? target[0] : target) + " ";
    var option = list && Array.from(list.options).find(function (event) { return event.value.startsWith(wanted); });
    if (!option) return;
    list.value = option.value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function changed(root, records) {
    var places = new Set();
    records.forEach(function (record) {
      if (record.target.closest && record.target.closest(".aftermath-drawing")) return;
      var place = record.target.closest && record.target.closest(".aftermath-figure");
      if (place) places.add(place);
      record.addedNodes.forEach(function (node) {
        if (node.querySelectorAll) node.querySelectorAll(".aftermath-figure").forEach(function (figure) { places.add(figure); });
      });
      if (record.target.closest && record.target.closest(".aftermath-answer")) window.aftermathUnanswered.answered(root);
    });
    places.forEach(function (place) {
      var source = place.querySelector("script"), text = source ? source.textContent : "";
      if (place.drawn !== text) { place.drawn = text; draw(place); }
    });
  }

  function follow(root) {
    root.followed = true;
    // keys belong to the control that has the focus: JupyterLab would go to another cell
    root.addEventListener("focusin", function (event) { event.target.dataset.lmSuppressShortcuts = "true"; });
    ["change", "click"].forEach(function (kind) {
      root.addEventListener(kind, function (event) {
        var copy = event.target.closest(".aftermath-code button");
        if (copy && kind === "click") {
          navigator.clipboard.writeText(copy.previousElementSibling.textContent).then(function () { copy.textContent = "Copied"; });
        } else if (kind === "change" || event.target.closest("button:not(:disabled)")) {
          window.aftermathUnanswered.wait(root, UNANSWERED);
        }
      });
    });
    new MutationObserver(function (records) { changed(root, records); }).observe(root, { childList: true, subtree: true });
    root.querySelectorAll(".aftermath-figure").forEach(draw);
    if (!window.Plotly) window.aftermathUnanswered.say(root, "Run this cell again (Shift+Enter): its figures are drawn by what its kernel sends.");
  }

  function find() {
    document.querySelectorAll(".aftermath-explorer").forEach(function (root) { if (!root.followed) follow(root); });
  }

  new MutationObserver(function () {
    document.querySelectorAll(".aftermath-explorer .aftermath-figure").forEach(draw);
  }).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  setInterval(find, 100);
  window.aftermathExplorers = { find: find };
  find();
})();
