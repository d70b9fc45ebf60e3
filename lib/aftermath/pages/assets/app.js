/* Everything here is a convenience: without it the pages still read, link and print. */
(function () {
  "use strict";
  var root = document.documentElement;
  function all(selector, within) { return Array.from((within || document).querySelectorAll(selector)); }

  // theme: remember only an explicit choice; figures.js listens for the change of data-theme
  all(".theme").forEach(function (button) {
    button.addEventListener("click", function () {
      var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      try { localStorage.setItem("aftermath-theme", root.dataset.theme); } catch (e) { /* storage may be refused for file: */ }
    });
  });

  // a link to a row opens the table that holds it
  function reveal() {
    var id = location.hash.slice(1), target, within;
    try { id = decodeURIComponent(id); } catch (e) { /* a stray % is no escape */ }
    target = id && document.getElementById(id);
    for (var at = target && target.parentElement; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; within = true; }
    }
    if (within) target.scrollIntoView({ block: "center" });
  }
  // once more when the page has loaded: by then the figures have taken their place
  addEventListener("hashchange", reveal); addEventListener("load", reveal); reveal();

  all(".copy").forEach(function (button) {
    button.addEventListener("click", function () {
      if (navigator.clipboard) navigator.clipboard.writeText(button.dataset.copy).then(function () { button.textContent = "Copied"; }, function () {});
    });
  });

  // on paper the events stand in full
  var events = document.querySelector(".case #f1 details, .case .always"), was;
  addEventListener("beforeprint", function () { if (events) { was = events.open; events.open = true; } });
  addEventListener("afterprint", function () { if (events) events.open = was; });
})();
