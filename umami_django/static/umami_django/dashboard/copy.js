// Copies the text of the element that a button names. Without JavaScript the text can still be selected.
document.querySelectorAll('button[data-umami-copy]').forEach(function (button) {
  button.hidden = false;
  button.addEventListener('click', function () {
    var text = document.getElementById(button.getAttribute('data-umami-copy')).textContent;
    navigator.clipboard.writeText(text).then(function () {
      button.textContent = button.getAttribute('data-umami-copied');
    });
  });
});
