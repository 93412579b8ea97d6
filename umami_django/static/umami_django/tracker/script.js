// The tracker of umami_django for today's API: no cookies, nothing stored, nothing that identifies a person.
(function (window) {
  'use strict';

  var document = window.document, location = window.location, history = window.history;
  var navigator = window.navigator, screen = window.screen;
  var script = document.currentScript;
  if (!script) return;

  function option(name) { return script.getAttribute('data-' + name); }
  function on(name) { return option(name) === 'true'; }

  var website = option('website-id');
  if (!website) return;

  var root = (option('host-url') || script.src.split('/').slice(0, -1).join('/')).replace(/\/$/, '');
  var domains = (option('domains') || '').split(',').map(function (name) { return name.trim(); });
  var tag = option('tag') || undefined;
  var beforeSend = option('before-send');
  var auto = option('auto-track') !== 'false';
  var signal = navigator.doNotTrack || window.doNotTrack;
  var cache, identity, current, referrer, off;

  function disabled() {
    try { if (window.localStorage.getItem('umami.disabled')) return true; } catch (e) { /* storage is off */ }
    return off || (domains[0] && domains.indexOf(location.hostname) < 0) ||
      (on('do-not-track') && (signal === '1' || signal === 'yes'));
  }

  function address(text) {
    if (!text) return text;
    try {
      var url = new URL(text, location.href);
      if (on('exclude-search')) url.search = '';
      if (on('exclude-hash')) url.hash = '';
      return url.href;
    } catch (e) { return text; }
  }

  function properties() {
    return {
      website: website,
      screen: screen.width + 'x' + screen.height,
      language: navigator.language,
      title: document.title,
      hostname: location.hostname,
      url: current,
      referrer: referrer,
      tag: tag,
      id: identity
    };
  }

  function send(payload, type) {
    type = type || 'event';
    if (disabled()) return Promise.resolve();
    var hook = beforeSend && window[beforeSend];
    return Promise.resolve(typeof hook === 'function' ? hook(type, payload) : payload).then(function (final) {
      if (!final) return;
      var headers = { 'Content-Type': 'application/json' };
      if (cache) headers['x-umami-cache'] = cache;
      return window.fetch(root + '/api/send', {
        method: 'POST',
        body: JSON.stringify({ type: type, payload: final }),
        headers: headers,
        credentials: option('fetch-credentials') || 'omit',
        keepalive: true
      }).then(function (answer) { return answer.json(); }).then(function (answer) {
        off = answer.disabled;
        cache = answer.cache || cache;
      });
    }).catch(function () { /* a page must not suffer */ });
  }

  // track(), track(name, data?), track(payload), track(function (payload) { … })
  function track(what, data) {
    var payload = properties();
    if (typeof what === 'string') {
      payload.name = what;
      payload.data = data;
    } else if (typeof what === 'function') {
      payload = what(payload);
    } else if (what && typeof what === 'object') {
      payload = what;
    }
    return send(payload);
  }

  // identify(id, data?), identify(data)
  function identify(id, data) {
    if (typeof id === 'string') identity = id;
    else data = id;
    cache = undefined;
    var payload = properties();
    payload.data = data;
    return send(payload, 'identify');
  }

  if (!window.umami) {
    window.umami = {
      track: track,
      identify: identify,
      getSession: function () { return { cache: cache, website: website }; }
    };
  }

  function moved() {
    window.setTimeout(function () {
      var next = address(location.href);
      if (next === current) return;
      referrer = current;
      current = next;
      track();
    }, 300);
  }

  function watch(method) {
    var original = history[method];
    history[method] = function () {
      var result = original.apply(this, arguments);
      moved();
      return result;
    };
  }

  function clicked(event) {
    if (!event.target.closest) return;
    var element = event.target.closest('[data-umami-event]');
    if (!element) return on('outbound') && leaving(event.target.closest('a[href]'));
    var data = {}, found = false;
    Array.prototype.forEach.call(element.attributes, function (attribute) {
      var key = /^data-umami-event-(.+)/.exec(attribute.name);
      if (key) { data[key[1]] = attribute.value; found = true; }
    });
    track(element.getAttribute('data-umami-event'), found ? data : undefined);
  }

  function leaving(link) {
    if (link && link.host && link.host !== location.host) track('outbound-link-click', { url: link.href });
  }

  function start() {
    current = address(location.href);
    referrer = document.referrer.indexOf(location.origin) === 0 ? '' : address(document.referrer);
    if (!auto) return;
    track();
    watch('pushState');
    watch('replaceState');
    window.addEventListener('popstate', moved);
    // shown again from the browser's cache
    window.addEventListener('pageshow', function (event) { if (event.persisted) track(); });
    document.addEventListener('click', clicked, true);
  }

  // a page that is only rendered ahead is not seen yet
  if (document.prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
})(window);
