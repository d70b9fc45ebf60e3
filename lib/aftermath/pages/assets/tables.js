/* Tables: their data as CSV; further rows; sorting and filters, which stand in the address, so that a view can be sent. */
(function () {
  "use strict";
  function all(selector, within) { return Array.from((within || document).querySelectorAll(selector)); }
  function slug(words) { return words.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 80); }
  function fold(words) { return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(); }

  // a cell as data: lines stand apart, a number is one, and what a spreadsheet would run as a formula is text
  function words(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/\s+/g, " ");
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    if (node.tagName === "BR") return "\n";
    if (node.tagName === "SUP") return "\n" + node.textContent.replace(/^[\s,]+/, "");
    var inner = Array.from(node.childNodes).map(words).join("");
    return /^(inline|contents|table-cell)/.test(getComputedStyle(node).display) ? inner : "\n" + inner + "\n";
  }
  // the rule of formula_cells.py
  function quoted(text) {
    text = String(text);
    var number = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text);
    return '"' + (/^'*[=+\-@\t\r\n＝＋－＠]/.test(text) && !number ? "'" + text : text).replace(/"/g, '""') + '"';
  }
  window.aftermathCell = quoted; // for whoever else writes CSV
  function value(element) {
    var text = words(element).split("\n").map(function (line) { return line.trim(); }).filter(Boolean).join("; ");
    return /^[−+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$/.test(text) ? text.replace("−", "-").replace(/,/g, "") : text;
  }
  function row(element) {
    return Array.from(element.cells).map(function (cell) {
      return quoted(value(cell)) + ",".repeat(cell.colSpan - 1);
    }).join(",");
  }
  function download(table) {
    var page = decodeURIComponent(location.pathname.split("/").pop()).replace(/\.html$/, "") || "index";
    view(table).all(function () {
      var text = "\ufeff" + Array.from(table.rows).filter(function (each) { return !each.hidden; }).map(row).join("\r\n") + "\r\n";
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = [page, table.caption && table.caption.textContent].filter(Boolean).map(slug).join("-") + ".csv";
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
  }

  // a table as a list of what its rows are, in the order of the page: of a long one only the first stand in it, and the others come from a file
  // or, where a script gave what rows are made from (window.aftermathItems), are made when they are shown
  var STEP = 50, views = new Map();
  function item(row) {
    return {
      row: function () { return row; },
      key: function (column) { var cell = row.cells[column]; return !cell ? "" : cell.dataset.s || cell.textContent.trim(); },
      values: function (name) { return (row.dataset[name] || "").split("; "); },
      text: function () { return row.textContent; },
      last: row.classList.contains("norec")
    };
  }
  function view(table) {
    if (!views.has(table)) views.set(table, made(table));
    return views.get(table);
  }
  function made(table) {
    var body = table.tBodies[0], next = table.nextElementSibling, further = next && next.matches(".further") ? next : null;
    var given = (window.aftermathItems || {})[table.id], missing = further && further.dataset.rows, limit = further ? STEP : Infinity;
    var own = { items: given || Array.from(body.rows).map(item), keep: function () { return true; } };
    own.order = own.items;
    // what is asked of all rows waits for those that are missing
    own.whole = function (then) {
      if (!missing) { then(); return; }
      script(missing, function () {
        var holder = document.createElement("template");
        if (missing) {
          holder.innerHTML = "<table><tbody>" + window.AFTERMATH_ROWS[further.dataset.name].join("") + "</tbody></table>";
          own.items = own.order = own.items.concat(Array.from(holder.content.querySelector("tbody").children).map(item));
          missing = "";
        }
        then();
      });
    };
    own.show = function () {
      var kept = own.order.filter(own.keep);
      if (further) {
        body.replaceChildren.apply(body, kept.slice(0, limit).map(function (each) { return each.row(); }));
        say(kept.length);
      } else own.order.forEach(function (each) { each.row().hidden = !own.keep(each); });
      return kept.length;
    };
    own.arrange = function () {
      if (!further) body.append.apply(body, own.order.map(function (each) { return each.row(); }));
      return own.show();
    };
    own.all = function (then) {
      var before = limit;
      own.whole(function () { limit = Infinity; if (further) own.show(); then(); limit = before; if (further) own.show(); });
    };
    own.find = function (id) {
      own.whole(function () {
        var at = own.order.findIndex(function (each) { return each.row().id === id; });
        if (at < 0) return;
        limit = Math.max(limit, STEP * Math.ceil((at + 1) / STEP));
        own.show(); document.getElementById(id).scrollIntoView({ block: "center" });
      });
    };
    function say(kept) {
      var shown = Math.min(limit, kept);
      further.querySelector(".n").textContent = "The first " + thousands(shown) + " of " + thousands(kept) + " rows.";
      further.hidden = shown === kept;
    }
    if (further) all(".more", further).forEach(function (button, whole) {
      button.hidden = false;
      button.addEventListener("click", function () { own.whole(function () { limit = whole ? Infinity : limit + STEP; own.show(); }); });
    });
    if (given) own.arrange();
    return own;
  }
  function thousands(number) { return number.toLocaleString("en-GB"); }
  function script(name, then) {
    var made = document.createElement("script"), root = document.querySelector(".find");
    if (window.AFTERMATH_ROWS) { then(); return; }
    made.src = (root ? root.dataset.root : "") + name; made.onload = then;
    document.head.append(made);
  }
  function offer(table, place) {
    var button = document.createElement("button");
    button.type = "button"; button.className = "csv"; button.textContent = "Download CSV";
    button.addEventListener("click", function () { download(table); });
    place.before(button);
  }
  all("details.tv").forEach(function (view) {
    var place = view.querySelector(".tscroll"), table = view.querySelector("table");
    if (place && table) offer(table, place);
  });
  all("table.list").forEach(function (table) { offer(table, table); });

  // what is chosen, in the address: other words of it stay, and so does the anchor
  function chosen(name) { return new URLSearchParams(location.search).get(name) || ""; }
  function choose(name, words) {
    var address = new URL(location.href);
    if (words) address.searchParams.set(name, words); else address.searchParams.delete(name);
    try { history.replaceState(history.state, "", address); } catch (e) { /* a browser may refuse it for file: */ }
  }

  // filters act on the table of their section, before it is sorted: a reset gives back the order of the page; a row may have several values for one
  all(".filters").forEach(function (group) {
    var table = group.parentElement.querySelector(".board"), fields = all("[data-f]", group), count = group.querySelector(".cnt"), own = table && view(table);
    function has(each, field) {
      if (!field.value) return true;
      if (field.tagName === "SELECT") return each.values(field.dataset.f).includes(field.value);
      if (each.folded === undefined) each.folded = fold(each.text());
      return fold(field.value).split(/\s+/).every(function (word) { return each.folded.includes(word); });
    }
    function filter() {
      own.whole(function () {
        own.keep = function (each) { return fields.every(function (field) { return has(each, field); }); };
        var shown = own.show();
        count.textContent = thousands(shown) + " " + count.dataset.one + (shown === 1 ? "" : "s");
      });
    }
    fields.forEach(function (field) {
      field.value = chosen(field.dataset.f);
      if (field.selectedIndex < 0) field.value = ""; // an address that names what is no choice
      field.addEventListener("input", function () { filter(); choose(field.dataset.f, field.value); });
    });
    group.querySelector(".reset").addEventListener("click", function () {
      fields.forEach(function (field) { field.value = ""; choose(field.dataset.f, ""); });
      all("thead th[aria-sort]", table).forEach(function (each) { each.setAttribute("aria-sort", "none"); });
      own.order = own.items; own.arrange(); choose("sort", "");
      filter();
    });
    if (fields.some(function (field) { return field.value; })) filter();
  });

  // sorting: what has no number, and cases without a record, come last either way
  var NO_NUMBER = 7e9;
  function compare(column, up) {
    return function (one, other) {
      var a = one.key(column), b = other.key(column), n = a && b ? a - b : NaN;
      if ((a >= NO_NUMBER) !== (b >= NO_NUMBER)) return a >= NO_NUMBER ? 1 : -1;
      return (isNaN(n) ? a.localeCompare(b) : n) * (up ? 1 : -1);
    };
  }
  function sort(heading, up) {
    var table = heading.closest("table"), own = view(table);
    all("thead th", table).forEach(function (each) { each.setAttribute("aria-sort", "none"); });
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    own.whole(function () {
      var sorted = own.order.filter(function (each) { return !each.last; }).sort(compare(heading.cellIndex, up));
      own.order = sorted.concat(own.order.filter(function (each) { return each.last; }));
      own.arrange();
    });
  }
  all(".board thead th").forEach(function (heading) {
    var button = heading.querySelector("button"), name = button && slug(button.textContent), asked = chosen("sort");
    if (!button) return;
    button.addEventListener("click", function () {
      var up = heading.getAttribute("aria-sort") !== "ascending";
      sort(heading, up); choose("sort", (up ? "" : "-") + name);
    });
    if (asked === name || asked === "-" + name) sort(heading, asked === name);
  });

  // an address may name a row that is not in the page yet
  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    if (!id.startsWith("case-") || document.getElementById(id)) return;
    all(".board").forEach(function (table) { view(table).find(id); });
  }
  all(".further").forEach(function (each) { view(each.previousElementSibling); });
  addEventListener("hashchange", reveal); reveal();

  all("[data-copy-view]").forEach(function (button) {
    button.addEventListener("click", function () { button.dataset.copy = location.href; }, true);
  });
})();
