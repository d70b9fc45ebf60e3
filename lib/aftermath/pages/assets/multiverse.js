/* The explorable multiverse: **a filter over results that came with the page**. Nothing is estimated here, and no request leaves the page. */
(function () {
  "use strict";
  var holder = document.getElementById("multiverse-data");
  if (!holder) return;
  var data = JSON.parse(holder.textContent), NONE = data.none, COLUMNS = data.columns, HEIGHT = 200, SHADES = 4, ROWS = 100;
  var SVG = "http://www.w3.org/2000/svg";
  function byId(id) { return document.getElementById(id); }
  function make(name, text) { var made = document.createElement(name); if (text !== undefined) made.textContent = text; return made; }

  // specifications in the order of their results: each a number whose digits are the choices and, last, n
  var taus = [], places = data.choices.map(function () { return []; }), sizes = [];
  data.taus.forEach(function (run) { for (var times = run[1]; times; times -= 1) taus.push(run[0]); });
  for (var at = 0; at < data.codes.length; at += data.width) {
    var code = parseInt(data.codes.slice(at, at + data.width), 36);
    sizes.push(code % data.sizes);
    code = Math.floor(code / data.sizes);
    for (var last = data.choices.length - 1; last >= 0; last -= 1) {
      var base = data.choices[last].values.length;
      places[last].push(code % base);
      code = Math.floor(code / base);
    }
  }

  // the form: a row a value that means something
  var rows = [];
  data.choices.forEach(function (choice, which) {
    choice.values.forEach(function (value, place) {
      var row = value !== NONE && byId("mv-" + which + "-" + place);
      if (!row) return;
      rows.push({ which: which, place: place, box: row.querySelector("input"), only: row.querySelector("button"),
        median: row.querySelector(".mv-median"), shades: shades(row.querySelector("svg")) });
    });
  });
  function shades(svg) {
    return Array.from({ length: SHADES }, function (_, shade) {
      var path = document.createElementNS(SVG, "path");
      path.setAttribute("class", "mv-s" + (shade + 1));
      svg.append(path);
      return path;
    });
  }

  // numbers as the other pages write them; a half goes to the even hundredth, as there
  function thousands(value) { return String(value).replace(/\B(?=(\d{3})+$)/g, ","); }
  function signed(value) {
    var hundredths = Math.abs(value) * 100, text = Math.abs(value).toFixed(2);
    if (hundredths % 1 === 0.5) text = (2 * Math.round(hundredths / 2) / 100).toFixed(2);
    return Number(text) === 0 ? text : (value < 0 ? "\u2212" : "+") + text;
  }
  function ends(low, high) { return low === high ? String(low) : low + " to " + high; }
  function median(sorted) {
    var half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
  function percent(part, whole) { return Math.round(100 * part / whole) + "\u00a0%"; }

  // which values are admitted: where a choice means nothing for a specification, it does not ask
  function admitted() {
    var open = data.choices.map(function (choice) { return choice.values.map(function (value) { return value === NONE; }); });
    rows.forEach(function (row) { open[row.which][row.place] = row.box.checked; });
    return open;
  }
  function shown(open) {
    var found = [];
    for (var way = 0; way < taus.length; way += 1) {
      for (var which = 0; which < open.length && open[which][places[which][way]]; which += 1);
      if (which === open.length) found.push(way);
    }
    return found;
  }

  // the address holds what differs from all
  function asked() {
    var wanted = new URLSearchParams();
    data.choices.forEach(function (choice, which) {
      var own = rows.filter(function (row) { return row.which === which; });
      var ticked = own.filter(function (row) { return row.box.checked; });
      if (ticked.length === own.length) return;
      if (!ticked.length) wanted.append(choice.name, "");
      ticked.forEach(function (row) { wanted.append(choice.name, choice.values[row.place]); });
    });
    return wanted;
  }
  function read() {
    var wanted = new URLSearchParams(location.search), unknown = [];
    wanted.forEach(function (value, name) {
      var choice = data.choices.find(function (known) { return known.name === name; });
      if (!choice ? value !== "" : value !== "" && (value === NONE || !choice.values.includes(value))) unknown.push(name + " = " + value);
    });
    rows.forEach(function (row) {
      var choice = data.choices[row.which];
      row.box.checked = !wanted.has(choice.name) || wanted.getAll(choice.name).includes(choice.values[row.place]);
    });
    byId("mv-unknown").textContent = unknown.length ? "Not known here, and left aside: " + unknown.join("; ") + "." : "";
  }

  // the answers
  function result(id, text, value) { var cell = byId(id); cell.textContent = text; cell.dataset.value = value; }
  function answer(found) {
    var own = found.map(function (way) { return taus[way]; }), n = found.map(function (way) { return sizes[way]; });
    var below = own.filter(function (tau) { return tau < 0; }).length, above = own.filter(function (tau) { return tau > 0; }).length;
    result("mv-count", thousands(found.length) + " of " + thousands(taus.length), found.length);
    if (!found.length) {
      ["mv-n", "mv-middle", "mv-range", "mv-below", "mv-above", "mv-zero"].forEach(function (id) { result(id, "\u2013", ""); });
      return;
    }
    var least = smallest(n, 1), most = -smallest(n, -1);
    result("mv-n", ends(least, most), least + " " + most);
    result("mv-middle", signed(median(own)), median(own));
    result("mv-range", own[0] === own[own.length - 1] ? signed(own[0]) : signed(own[0]) + " to " + signed(own[own.length - 1]), own[0] + " " + own[own.length - 1]);
    result("mv-below", percent(below, own.length) + " (" + thousands(below) + ")", below);
    result("mv-above", percent(above, own.length) + " (" + thousands(above) + ")", above);
    result("mv-zero", percent(own.length - below - above, own.length) + " (" + thousands(own.length - below - above) + ")", own.length - below - above);
  }
  function smallest(values, sign) { return values.reduce(function (best, value) { return Math.min(best, sign * value); }, Infinity); }

  // the curve: neighbours in the order of their results share a column where there are many
  function edges(n) {
    var columns = Math.min(n, COLUMNS), found = [];
    for (var edge = 0; edge <= columns; edge += 1) found.push(Math.round(edge * n / columns));
    return found;
  }
  function dots(found, cuts) {
    var path = "", wide = COLUMNS / (cuts.length - 1);
    for (var column = 0; column + 1 < cuts.length; column += 1) {
      var own = found.slice(cuts[column], cuts[column + 1]).map(function (way) { return taus[way]; });
      path += "M" + ((column + 0.5) * wide).toFixed(2) + " " + ((1 - median(own)) / 2 * HEIGHT).toFixed(2) + "h0";
    }
    return path;
  }
  function draw(found) {
    var cuts = edges(found.length), wide = COLUMNS / Math.max(1, cuts.length - 1);
    byId("mv-dots").setAttribute("d", found.length ? dots(found, cuts) : "");
    byId("mv-half").setAttribute("d", found.length ? "M0 " + (1 - median(found.map(function (way) { return taus[way]; }))) / 2 * HEIGHT + "h" + COLUMNS : "");
    rows.forEach(function (row) {
      var own = [], counts = [], most = 0, paths = Array.from({ length: SHADES }, function () { return ""; });
      for (var column = 0; found.length && column + 1 < cuts.length; column += 1) {
        var count = 0;
        for (var place = cuts[column]; place < cuts[column + 1]; place += 1) {
          if (places[row.which][found[place]] === row.place) { count += 1; own.push(taus[found[place]]); }
        }
        counts.push(count / (cuts[column + 1] - cuts[column]));
        most = Math.max(most, counts[column]);
      }
      counts.forEach(function (share, column) {
        if (share) paths[Math.ceil(SHADES * share / most) - 1] += "M" + (column * wide).toFixed(2) + " 0h" + wide.toFixed(2) + "v10h-" + wide.toFixed(2) + "z";
      });
      paths.forEach(function (path, shade) { row.shades[shade].setAttribute("d", path); });
      row.median.textContent = own.length ? signed(median(own)) : "\u2013";
      row.median.title = own.length === 1 ? "1 specification" : thousands(own.length) + " specifications";
    });
  }

  // the same in Python: a choice that has it keeps "none", for specifications that it means nothing for
  function quoted(text) { return JSON.stringify(text); }
  function python(wanted, found) {
    var names = data.choices.filter(function (choice) { return wanted.has(choice.name); });
    var asks = names.map(function (choice) {
      var values = choice.values.filter(function (value) { return value === NONE || wanted.getAll(choice.name).includes(value); });
      return "    " + quoted(choice.name) + ": [" + values.map(quoted).join(", ") + "],\n";
    });
    var call = "import aftermath as am\n\nfound = am.multiverse(am.cases()" + (asks.length ? ", {\n" + asks.join("") + "}" : "") + ")\nprint(found.text)\nfound.table\n";
    byId("mv-code").textContent = call;
    byId("mv-copy").dataset.copy = call;
    var one = found.length === 1, sweep = one && "aftermath sweep one_specification " + data.choices.map(function (choice, which) {
      return "-p " + quoted(choice.name + "=" + choice.values[places[which][found[0]]]);
    }).join(" ");
    byId("mv-one").hidden = !one;
    byId("mv-sweep").textContent = sweep || "";
  }

  // what is shown, row by row; as a file all of it, on the page its first rows
  function values(way) {
    return data.choices.map(function (choice, which) { return choice.values[places[which][way]]; }).concat([taus[way], sizes[way]]);
  }
  function address(way) {
    var one = new URLSearchParams();
    data.choices.forEach(function (choice, which) {
      var value = choice.values[places[which][way]];
      if (value !== NONE) one.append(choice.name, value);
    });
    return "?" + one;
  }
  function list(found) {
    var body = byId("mv-rows");
    body.replaceChildren();
    byId("mv-listed").textContent = thousands(found.length);
    if (!byId("mv-table").open) return;
    found.slice(0, ROWS).forEach(function (way) {
      var row = make("tr"), head = make("th"), link = make("a", signed(taus[way]));
      head.scope = "row"; link.href = address(way); link.title = "Only this one"; head.append(link);
      row.append(head, make("td", sizes[way]));
      values(way).slice(0, -2).forEach(function (value) { row.append(make("td", value === NONE ? "\u2013" : value)); });
      body.append(row);
    });
    byId("mv-further").textContent = found.length > ROWS ? "The first " + ROWS + " of " + thousands(found.length) + ", in the order of their results; the file holds all." : "";
  }
  function save() {
    var header = data.choices.map(function (choice) { return choice.name; }).concat(["tau_b", "n"]);
    var text = [header].concat(current.map(values)).map(function (row) { return row.map(function (value) { return window.aftermathCell(value); }).join(","); }).join("\n") + "\n";
    var link = make("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = "multiverse-shown.csv"; link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  var current = [];
  function show() {
    current = shown(admitted());
    answer(current); draw(current); list(current);
    byId("mv-nothing").hidden = current.length > 0;
    var wanted = asked();
    python(wanted, current);
    byId("mv-reset").disabled = !String(wanted);
    return wanted;
  }
  function changed() {
    var wanted = String(show());
    byId("mv-unknown").textContent = "";
    try { history.replaceState(null, "", location.pathname + (wanted && "?" + wanted) + location.hash); } catch (e) { /* a browser may refuse it for file: */ }
  }
  rows.forEach(function (row) {
    row.box.addEventListener("change", changed);
    row.only.addEventListener("click", function () {
      rows.forEach(function (other) { if (other.which === row.which) other.box.checked = other === row; });
      changed();
    });
  });
  document.querySelectorAll(".mv-all").forEach(function (button) {
    button.addEventListener("click", function () {
      rows.forEach(function (row) { if (row.which === Number(button.value)) row.box.checked = true; });
      changed();
    });
  });
  byId("mv-reset").addEventListener("click", function () { rows.forEach(function (row) { row.box.checked = true; }); changed(); });
  byId("mv-save").addEventListener("click", save);
  byId("mv-table").addEventListener("toggle", function () { list(current); });
  byId("mv-whole").setAttribute("d", dots(taus.map(function (_, way) { return way; }), edges(taus.length)));
  read(); show();
})();
