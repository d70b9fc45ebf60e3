/* Draws the figures of a page with plotly. Without it, or without plotly, the table views carry them. */
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
  var NARROW = 600, PAPER = 690, THINNEST = 5; // px
  var CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, showTips: false, typesetMath: false };
  var root = document.documentElement, night = matchMedia("(prefers-color-scheme: dark)"), printing = false;

  function isDark() {
    if (printing) return false;
    return root.dataset.theme ? root.dataset.theme === "dark" : night.matches;
  }

  // a deep copy, with the colours of the theme in force
  function coloured(value, dark) {
    if (Array.isArray(value)) return value.map(function (each) { return coloured(each, dark); });
    if (value && typeof value === "object") {
      return Object.keys(value).reduce(function (copy, key) { copy[key] = coloured(value[key], dark); return copy; }, {});
    }
    return dark && typeof value === "string" && DARK.hasOwnProperty(value) ? DARK[value] : value;
  }

  // the layout for a width: the narrowest of the figure's views that is meant for it
  function fitted(figure, width) {
    var meta = figure.layout.meta || {}, views = meta.views || [];
    var view = views.filter(function (each) { return width < each.below; }).pop();
    var data = figure.data, layout = Object.assign({}, figure.layout);
    if (view) {
      data = data.map(function (trace, i) { return Object.assign({}, trace, view.data[i]); });
      Object.assign(layout, view.layout);
    } else if (meta.key) { // the room for plotly's own key
      layout.height -= meta.key;
      layout.margin = Object.assign({}, layout.margin, { b: layout.margin.b - meta.key });
    }
    delete layout.meta;
    if (width < NARROW) {
      layout.annotations = (layout.annotations || []).filter(function (each) { return each.name !== "minor"; });
      data = data.map(function (trace) { return role(trace) === "minor" ? Object.assign({}, trace, { visible: false }) : trace; });
    }
    return { data: data, layout: layout };
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
  function legend(plot, figure) {
    if (!figure.layout.showlegend || (plot.closest("figure") || plot).querySelector(".legend")) return;
    var list = document.createElement("ul");
    list.className = "legend";
    figure.data.filter(function (trace) { return trace.showlegend === true; }).forEach(function (trace) {
      var item = document.createElement("li"), swatch = document.createElement("span");
      swatch.className = "sw"; swatch.dataset.colour = (trace.line || trace.marker).color;
      if (trace.line) swatch.style.height = trace.line.width + "px";
      item.append(swatch, trace.name); list.append(item);
    });
    plot.before(list);
    plot.swatches = Array.from(list.querySelectorAll(".sw"));
  }

  function draw(plot) {
    var width = printing ? PAPER : plot.clientWidth;
    if (!width) return;
    var view = fitted(plot.figure, width);
    view.layout = Object.assign({}, view.layout, { width: width, showlegend: false });
    view.data = view.data.map(function (trace) { return widened(trace, view.layout, width); });
    plot.drawn = width;
    plot.marks = marks(view.data);
    (plot.swatches || []).forEach(function (swatch) { swatch.style.background = coloured(swatch.dataset.colour, isDark()); });
    window.Plotly.react(plot, coloured(view.data, isDark()), coloured(view.layout, isDark()), CONFIG);
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

  // what the arrow keys walk through, in order along the figure
  function marks(data) {
    var found = [];
    data.forEach(function (trace, curve) {
      if (role(trace) !== "mark") return;
      (trace.customdata || []).forEach(function (target, point) {
        var along = trace.base && trace.orientation === "h" ? trace.base : trace.x;
        found.push({ curveNumber: curve, pointNumber: point, at: along[point], target: target });
      });
    });
    return found.sort(function (a, b) { return a.at - b.at; });
  }

  function walk(plot, event) {
    var last = plot.marks.length - 1, at = plot.at === undefined ? -1 : plot.at;
    var next = { ArrowRight: Math.min(at + 1, last), ArrowLeft: Math.max(at - 1, 0), Home: 0, End: last }[event.key];
    if (event.key === "Escape") window.Plotly.Fx.unhover(plot);
    if (event.key === "Enter" && plot.marks[at]) go(plot.marks[at].target);
    if (next === undefined || last < 0) return;
    event.preventDefault();
    plot.at = next;
    window.Plotly.Fx.hover(plot, [{ curveNumber: plot.marks[next].curveNumber, pointNumber: plot.marks[next].pointNumber }]);
  }

  function point(plot, cursor) {
    plot.querySelectorAll(".nsewdrag").forEach(function (layer) { layer.style.cursor = cursor; });
  }

  function begin(plot) {
    var source = document.getElementById(plot.dataset.figure + "-data");
    if (!source) return;
    plot.figure = JSON.parse(source.textContent);
    legend(plot, plot.figure);
    draw(plot);
    plot.on("plotly_click", function (event) { go(event.points[0].customdata); });
    plot.on("plotly_hover", function (event) { point(plot, event.points[0].customdata ? "pointer" : ""); });
    plot.on("plotly_unhover", function () { point(plot, ""); });
    plot.tabIndex = 0;
    plot.addEventListener("keydown", function (event) { walk(plot, event); });
    new ResizeObserver(function () {
      if (!printing && Math.abs(plot.clientWidth - plot.drawn) > 1) requestAnimationFrame(function () { draw(plot); });
    }).observe(plot);
  }

  function start() {
    if (!window.Plotly) return;
    var plots = Array.from(document.querySelectorAll(".plot[data-figure]"));
    function all() { plots.forEach(function (plot) { if (plot.figure) draw(plot); }); }
    plots.forEach(begin);
    new MutationObserver(all).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    night.addEventListener("change", all);
    addEventListener("beforeprint", function () { printing = true; all(); });
    addEventListener("afterprint", function () { printing = false; all(); });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
