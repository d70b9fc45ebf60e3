/* Ways to read on. Without it a page still reads, links and prints. */
(function () {
  "use strict";
  // previous, next and like it: from assets/cases.js, which knows all cases; a page knows its own
  function link(label, other, note) {
    var item = document.createElement("li"), name = document.createElement("span"), way = document.createElement("a");
    name.className = "mut"; name.textContent = label + " ";
    way.href = encodeURIComponent(other.id) + ".html"; way.textContent = other.title;
    item.append(name, way);
    if (note) item.append(" (" + note + ")");
    return item;
  }
  document.querySelectorAll("nav.others[data-case]").forEach(function (nav) {
    var all = window.aftermathCases || {}, id = nav.dataset.case, list = document.createElement("ul");
    var around = Object.prototype.hasOwnProperty.call(all, id) ? all[id] : { like: [] };
    if (around.previous) list.append(link("Previous", around.previous));
    if (around.next) list.append(link("Next", around.next));
    around.like.forEach(function (other) { list.append(link("Like it", other, other.why)); });
    if (list.children.length) nav.prepend(list);
  });

  // on paper the folded words stand in full
  var opened = [];
  addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details.inwords:not([open])"));
    opened.forEach(function (words) { words.open = true; });
  });
  addEventListener("afterprint", function () { opened.forEach(function (words) { words.open = false; }); });
})();
