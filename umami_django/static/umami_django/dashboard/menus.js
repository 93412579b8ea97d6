// Menus, keys, the reader's own time zone. All of it is extra: the pages work without.
(function () {
  'use strict';
  document.documentElement.classList.add('umami-script');
  var menus = function () { return document.querySelectorAll('.umami-menu[open]'); };
  var dialog = document.getElementById('umami-keys');

  // one menu at a time; a click elsewhere closes it
  document.addEventListener('click', function (event) {
    menus().forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.querySelectorAll('[data-umami-keys]').forEach(function (button) {
    button.addEventListener('click', function () { dialog.showModal(); });
  });

  var zone = document.querySelector('[data-umami-zone]');
  var own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && own && own !== zone.getAttribute('data-umami-zone-now')) {
    var address = new URL(zone.getAttribute('data-umami-zone'), location.href);
    address.searchParams.set('tz', own);
    zone.href = address.pathname + address.search;
    zone.querySelector('span').textContent = own;
    zone.hidden = false;
  }

  function use(target) {
    if (target.tagName === 'A') { if (target.href) target.click(); return; }
    if (target.tagName === 'INPUT') { target.focus(); target.select(); return; }
    var menu = target.closest('details'); // a form within a menu: open it, and begin with its first visible field
    if (menu) menu.open = true;
    var first = target.querySelector('input:not([type=hidden]), select');
    if (first) first.focus();
  }

  function escape(event) {
    var open = menus();
    if (open.length) {
      open.forEach(function (menu) { menu.open = false; });
      open[0].querySelector('summary').focus();
      event.preventDefault();
      return true;
    }
    return false;
  }

  document.addEventListener('keydown', function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (dialog && dialog.open) return;
    if (event.key === 'Escape' && escape(event)) return;
    var typed = event.target.closest('input, select, textarea, [contenteditable]');
    if (typed) { if (event.key === 'Escape') typed.blur(); return; }
    if (event.key.indexOf('Arrow') === 0 && event.target.closest('.umami-scroll, summary')) return;
    if (event.key === '?' && dialog) { event.preventDefault(); dialog.showModal(); return; }
    var key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    var target = document.querySelector('[data-umami-key="' + CSS.escape(key) + '"]');
    if (!target) return;
    event.preventDefault();
    use(target);
  });
})();
