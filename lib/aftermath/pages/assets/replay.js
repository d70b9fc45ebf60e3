/* Steps through the table of a replay. Nothing is computed here, nothing is asked of a server, and what is
   still to come is in no element until its moment, but for the lecturer's list while it is open. */
(function () {
  "use strict";
  var root = document.documentElement, held = at("replay-table");
  var theme = document.querySelector(".theme");
  if (theme) theme.addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("aftermath-theme", root.dataset.theme); } catch (e) { /* then not */ }
  });
  if (!held) return; // there is no replay of this case, and the page says why
  var table = JSON.parse(held.textContent), moments = table.moments, found = table.debriefing;
  var wall = at("wall"), stage = at("stage"), bar = at("bar"), ahead = at("ahead"), notes = at("notes");
  var KEPT = "aftermath-replay-" + table.case_id + "-" + table.version;
  var play = { place: -1, choices: {}, drafts: {}, minutes: null }; // null: as staged, 0: no limit
  var clock = { began: 0, spent: 0, paused: false, ticking: 0 };

  function at(id) { return document.getElementById(id); }

  // an element with attributes and children; text is text, never HTML
  function el(tag, attributes) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (name.slice(0, 2) === "on") element.addEventListener(name.slice(2), attributes[name]);
      else if (attributes[name] !== false && attributes[name] !== null) element.setAttribute(name, attributes[name] === true ? "" : attributes[name]);
    });
    Array.prototype.slice.call(arguments, 2).flat(Infinity).forEach(function (child) {
      if (child !== null && child !== undefined && child !== false && child !== "") element.append(child);
    });
    return element;
  }
  function button(label, act, attributes) { return el("button", Object.assign({ type: "button", onclick: act }, attributes), label); }

  // a reload loses nothing that a class has written; storage may be refused for a file
  function keep() { try { sessionStorage.setItem(KEPT, JSON.stringify(play)); } catch (e) { /* then not */ } }
  function recall() {
    try {
      var kept = JSON.parse(sessionStorage.getItem(KEPT));
      if (kept && kept.place <= moments.length && kept.choices && kept.drafts) play = kept;
    } catch (e) { /* then from the beginning */ }
  }

  function moment() { return moments[play.place]; }
  function over() { return play.place >= moments.length; }
  function awaited() { return Boolean(moment() && moment().decision && !play.choices[play.place]); }
  function label(name) { return table.labels[name]; }
  function chosen(choice) {
    if (choice.late) return "Wait (the time had run out)";
    return choice.options.map(label).join("; ") || "Wait";
  }

  // steps
  function go(place) {
    play.place = Math.max(-1, Math.min(moments.length, place));
    stopClock(); keep(); draw(true);
  }
  function forward() { if (!awaited() && !over()) go(play.place + 1); }
  function back() { if (play.place > -1) go(play.place - 1); }
  function choose(options, late) {
    if (!awaited()) return;
    var statement = at("statement");
    play.choices[play.place] = { options: late ? [] : options, statement: statement ? statement.value.trim() : "", seconds: Math.round(spent() / 1000), late: late };
    delete play.drafts[play.place];
    go(play.place + 1);
  }
  function again() {
    play = { place: -1, choices: {}, drafts: {}, minutes: play.minutes };
    go(-1);
  }

  // the clock of a decision
  function spent() { return clock.spent + (clock.paused || !clock.began ? 0 : Date.now() - clock.began); }
  function limit() { return (play.minutes === null ? moment().decision.minutes || 0 : play.minutes) * 60000; }
  function startClock() {
    clock = { began: Date.now(), spent: 0, paused: false, ticking: setInterval(tick, 250) };
    tick();
  }
  function stopClock() { clearInterval(clock.ticking); clock = { began: 0, spent: 0, paused: false, ticking: 0 }; }
  function pause() {
    if (!clock.began) return;
    if (clock.paused) clock.began = Date.now(); else clock.spent = spent();
    clock.paused = !clock.paused;
    at("pause").textContent = clock.paused ? "Go on" : "Pause";
    tick();
  }
  function tick() {
    var face = at("timer"), left = limit() - spent();
    if (!face) return;
    if (limit() && left <= 0) { choose([], true); return; }
    var seconds = Math.ceil((limit() ? left : spent()) / 1000), shown = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    face.textContent = (limit() ? shown + " left" : "thinking for " + shown) + (clock.paused ? ", paused" : "");
    face.classList.toggle("soon", Boolean(limit()) && left < 15000);
  }

  // what is shown
  function draw(moved) {
    wall.replaceChildren.apply(wall, drawWall());
    stage.replaceChildren.apply(stage, over() ? drawDebriefing() : moment() ? drawMoment() : drawOpening());
    bar.replaceChildren.apply(bar, drawBar());
    if (awaited()) startClock();
    if (!moved) return;
    var heading = stage.querySelector("h2");
    scrollTo(0, 0);
    if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
  }
  function drawWall() {
    var now = moment(), ticks = moments.map(function (each, place) {
      return el("i", { class: (place <= play.place ? "past" : "") + (each.decision ? " dec" : "") });
    });
    var rail = el("div", { class: "rail", "aria-hidden": "true" }, ticks);
    if (!now) return [el("p", { class: "clock" }, over() ? "Over" : "Ready"), rail];
    return [
      el("p", { class: "clock" + (now.clock.length > 5 ? " long" : "") }, now.clock), el("p", { class: "day" }, now.day),
      el("p", { class: "since" }, now.since), rail, el("p", { class: "mut" }, "Moment " + (play.place + 1) + " of " + moments.length)
    ];
  }
  function drawOpening() {
    var choices = [null, 0, 1, 2, 5, 10].map(function (minutes) {
      var said = minutes === null ? "as staged" : minutes ? minutes + (minutes === 1 ? " minute" : " minutes") : "no limit";
      return el("option", { value: String(minutes), selected: minutes === play.minutes }, said);
    });
    var select = el("select", { id: "limit", onchange: function () { play.minutes = JSON.parse(select.value); keep(); } }, choices);
    return [
      el("h2", {}, "Before it begins"), el("p", { class: "rp-lead" }, table.opening),
      el("p", { class: "how" }, table.words.how),
      el("p", { class: "rp-limit" }, el("label", { for: "limit" }, "Time for a decision "), select, " Who has not chosen by then waits.")
    ];
  }
  function drawMoment() {
    var now = moment(), before = play.choices[play.place - 1], own = now.events.filter(function (each) { return each.own; });
    var rest = before ? now.events.filter(function (each) { return !each.own; }) : now.events;
    return [
      before && drawReveal(before, own),
      rest.length && el("h2", {}, before ? "Meanwhile" : "What is new"), rest.length && el("ul", { class: "evs" }, rest.map(drawEvent)),
      now.texts.length && drawTexts(now), now.decision && drawDecision(now.decision), drawBefore()
    ].filter(Boolean);
  }
  function drawBefore() {
    var past = moments.slice(0, play.place).reverse().filter(function (each) { return each.events.length; });
    var items = past.map(function (each) {
      return el("li", {}, el("span", { class: "mut" }, each.day + ", " + each.clock), each.events.map(function (event) { return el("p", {}, el("b", {}, event.words), " ", event.who); }));
    });
    return items.length && el("details", { class: "tv txs" }, el("summary", {}, "Known before"), el("ul", {}, items));
  }
  function drawReveal(choice, own) {
    var said = choice.statement && el("blockquote", {}, choice.statement);
    return el("div", { class: "reveal" },
      el("div", {}, el("h2", {}, "You"), el("p", { class: "did-it" }, chosen(choice)), said),
      el("div", {}, el("h2", {}, table.organisation), own.length ? el("ul", { class: "evs" }, own.map(drawEvent)) : el("p", { class: "mut" }, table.words.nothing_new)));
  }
  function drawEvent(event) {
    var remarks = event.remarks.map(function (remark) { return el("span", { class: "cert" }, remark); });
    return el("li", { class: event.family + (event.own ? " own" : "") },
      el("p", { class: "when" }, event.when, " ", remarks), el("p", { class: "what" }, event.words), el("p", { class: "who" }, event.who));
  }
  function drawTexts(now) {
    var items = now.texts.map(function (text) {
      return el("li", {}, el("b", {}, text.publisher), el("span", { class: "mut" }, ", " + text.when + (text.judges ? ", " + text.judges : "")), el("p", {}, text.abstract));
    });
    return el("details", { class: "tv txs", open: items.length < 4 },
      el("summary", {}, "Published by now: " + now.published), el("ul", {}, items),
      el("p", { class: "mut" }, "In our words, from the copies that were read; a publisher may have added to a text after its day."));
  }
  function drawDecision(decision) {
    var made = play.choices[play.place];
    if (made) return el("div", { class: "ask" }, el("h2", {}, decision.question), el("p", {}, "Decided: " + chosen(made) + "."));
    var draft = play.drafts[play.place] || { options: [], statement: "" };
    function note() { play.drafts[play.place] = { options: ticked(), statement: at("statement").value }; keep(); }
    var boxes = decision.options.map(function (name) {
      return el("label", { class: "opt" }, el("input", { type: "checkbox", name: "response", value: name, checked: draft.options.includes(name), onchange: note }), el("span", {}, label(name)));
    });
    var statement = el("textarea", { id: "statement", rows: "3", maxlength: "2000", oninput: note }, draft.statement);
    return el("form", { class: "ask", onsubmit: function (event) { event.preventDefault(); choose(ticked(), false); } },
      el("h2", {}, decision.question),
      el("fieldset", {}, el("legend", {}, "Choose one or several"), boxes),
      el("label", { for: "statement" }, "Your statement"), statement,
      el("p", { class: "act-row" }, el("button", { type: "submit", class: "go" }, "Decide"), button("Wait", function () { choose([], false); })));
  }
  function ticked() { return Array.from(stage.querySelectorAll("input[name=response]:checked")).map(function (box) { return box.value; }); }

  function drawBar() {
    var next = play.place === -1 ? "Begin" : play.place === moments.length - 1 ? "Debriefing" : "Next moment";
    return [
      button("Back", back, { disabled: play.place === -1 }),
      awaited() && button("Pause", pause, { id: "pause" }),
      awaited() && el("p", { class: "timer", id: "timer", role: "timer" }), // in the bar, so that who writes sees it
      over() ? button("Start again", again) : !awaited() && button(next, forward, { class: "go", id: "next" }),
      over() && button("Print", function () { print(); }),
      button("Lecturer", openAhead, { class: "lect" })
    ].filter(Boolean);
  }

  // the debriefing
  function given(step, choice) {
    return choice.options.some(function (name) { return step.options.includes(name); }) && (!step.signed || choice.options.includes("leader"));
  }
  function first(name) {
    var step = found.steps.find(function (each) { return each.name === name; });
    return Object.keys(play.choices).map(Number).sort(function (a, b) { return a - b; }).find(function (place) { return given(step, play.choices[place]); });
  }
  function wording(place) { return (moments[place].since || table.words.early) + " (" + moments[place].day + ", " + moments[place].clock + ")"; }
  function grid(name, headings, rows) {
    return el("div", { class: "tscroll", role: "region", tabindex: "0", "aria-label": name }, el("table", { class: "stack" }, el("thead", {}, el("tr", {}, headings.map(function (each) { return el("th", { scope: "col" }, each); }))),
      el("tbody", {}, rows.map(function (row) {
        return el("tr", {}, row.map(function (cell, column) { return column ? el("td", { "data-l": headings[column] }, cell) : el("th", { scope: "row" }, cell); }));
      }))));
  }
  function drawDebriefing() {
    var steps = found.steps.map(function (step) {
      var place = first(step.name), known = place !== undefined;
      return [step.label, known ? wording(place) : table.words.not_given, step.words, known ? moments[place].decision.standing[step.name] : ""];
    });
    var decisions = Object.keys(play.choices).map(function (place) {
      var choice = play.choices[place];
      var did = moments[Number(place) + 1].events.filter(function (event) { return event.own; }).map(function (event) { return event.words.replace(/\.$/, ""); });
      return [moments[place].day + ", " + moments[place].clock, chosen(choice) + " (" + choice.seconds + " s)", choice.statement, did.join("; ") || "nothing new on record"];
    });
    return [
      el("h2", {}, "Debriefing"), el("p", { class: "rp-lead" }, table.title),
      el("h3", {}, table.words.answers), grid(table.words.answers, table.words.kinds, steps), el("p", { class: "how" }, found.meaning),
      el("h3", {}, table.words.decisions), grid(table.words.decisions, table.words.decided, decisions),
      found.advice.length && el("h3", {}, found.advises), drawAdvice(),
      found.sections.map(function (section) {
        return [el("h3", {}, section[0]), el("ul", { class: "plain" }, section[1].map(function (line) { return el("li", {}, line); }))];
      }),
      found.coders.length && el("details", { class: "tv txs" }, el("summary", {}, found.coders_title), el("ul", { class: "plain" }, found.coders.map(function (line) { return el("li", {}, line); }))),
      el("p", { class: "rp-lead" }, found.no_cause), drawRecord()
    ].flat(Infinity).filter(Boolean);
  }
  function ownAdvice(given) {
    var places = Object.keys(play.choices), place = given.step ? first(given.step) : undefined;
    if (given.step) return place === undefined ? table.words.not_given : moments[place].decision.advice[given.advice_id];
    var offered = given.responses.filter(function (name) { return places.some(function (each) { return moments[each].decision.options.includes(name); }); });
    return offered.map(function (name) {
      return (places.some(function (each) { return play.choices[each].options.includes(name); }) ? "chosen: " : "not chosen: ") + label(name);
    }).join("; ") || table.words.not_asked;
  }
  function drawAdvice() {
    var texts = Array.from(new Set(found.advice.map(function (each) { return each.text; })));
    return texts.map(function (text) {
      var rows = found.advice.filter(function (each) { return each.text === text; }).map(function (each) {
        return [each.advice, each.state + ": " + each.why, ownAdvice(each)];
      });
      return el("details", { class: "tv" }, el("summary", {}, text, el("span", { class: "n" }, " " + found.pieces[text])), grid(text, ["Advice", table.organisation, "You"], rows));
    });
  }
  function drawRecord() {
    var items = found.rows.map(function (row) {
      return el("li", {}, el("b", {}, row.label), el("span", { class: "mut" }, " " + row.event_id + ", " + row.when + ", " + row.certainty + (row.known ? "; " + row.known : "")), el("p", {}, row.summary));
    });
    return el("details", { class: "tv txs" }, el("summary", {}, found.record), el("p", { class: "how" }, found.record_times), el("ul", {}, items));
  }

  // for the lecturer: what is ahead, in an element that is filled while it is open
  function outline(from) {
    return moments.slice(from).map(function (each, index) {
      var lines = each.events.map(function (event) { return el("li", {}, event.when + ": " + event.words + " (" + event.who + ")"); });
      return el("section", {}, el("h3", {}, from + index + 1 + ". " + each.day + ", " + each.clock + (each.since ? " · " + each.since : "")), el("ul", { class: "plain" }, lines),
        each.texts.length ? el("p", { class: "mut" }, each.published + ": " + each.texts.map(function (text) { return text.publisher; }).join(", ")) : null,
        each.decision ? el("p", { class: "dec" }, "Decision: " + each.decision.question + (each.decision.note ? " " + each.decision.note : "")) : null);
    });
  }
  function openAhead() {
    var from = Math.max(0, play.place + 1);
    if (clock.began && !clock.paused) pause();
    ahead.replaceChildren(el("h2", { id: "ahead-title" }, "What is ahead"),
      el("p", { class: "how" }, "For the lecturer: this tells what is to come. The clock stands still meanwhile."),
      el("p", { class: "act-row" }, button("Close", function () { ahead.close(); }, { class: "go" }), button("Print the notes", printNotes)),
      el("div", { class: "outline", tabindex: "0", role: "region", "aria-label": "Moments ahead" }, from < moments.length ? outline(from) : el("p", {}, "Nothing: all is over.")));
    ahead.showModal();
  }
  ahead.addEventListener("close", function () { ahead.replaceChildren(); });
  function printNotes() {
    ahead.close();
    notes.replaceChildren(el("h2", {}, "Notes for the lecturer: " + table.title), el("div", {}, outline(0)), el("h2", {}, "The record"), drawRecord());
    notes.querySelectorAll("details").forEach(function (each) { each.open = true; });
    notes.hidden = false; root.classList.add("printing-notes");
    print();
  }
  addEventListener("afterprint", function () { notes.replaceChildren(); notes.hidden = true; root.classList.remove("printing-notes"); });
  addEventListener("beforeprint", function () { if (over()) stage.querySelectorAll("details").forEach(function (each) { each.open = true; }); });

  // arrows step, but where they move a cursor
  addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || ahead.open) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.closest(".tscroll")) return;
    if (event.key === "ArrowRight") { event.preventDefault(); forward(); }
    if (event.key === "ArrowLeft") { event.preventDefault(); back(); }
  });
  recall(); draw(false);
})();
