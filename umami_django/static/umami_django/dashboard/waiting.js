// The light beside the tracking code turns green when the first visit has come; asks every three seconds while watched.
(function () {
  'use strict';
  var line = document.getElementById('umami-waiting');
  if (!line || !line.hasAttribute('data-umami-first')) return;

  function ask() {
    if (document.hidden) return;
    fetch(line.getAttribute('data-umami-first'), { credentials: 'same-origin' })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) {
        if (!answer.seen) return;
        clearInterval(timer);
        line.querySelector('.umami-light').classList.add('umami-light-on');
        line.lastElementChild.textContent = line.getAttribute('data-umami-seen');
      })
      .catch(function () {});
  }

  var timer = setInterval(ask, 3000);
})();
