/* Draws the figures of a page with plotly, each when it comes near. Without it, or without plotly, the table views carry them. */
(function () {
  "use strict";
  // light to dark, as in the theme of the figures
  var DARK = {
    "#ffffff": "#10161d",
    "#f4f6f8": "#18202a",
    "#f7f9fa": "#141b23",
    "#16212c": "#e9edf1",
    "#43505c": "#bcc6cf",
    "#5f6b77": "#94a0ac",
    "#dce2e7": "#2a3440",
    "#b9c3cc": "#475361",
    "#0a5a8c": "#7fc1ec",
    "#7a3b9e": "#c698e6",
    "#1c6cb0": "#69b1ec",
    "#0a7558": "#45bf9b",
    "#8f5f00": "#dcae4a",
    "#b5301f": "#f0806f",
    "#2b3640": "#d5dce2",
    "#7c8792": "#8b96a1",
    "#a6461a": "#e8814f",
    "#bd7540": "#c58a68",
    "#4d8ac0": "#6f9fcb",
    "#1c63a5": "#74b8f5",
    "#0a6b52": "#4fc7a3",
    "#7d5600": "#dcae4a",
    "#55616d": "#a3afba",
    "#ab2a1b": "#f0806f",
    "#c2410c": "#ffb86b"
  };
  var NARROW = 600, WIDE = 900, THINNEST = 5, PAPER = 686, SHEET = 740; // px; the last two: how wide and how high paper is
  var NEAR = "300px"; // how far from the window a figure is drawn
  var ONE_TAP = 400; // ms
  var CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, typesetMath: false };
  var root = document.documentElement, night = matchMedia("(prefers-color-scheme: dark)"), printing = false;

  function isDark() {
    if (printing) return false;
    return root.dataset.theme ? root.dataset.theme === "dark" : night.matches;
  }

  // a deep copy, with the colours of the theme in force
  function coloured(value, dark) {
    if (Array.isArray(value)) return value.map(function (part) { return coloured(part, dark); });
    if (value && typeof value === "object") {
      return Object.keys(value).reduce(function (copy, key) { copy[key] = coloured(value[key], dark); return copy; }, {});
    }
    return dark && typeof value === "string" && DARK.hasOwnProperty(value) ? DARK[value] : value;
  }

  // a value with a change in it: an object names the keys, of a list the places, whose values are other ones; null takes a key away
  function changed(value, change) {
    if (!change || typeof change !== "object" || Array.isArray(change) || !value || typeof value !== "object") return change;
    return Object.keys(change).reduce(function (copy, key) {
      if (change[key] === null) delete copy[key]; else copy[key] = changed(copy[key], change[key]);
      return copy;
    }, Array.isArray(value) ? value.slice() : Object.assign({}, value));
  }

  // lists of objects, of which a page holds the first, and what changes from one to the next
  function unpacked(value) {
    if (!value || typeof value !== "object" || Array.isArray(value)) return value;
    if (!value.$series) {
      return Object.keys(value).reduce(function (copy, key) { copy[key] = unpacked(value[key]); return copy; }, {});
    }
    return value.$series.map(unpacked).reduce(function (list, part) { return list.concat([changed(list[list.length - 1], part)]); }, []);
  }

  // the figure for a width: each view that is meant for it changes the one before
  function fitted(figure, width) {
    var shown = figure.views.filter(function (view) { return width < view.below; }).reduce(function (whole, view) {
      return changed(whole, view.change);
    }, figure.shown);
    var data = shown.data, layout = Object.assign({}, shown.layout);
    if (width < NARROW) {
      layout.annotations = (layout.annotations || []).filter(function (note) { return note.name !== "minor"; });
      data = data.map(function (trace) { return role(trace) === "minor" ? Object.assign({}, trace, { visible: false }) : trace; });
    }
    return { data: data, layout: Object.assign(layout, { width: width, showlegend: false }) };
  }

  function role(trace) { return trace.meta && trace.meta.role; }

  // no bar on screen is narrower than can be seen, whatever the width
  function widened(trace, layout, width) {
    var margin = layout.margin || {}, range = (layout.xaxis || {}).range;
    if (trace.type !== "bar" || trace.orientation !== "h" || !range) return trace;
    var least = THINNEST * (range[1] - range[0]) / Math.max(1, width - (margin.l || 0) - (margin.r || 0));
    return Object.assign({}, trace, {
      base: trace.base.map(function (from, i) { var lack = least - trace.x[i]; return lack > 0 ? from - lack / 2 : from; }),
      x: trace.x.map(function (wide) { return Math.max(wide, least); })
    });
  }

  // plotly's key becomes a list of the page, unless the page has its own
  function legend(plot, shown) {
    if (!shown.layout.showlegend || (plot.closest("figure") || plot).querySelector(".legend")) return;
    var list = document.createElement("ul");
    list.className = "legend";
    shown.data.filter(function (trace) { return trace.showlegend === true; }).forEach(function (trace) {
      var item = document.createElement("li"), swatch = document.createElement("span");
      swatch.className = "sw"; swatch.dataset.colour = (trace.line || trace.marker).color;
      if (trace.line) swatch.style.height = trace.line.width + "px";
      item.append(swatch, trace.name); list.append(item);
    });
    plot.before(list);
    plot.swatches = Array.from(list.querySelectorAll(".sw"));
  }

  // on paper a figure stands on one sheet: one that is too high for it is laid out wide, and made smaller
  function place(plot) {
    if (!printing) return { width: plot.clientWidth, zoom: "" };
    var high = fitted(plot.figure, PAPER).layout.height > SHEET, width = high ? WIDE : PAPER;
    return { width: width, zoom: Math.min(PAPER / width, SHEET / (fitted(plot.figure, width).layout.height || SHEET)) };
  }

  function draw(plot) {
    var at = place(plot), width = at.width, first = !plot.drawn;
    if (!width) return;
    var view = fitted(plot.figure, width);
    plot.style.zoom = at.zoom;
    view.data = view.data.map(function (trace) { return widened(trace, view.layout, width); });
    plot.drawn = width;
    plot.marks = marks(view.data);
    (plot.swatches || []).forEach(function (swatch) { swatch.style.background = coloured(swatch.dataset.colour, isDark()); });
    window.Plotly.react(plot, coloured(view.data, isDark()), coloured(view.layout, isDark()), CONFIG);
    if (first) listen(plot);
  }

  function listen(plot) {
    plot.on("plotly_click", function (event) { tapped(plot, event.points[0]); });
    plot.on("plotly_hover", function (event) { point(plot, event.points[0].customdata ? "pointer" : ""); });
    plot.on("plotly_unhover", function () { point(plot, ""); });
  }

  // only ids and addresses inside the site are followed
  function go(target) {
    if (Array.isArray(target)) target = target[0];
    if (target && typeof target === "object") target = target.href;
    if (typeof target !== "string" || !/^[\w#][\w./#-]*$/.test(target)) return;
    location.href = /[.#/]/.test(target) ? target : "#" + target;
    var row = document.getElementById(target), table = row && row.closest("details");
    if (table) { table.open = true; row.scrollIntoView({ block: "center" }); }
  }

  // what the arrow keys walk through: panel by panel, in each along the figure
  function marks(data) {
    var found = [], panels = [];
    data.forEach(function (trace, curve) {
      if (role(trace) !== "mark") return;
      var along = trace.base && trace.orientation === "h" ? trace.base : trace.x, panel = (trace.xaxis || "x") + (trace.yaxis || "y");
      if (!panels.includes(panel)) panels.push(panel);
      (trace.customdata || []).forEach(function (target, place) {
        found.push({ curveNumber: curve, pointNumber: place, panel: panel, at: along[place], target: target });
      });
    });
    return found.sort(function (a, b) {
      return panels.indexOf(a.panel) - panels.indexOf(b.panel) || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
    });
  }

  function walk(plot, event) {
    var last = plot.marks.length - 1, at = plot.at === undefined ? -1 : plot.at;
    var next = { ArrowRight: Math.min(at + 1, last), ArrowLeft: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
    if (event.key === "Escape") window.Plotly.Fx.unhover(plot);
    if (event.key === "Enter" && plot.marks[at]) go(plot.marks[at].target);
    if (next === undefined || last < 0) return;
    event.preventDefault();
    plot.at = next;
    var mark = plot.marks[next];
    window.Plotly.Fx.hover(plot, [{ curveNumber: mark.curveNumber, pointNumber: mark.pointNumber }], [mark.panel]);
  }

  function point(plot, cursor) {
    plot.querySelectorAll(".nsewdrag").forEach(function (layer) { layer.style.cursor = cursor; });
  }

  // where nothing hovers, a first tap on a mark says what it is, and a second follows it
  function tapped(plot, mark) {
    var name = mark.curveNumber + " " + mark.pointNumber, now = performance.now(), last = plot.tapped || {};
    if (last.name === name && now - last.at < ONE_TAP) return; // a browser reports a tap twice
    plot.tapped = { name: name, at: now };
    if (last.name === name || matchMedia("(hover: hover)").matches) go(mark.customdata);
  }

  function begin(plot) {
    if (plot.figure) return;
    var page = JSON.parse(document.getElementById(plot.dataset.figure + "-data").textContent);
    plot.figure = { shown: unpacked(page.shown), views: page.views.map(unpacked) };
    legend(plot, plot.figure.shown);
    draw(plot);
    new ResizeObserver(function () {
      if (!printing && Math.abs(plot.clientWidth - (plot.drawn || 0)) > 1) requestAnimationFrame(function () { draw(plot); });
    }).observe(plot);
  }

  // one figure a task, so that the page answers in between
  function approach(plots) {
    if (!window.IntersectionObserver) return plots.forEach(begin);
    var near = new IntersectionObserver(function (entries) {
      entries.filter(function (entry) { return entry.isIntersecting; }).forEach(function (entry) {
        near.unobserve(entry.target);
        setTimeout(begin, 0, entry.target);
      });
    }, { rootMargin: NEAR });
    plots.forEach(function (plot) { near.observe(plot); });
  }

  function start() {
    if (!window.Plotly) return;
    var plots = Array.from(document.querySelectorAll(".plot[data-figure]"));
    function again() { plots.forEach(function (plot) { if (plot.figure) draw(plot); }); }
    plots.forEach(function (plot) {
      plot.tabIndex = 0;
      plot.addEventListener("focus", function () { begin(plot); });
      plot.addEventListener("keydown", function (event) { walk(plot, event); });
    });
    approach(plots);
    new MutationObserver(again).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    night.addEventListener("change", again);
    addEventListener("beforeprint", function () { printing = true; again(); plots.forEach(begin); });
    addEventListener("afterprint", function () { printing = false; again(); });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
