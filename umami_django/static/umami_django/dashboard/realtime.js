// Asks every five seconds whether anything has changed, and not while nobody looks.
(function () {
  'use strict';
  var box = document.getElementById('umami-live');
  if (!box) return;
  var every = 5000, timer = null, etag = box.getAttribute('data-umami-etag'), failures = 0;

  function ask() {
    timer = null;
    fetch(box.getAttribute('data-umami-pulse'), { credentials: 'same-origin', cache: 'no-store', headers: { 'If-None-Match': etag } })
      .then(function (answer) {
        failures = 0;
        if (answer.status === 304) return null;
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        etag = answer.headers.get('ETag') || etag;
        return answer.text();
      })
      .then(function (html) { if (html !== null) put(html); })
      .catch(function () { failures = Math.min(failures + 1, 5); })
      .then(wait);
  }

  function put(html) {
    var open = box.querySelector('details[open]') !== null;
    var fresh = new DOMParser().parseFromString(html, 'text/html').body;
    box.replaceChildren.apply(box, Array.prototype.slice.call(fresh.children).map(function (child) { return document.adoptNode(child); }));
    if (open) box.querySelector('details').open = true;
  }

  function wait() {
    if (timer === null && !document.hidden) timer = setTimeout(ask, every * Math.pow(2, failures));
  }

  document.addEventListener('visibilitychange', function () {
    if (document.hidden) { clearTimeout(timer); timer = null; } else if (timer === null) ask();
  });
  wait();
})();
