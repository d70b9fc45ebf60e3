/* Before anything is drawn: the colours that a reader chose, and that there are scripts. */
try {
  var chosen = localStorage.getItem("aftermath-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch (e) { /* storage may be refused for file: */ }
document.documentElement.classList.add("js");
