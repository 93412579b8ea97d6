// Panels come one after the other once the page is there, so that cards and chart need not wait; tabs open in place.
(function () {
  'use strict';
  var box = document.querySelector('.umami-panels');
  if (!box) return;

  function put(panel, address, shown) {
    var body = panel.querySelector('.umami-panel-body');
    panel.classList.add('umami-loading');
    panel.setAttribute('aria-busy', 'true');
    if (!body.childElementCount) say(body, 'loading');
    return fetch(address, { credentials: 'same-origin', headers: { 'X-Requested-With': 'fetch' } })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        return answer.text();
      })
      .then(function (html) {
        var fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('.umami-panel');
        var focused = panel.contains(document.activeElement) && document.activeElement.getAttribute('data-umami-tab');
        panel.replaceWith(document.adoptNode(fresh));
        if (focused) {
          var tab = fresh.querySelector('[data-umami-tab="' + CSS.escape(focused) + '"], [data-umami-tab][aria-current]');
          if (tab) tab.focus({ preventScroll: true });
        }
        if (shown) remember(shown);
      })
      .catch(function () {
        panel.classList.remove('umami-loading');
        panel.removeAttribute('aria-busy');
        say(body, 'failed');
      });
  }

  function say(body, what) {
    var line = document.createElement('p');
    line.className = 'umami-none';
    line.textContent = box.getAttribute('data-umami-' + what);
    body.replaceChildren(line);
  }

  // the address of the page names the open tabs, and so do the panels that are still to come
  function remember(href) {
    history.replaceState(null, '', href.split('#')[0]);
  }

  box.addEventListener('click', function (event) {
    var tab = event.target.closest('[data-umami-tab]');
    if (!tab || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    var wanted = new URL(tab.href), here = new URL(location.href), key = tab.closest('.umami-panel').id.slice(6);
    if (wanted.searchParams.has(key)) here.searchParams.set(key, wanted.searchParams.get(key));
    else here.searchParams.delete(key);
    put(tab.closest('.umami-panel'), tab.getAttribute('data-umami-tab'), here.pathname + here.search);
  });

  // two at a time: the server has other readers, too
  var waiting = Array.prototype.slice.call(box.querySelectorAll('.umami-panel:not([data-umami-full])'));
  function next() {
    var panel = waiting.shift();
    if (panel) put(panel, panel.getAttribute('data-umami-panel')).then(next);
  }
  next();
  next();
})();
