/* Search of the whole site, offline. Index and data are fetched as scripts when the field is first entered. */
(function () {
  "use strict";
  var box = document.querySelector(".find"), field = box && box.querySelector("input");
  if (!field) return;
  var panel = box.querySelector(".found"), list = panel.querySelector("[role=listbox]"), status = panel.querySelector("[role=status]");
  var MOST = 12, AROUND = 170; // results shown; characters of a text around the first word found
  var CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu;
  var LETTERS = { "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i" };
  var loading = null, index = null, documents = [], active = -1;

  function fold(words) {
    return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[øłđßæœı]/g, function (letter) { return LETTERS[letter]; });
  }
  // Chinese and Japanese have no spaces: pairs of characters are their words, and the last stands alone, too
  function pairs(run, asked) {
    var letters = Array.from(run), found = letters.slice(1).map(function (letter, at) { return letters[at] + letter; });
    return asked && found.length ? found : found.concat(letters.slice(-1));
  }
  function tokens(text, asked) {
    var folded = fold(text), others = folded.replace(CJK, " ").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    return others.concat.apply(others, (folded.match(CJK) || []).map(function (run) { return pairs(run, asked); }));
  }

  function script(name) {
    return new Promise(function (done, failed) {
      var made = document.createElement("script");
      made.src = box.dataset.root + "assets/" + name; made.onload = done; made.onerror = failed;
      document.head.append(made);
    });
  }
  function build() {
    var given = window.AFTERMATH_SEARCH, sources = window.AFTERMATH_SOURCES;
    documents = given.documents.map(function (values, id) {
      var page = given.pages[values[1]];
      return { id: id, kind: values[0], address: page[0] + (values[2] && "#" + values[2]), page: page[1], title: values[3], text: values[4] };
    });
    sources.sources.forEach(function (values) {
      var source = {}, of = sources.cases[values[0]];
      sources.columns.forEach(function (name, at) { source[name] = values[at]; });
      documents.push({
        id: documents.length, kind: "source", address: "cases/" + encodeURIComponent(of[0]) + ".html#s" + source.number, page: of[1],
        title: source.title || "untitled copy", text: [source.by, source.published].filter(Boolean).join(", ")
      });
    });
    var made = new window.MiniSearch({
      fields: ["title", "text", "page"],
      tokenize: function (text) { return tokens(text, false); },
      processTerm: function (term) { return term; },
      searchOptions: {
        boost: { title: 3 }, prefix: true,
        fuzzy: function (term) { return /^\p{Script=Latin}{5,}$/u.test(term) ? 0.2 : false; },
        tokenize: function (text) { return tokens(text, true); },
        boostDocument: function (id) { return { "case": 3, section: 1.5, claim: 1.5, event: 1.2 }[documents[id].kind] || 1; }
      }
    });
    // in pieces, so that typing is not held up
    return made.addAllAsync(documents, { chunkSize: 300 }).then(function () { index = made; });
  }
  function load() {
    loading = loading || Promise.all(["minisearch.js", "search-data.js", "sources-data.js"].map(script)).then(build);
    return loading;
  }

  // a text from shortly before the first word found, the words marked
  function excerpt(text, terms) {
    var parts = text.split(/([\p{L}\p{N}\p{M}]+)/u), made = document.createElement("span"), first, length = 0;
    function found(word) { return tokens(word, true).some(function (token) { return terms.has(token); }); }
    first = parts.findIndex(function (part, at) { return at % 2 && found(part); });
    for (var from = Math.max(first, 0), before = 0; from > 0 && before < 40; from -= 1) before += parts[from - 1].length;
    made.className = "found-t";
    if (from > 0) made.append("… ");
    for (var at = from; at < parts.length && length < AROUND; at += 1) {
      var part = at % 2 && found(parts[at]) ? document.createElement("mark") : document.createElement("span");
      part.textContent = parts[at].slice(0, AROUND); length += parts[at].length; made.append(part);
    }
    if (at < parts.length) made.append(" …");
    return made;
  }
  function option(result, number) {
    var of = documents[result.id], link = document.createElement("a"), title = document.createElement("b"), kind = document.createElement("span");
    link.id = "found-" + number; link.href = box.dataset.root + of.address; link.tabIndex = -1;
    link.setAttribute("role", "option"); link.setAttribute("aria-selected", "false");
    kind.className = "found-k";
    kind.textContent = window.AFTERMATH_SEARCH.kinds[of.kind] + (of.kind === "case" ? "" : " · " + of.page);
    title.textContent = of.title;
    link.append(kind, title, excerpt(of.text, new Set(result.terms)));
    return link;
  }

  function close() {
    panel.hidden = true; active = -1;
    field.setAttribute("aria-expanded", "false"); field.removeAttribute("aria-activedescendant");
  }
  function say(words) { status.textContent = words; panel.hidden = false; }
  function search() {
    var words = field.value.trim();
    if (!words) { list.replaceChildren(); close(); return; }
    if (!index) { say("Loading …"); return; }
    var results = index.search(words, { combineWith: "AND" }), all = results.length > 0;
    if (!all) results = index.search(words);
    list.replaceChildren.apply(list, results.slice(0, MOST).map(option));
    say(results.length ? (all ? "" : "No result has every word. ") + Math.min(MOST, results.length) + " of " + results.length : "Nothing found.");
    field.setAttribute("aria-expanded", String(results.length > 0));
    mark(-1);
  }
  function mark(at) {
    active = at;
    Array.from(list.children).forEach(function (each, number) { each.setAttribute("aria-selected", String(number === at)); });
    if (at < 0) { field.removeAttribute("aria-activedescendant"); return; }
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  field.addEventListener("focus", function () {
    load().then(function () { if (field.value) search(); }, function () { say("The search could not be loaded: files of the site are missing."); });
  });
  field.addEventListener("input", search);
  field.addEventListener("keydown", function (event) {
    var n = list.children.length, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && n && !panel.hidden) { event.preventDefault(); mark(active < 0 && step < 0 ? n - 1 : (active + step + n) % n); }
    else if (step && n) { event.preventDefault(); search(); }
    else if (event.key === "Enter" && n && !panel.hidden) { event.preventDefault(); list.children[Math.max(active, 0)].click(); }
    else if (event.key === "Escape") { if (panel.hidden) field.value = ""; else { event.preventDefault(); close(); } }
  });
  list.addEventListener("click", function (event) {
    var link = event.target.closest("a");
    close(); field.blur();
    // a row that the address names already, in a table that was folded since
    if (link && link.href === location.href) dispatchEvent(new Event("hashchange"));
  });
  box.addEventListener("focusout", function (event) { if (!box.contains(event.relatedTarget)) close(); });
  list.addEventListener("mousedown", function (event) { event.preventDefault(); }); // the field keeps the focus
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); field.focus(); }
  });
})();
