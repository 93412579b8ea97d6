// The tracker of umami_django for the v1 API: no cookies, nothing stored.
(function (window) {
  'use strict';

  var document = window.document, location = window.location, history = window.history;
  var navigator = window.navigator, screen = window.screen;
  var script = document.currentScript;
  if (!script) return;

  function option(name) { return script.getAttribute('data-' + name); }

  var website = option('website-id');
  if (!website) return;

  var root = (option('host-url') || script.src.split('/').slice(0, -1).join('/')).replace(/\/$/, '');
  var endpoint = root + '/api/collect';
  var auto = option('auto-track') !== 'false';
  var classEvents = option('css-events') !== 'false';
  var domains = (option('domains') || '').split(',').map(function (name) { return name.trim(); });
  var signal = navigator.doNotTrack || window.doNotTrack;
  var token, current, referrer;

  function disabled() {
    try { if (window.localStorage.getItem('umami.disabled')) return true; } catch (e) { /* storage is off */ }
    return (domains[0] && domains.indexOf(location.hostname) < 0) ||
      (option('do-not-track') && (signal === '1' || signal === 'yes'));
  }

  // a simple request: no preflight
  function send(type, fields, uuid) {
    if (disabled()) return Promise.resolve();
    var payload = {
      website: uuid || website,
      hostname: location.hostname,
      screen: screen.width + 'x' + screen.height,
      language: navigator.language,
      title: document.title
    };
    for (var key in fields) payload[key] = fields[key];
    if (token) payload.cache = token;
    return window.fetch(endpoint, {
      method: 'POST',
      body: JSON.stringify({ type: type, payload: payload }),
      headers: { 'Content-Type': 'text/plain' },
      credentials: 'omit',
      keepalive: true
    }).then(function (answer) {
      return answer.text().then(function (text) {
        if (answer.ok && text) token = text;
        return text;
      });
    }).catch(function () { /* a page must not suffer */ });
  }

  function trackView(url, from, uuid) {
    return send('pageview', {
      url: url === undefined ? current : url, referrer: from === undefined ? referrer : from
    }, uuid);
  }

  // trackEvent(name, data?, url?, website?); of old: trackEvent(value, type?, url?, website?)
  function trackEvent(name, data, url, uuid) {
    var fields = { event_name: name, url: url === undefined ? current : url };
    if (data && typeof data === 'object') fields.event_data = data;
    return send('event', fields, uuid);
  }

  function umami(name) { return trackEvent(name); }
  umami.trackView = trackView;
  umami.trackEvent = trackEvent;
  if (!window.umami) window.umami = umami;

  function here() { return location.pathname + location.search; }

  function moved() {
    if (here() === current) return;
    referrer = location.origin + current;
    current = here();
    trackView();
  }

  function watch(method) {
    var original = history[method];
    history[method] = function () {
      var result = original.apply(this, arguments);
      moved();
      return result;
    };
  }

  // elements added later work, too
  function clicked(event) {
    var element = event.target, named;
    var link = option('outbound') && element.closest && element.closest('a[href]');
    while (element && element.nodeType === 1) {
      var name = element.getAttribute('data-umami-event'), data = {}, found = false;
      if (name) {
        Array.prototype.forEach.call(element.attributes, function (attribute) {
          var key = /^data-umami-event-(.+)/.exec(attribute.name);
          if (key) { data[key[1]] = attribute.value; found = true; }
        });
        trackEvent(name, found && data);
        named = true;
      }
      if (classEvents) styled(element, event.type);
      element = element.parentNode;
    }
    if (link && !named && link.host && link.host !== location.host) {
      trackEvent('outbound-link-click', { url: link.href });
    }
  }

  function styled(element, type) {
    var classes = element.getAttribute('class') || '', pattern = /(?:^|\s)umami--([a-z]+)--(\w[\w-]*)/g, match;
    while ((match = pattern.exec(classes))) if (match[1] === type) trackEvent(match[2]);
  }

  function start() {
    current = here();
    referrer = document.referrer;
    if (!auto) return;
    trackView();
    watch('pushState');
    watch('replaceState');
    window.addEventListener('popstate', moved);
    // shown again from the browser's cache
    window.addEventListener('pageshow', function (event) { if (event.persisted) trackView(); });
    document.addEventListener('click', clicked, true);
    if (classEvents) {
      ['submit', 'change', 'input', 'focus', 'blur', 'keydown', 'mousedown', 'touchstart', 'dblclick']
        .forEach(function (type) {
          document.addEventListener(type, function (event) {
            for (var e = event.target; e && e.nodeType === 1; e = e.parentNode) styled(e, type);
          }, true);
        });
    }
  }

  current = here();
  referrer = document.referrer;
  // rendered ahead is not seen yet
  if (document.prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();
})(window);
