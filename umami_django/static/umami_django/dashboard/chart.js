// Draws the numbers of #umami-chart-data with uPlot: line, comparison, dashed end, tooltip, zoom by dragging.
(function () {
  'use strict';
  var box = document.getElementById('umami-plot'), source = document.getElementById('umami-chart-data');
  if (!box || !source || !window.uPlot) return;
  var data = JSON.parse(source.textContent), size = data.values.length;
  var positions = data.values.map(function (_, index) { return index; });
  var done = data.unfinished ? size - 1 : size;
  var color = function (name) { return getComputedStyle(box).getPropertyValue(name).trim(); };

  // the last bucket is still growing: it hangs on a dashed line of its own
  var finished = data.values.map(function (value, index) { return index < done ? value : null; });
  var growing = data.values.map(function (value, index) { return data.unfinished && index >= size - 2 ? value : null; });

  // the server says how numbers read in the reader's language
  var digits = new Intl.NumberFormat(data.language);
  function word(name, value) { return data.words[name].replace('{}', digits.format(value)); }

  function written(value) {
    if (data.kind === 'bounce_rate') return word('percent', value);
    if (data.kind === 'visit_duration') return value < 60 ? word('seconds', value) : word('minutes', Math.round(value / 60));
    if (value >= 1e6) return word('millions', value / 1e6);
    return value >= 1e4 ? word('thousands', value / 1e3) : digits.format(value);
  }

  function marks(plot, splits) {
    return splits.map(function (at) { return Number.isInteger(at) && data.marks[at] ? data.marks[at] : ''; });
  }

  function spread(plot) { // as many whole buckets apart as labels need room
    var room = Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio / 76)), step = Math.max(1, Math.ceil(size / room));
    var found = [];
    for (var at = 0; at < size; at += step) found.push(at);
    return found;
  }

  var tip = document.createElement('div');
  tip.className = 'umami-tip';
  tip.hidden = true;

  function line(tag, text) {
    var element = document.createElement(tag);
    element.textContent = text;
    tip.appendChild(element);
  }

  function show(plot) {
    var at = plot.cursor.idx;
    if (at === null || at === undefined || plot.cursor.left < 0) { tip.hidden = true; return; }
    tip.replaceChildren();
    line('span', data.labels[at] + (data.unfinished && at === size - 1 ? ' (' + data.unfinishedText + ')' : ''));
    line('b', data.title + ': ' + data.texts[at]);
    if (data.before.length && data.beforeLabels[at]) line('span', data.beforeLabels[at] + ': ' + data.beforeTexts[at]);
    tip.hidden = false;
    var left = plot.over.offsetLeft + plot.valToPos(at, 'x'), width = tip.offsetWidth;
    tip.style.left = Math.max(0, Math.min(left + 12, box.clientWidth - width)) + 'px';
    if (left + 12 + width > box.clientWidth) tip.style.left = Math.max(0, left - width - 12) + 'px';
    tip.style.top = '8px';
  }

  function zoom(first, last) {
    if (last < first || (data.unit === 'minute' && last - first < 2)) return;
    var address = new URL(data.zoom, location.href);
    var end = new Date((data.starts[last + 1] || after(data.starts[last])) + 'Z');
    var daily = data.unit !== 'minute' && data.unit !== 'hour';
    end.setTime(end.getTime() - (daily ? 864e5 : 6e4));
    var cut = daily ? 10 : 16;
    address.searchParams.set('range', 'custom');
    address.searchParams.set('from', data.starts[first].slice(0, cut));
    address.searchParams.set('to', end.toISOString().slice(0, cut));
    location.assign(address);
  }

  function after(start) {
    var end = new Date(start + 'Z');
    if (data.unit === 'year') end.setUTCFullYear(end.getUTCFullYear() + 1);
    else if (data.unit === 'month') end.setUTCMonth(end.getUTCMonth() + 1);
    else end.setTime(end.getTime() + { minute: 6e4, hour: 36e5, day: 864e5, week: 6048e5 }[data.unit]);
    return end.toISOString().slice(0, 16);
  }

  function options() {
    var strong = color('--umami-line'), quiet = color('--umami-quiet'), grid = color('--umami-edge');
    var font = '11px ' + getComputedStyle(box).fontFamily;
    var points = { show: size < 2 };
    return {
      width: box.clientWidth,
      height: box.clientHeight,
      padding: [10, 28, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 8, fill: strong }, drag: { x: true, y: false, setScale: false } },
      scales: { x: { time: false, range: function (_, low, high) { return low === high ? [low - 1, high + 1] : [low, high]; } },
        y: { range: function (_, low, high) { return uPlot.rangeNum(0, Math.max(high || 0, data.kind === 'bounce_rate' ? 10 : 4), { min: { hard: 0, mode: 3, soft: 0, pad: 0 }, max: { pad: 0.1, soft: 0, mode: 3 } }); } } },
      series: [{},
        { stroke: color('--umami-before'), width: 1.5, points: { show: false }, spanGaps: true },
        { stroke: strong, width: 2.25, fill: color('--umami-fill'), points: points, spanGaps: true },
        { stroke: strong, width: 2.25, dash: [5, 5], fill: color('--umami-fill'), points: points, spanGaps: true }],
      axes: [{ stroke: quiet, font: font, size: 26, grid: { show: false }, ticks: { show: false }, splits: spread, values: marks },
        { stroke: quiet, font: font, size: 52, grid: { stroke: grid, width: 1 }, ticks: { show: false }, incrs: data.kind.indexOf('per_visit') > 0 ? undefined : [1, 2, 5, 10, 15, 20, 25, 30, 50, 60, 100, 120, 200, 300, 500, 600, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1e8],
          values: function (_, splits) { return splits.map(written); } }],
      hooks: {
        setCursor: [show],
        setSelect: [function (plot) {
          if (plot.select.width < 8) return;
          zoom(Math.max(0, Math.round(plot.posToVal(plot.select.left, 'x'))), Math.min(size - 1, Math.round(plot.posToVal(plot.select.left + plot.select.width, 'x'))));
        }],
      },
    };
  }

  var plot;
  function draw() {
    if (plot) plot.destroy();
    var before = data.before.length ? data.before : data.values.map(function () { return null; });
    plot = new uPlot(options(), [positions, before, finished, growing], box);
    box.appendChild(tip);
    plot.over.addEventListener('dblclick', function () { if (plot.cursor.idx !== null) zoom(plot.cursor.idx, plot.cursor.idx); });
  }
  draw();
  new ResizeObserver(function () { if (box.clientWidth && box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height: box.clientHeight }); }).observe(box);
  // colours come from the theme: the reader's system or the admin's switch (a class, in django-unfold)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ['data-theme', 'class'] });
})();
