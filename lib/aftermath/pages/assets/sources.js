/* The rows of the page of sources, before tables.js filters and sorts them. Every text of a case goes in as text. */
(function () {
  "use strict";
  var LAST = 9e9; // as tables.js sorts what has no number
  var data = window.AFTERMATH_SOURCES, table = document.getElementById("sources");
  if (!data || !table) return;
  var labels = Array.from(table.tHead.rows[0].cells).map(function (heading) { return heading.textContent.trim(); });
  function element(tag, kind, content) {
    var made = document.createElement(tag);
    if (kind) made.className = kind;
    if (content) made.textContent = content;
    return made;
  }
  function link(address, words, kind) {
    var made = element("a", kind, words);
    made.href = address;
    if (/^https?:/i.test(address)) made.rel = "noreferrer";
    return made;
  }
  function elsewhere(address, words) { return /^https?:\/\//i.test(address) ? link(address, words) : element("span", "", words); }
  function named(source) {
    var title = source.title ? "“" + source.title + "”" : "untitled copy", head = element("th");
    var words = source.linked ? elsewhere(source.address, title) : element("span", source.title ? "" : "mut", title);
    head.scope = "row";
    if (source.title) words.lang = source.language;
    head.append(words, element("span", "cs", source.by));
    if (source.address && !source.linked) head.append(element("span", "cs addr", "not linked: " + source.address));
    return head;
  }
  function rests(source, page) {
    var cell = element("td");
    source.uses.forEach(function (use, number) {
      cell.append(number ? " " : "", link(page + "#" + [].concat(use)[0], [].concat(use).pop(), "ev-l"));
    });
    if (!source.uses.length) cell.append("read, supports no row");
    return cell;
  }
  function row(values) {
    var source = {}, made = element("tr"), id = data.cases[values[0]][0], page = "cases/" + encodeURIComponent(id) + ".html";
    data.columns.forEach(function (name, at) { source[name] = values[at]; });
    var state = source.archived_at ? data.archived.yes : data.archived.no;
    var archived = source.archived_at ? elsewhere(source.linked ? source.archived_url : "", source.archived_at) : state;
    var place = element("td");
    place.append(link(page + "#s" + source.number, data.cases[values[0]][1] + ", " + source.number));
    [source.published || "no date", place, data.kinds[source.kind], source.language, data.readings[source.read], archived].forEach(function (content, at) {
      var cell = content.tagName === "TD" ? content : element("td");
      if (cell !== content) cell.append(content);
      cell.dataset.l = labels[at + 1];
      if (!at && !source.published) cell.dataset.s = LAST;
      made.append(cell);
    });
    made.prepend(named(source)); made.append(rests(source, page)); made.lastChild.dataset.l = labels[7];
    Object.assign(made.dataset, { case: id, publisher: source.publisher, kind: source.kind, language: source.language, read: source.read });
    made.dataset.archived = state;
    return made;
  }
  // what tables.js shows, sorts and filters: a row is made when it is first shown
  function item(values) {
    var made, keys, found = {};
    data.columns.forEach(function (name, at) { found[name] = values[at]; });
    var of = data.cases[values[0]], state = found.archived_at ? data.archived.yes : data.archived.no;
    function words() {
      var title = found.title ? "“" + found.title + "”" : "untitled copy", address = found.address && !found.linked ? "not linked: " + found.address : "";
      return [title + found.by + address, found.published || LAST, of[1] + ", " + found.number, data.kinds[found.kind], found.language, data.readings[found.read],
        found.archived_at || state, found.uses.map(function (use) { return [].concat(use).pop(); }).join(" ") || "read, supports no row"];
    }
    return {
      row: function () { made = made || row(values); return made; },
      key: function (column) { keys = keys || words(); return keys[column]; },
      values: function (name) { return [name === "case" ? of[0] : name === "archived" ? state : found[name]]; },
      text: function () { return words().concat(found.address).join(" "); },
      last: false
    };
  }
  window.aftermathItems = { sources: data.sources.map(item) };
})();
