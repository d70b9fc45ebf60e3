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

  // tables to CSV
  function cell(element) {
    var copy = element.cloneNode(true);
    all("sup,.cert", copy).forEach(function (note) { note.remove(); });
    return '"' + copy.textContent.trim().replace(/\s+/g, " ").replace(/"/g, '""') + '"';
  }
  function row(element) { return all("th,td", element).map(cell).join(","); }
  all("details.tv").forEach(function (view) {
    var place = view.querySelector(".tscroll"), table = view.querySelector("table"), button = document.createElement("button");
    if (!place || !table) return;
    button.type = "button"; button.className = "csv"; button.textContent = "Download CSV";
    button.addEventListener("click", function () {
      var text = "\ufeff" + all("tr", table).map(row).join("\n"), link = document.createElement("a");
      var holder = view.closest("figure,section");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = ((holder && holder.id) || "table") + ".csv"; link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
    place.before(button);
  });

  all(".copy").forEach(function (button) {
    button.addEventListener("click", function () {
      if (navigator.clipboard) navigator.clipboard.writeText(button.dataset.copy).then(function () { button.textContent = "Copied"; }, function () {});
    });
  });

  // scoreboard: sort by a column, what has no number there and cases without a record last
  var NO_NUMBER = 7e9;
  function compare(column, up) {
    return function (one, other) {
      var a = one.cells[column].dataset.s, b = other.cells[column].dataset.s, n = parseFloat(a) - parseFloat(b);
      if ((a >= NO_NUMBER) !== (b >= NO_NUMBER)) return a >= NO_NUMBER ? 1 : -1;
      return (isNaN(n) ? a.localeCompare(b) : n) * (up ? 1 : -1);
    };
  }
  all(".board thead th").forEach(function (heading, column) {
    var button = heading.querySelector("button"); if (!button) return;
    button.addEventListener("click", function () {
      var table = heading.closest("table"), up = heading.getAttribute("aria-sort") !== "ascending";
      all("thead th", table).forEach(function (each) { each.setAttribute("aria-sort", "none"); });
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      function recorded(each) { return !each.classList.contains("norec"); }
      var rows = all("tbody tr", table), last = rows.filter(function (each) { return !recorded(each); });
      rows.filter(recorded).sort(compare(column, up)).concat(last).forEach(function (each) { table.tBodies[0].append(each); });
    });
  });

  // filters act on the scoreboard
  var choices = all(".filters select");
  function filter() {
    var shown = all(".board tbody tr").filter(function (each) {
      each.hidden = !choices.every(function (choice) { return !choice.value || (each.dataset[choice.dataset.f] || "").split("; ").includes(choice.value); });
      return !each.hidden;
    }).length;
    all(".cnt").forEach(function (count) { count.textContent = shown + (shown === 1 ? " case" : " cases"); });
  }
  choices.forEach(function (choice) { choice.addEventListener("change", filter); });
  all(".reset").forEach(function (button) {
    button.addEventListener("click", function () { choices.forEach(function (choice) { choice.value = ""; }); filter(); });
  });

  // on paper the events stand in full
  var events = document.querySelector(".case #f1 details, .case .always"), was;
  addEventListener("beforeprint", function () { if (events) { was = events.open; events.open = true; } });
  addEventListener("afterprint", function () { if (events) events.open = was; });
})();
