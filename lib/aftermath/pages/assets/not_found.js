/* The page stands under an address of any depth: the site begins where its favicon lies, sought from here upwards. */
(function () {
  "use strict";
  function begin(root) {
    document.querySelectorAll("a[href]").forEach(function (link) {
      var address = link.getAttribute("href");
      if (address.charAt(0) !== "#") link.href = new URL(address, root).href;
    });
    document.querySelector(".find").dataset.root = root;
    ["app.js", "search.js"].forEach(function (name) {
      var script = document.createElement("script");
      script.src = root + "assets/" + name;
      document.head.append(script);
    });
  }
  function look(folder) {
    var picture = new Image(), above = new URL("..", folder).href;
    picture.onload = function () { begin(folder); };
    picture.onerror = function () { if (above !== folder) look(above); };
    picture.src = folder + "assets/favicon.svg";
  }
  look(new URL(".", location.href.split(/[?#]/)[0]).href);
})();
