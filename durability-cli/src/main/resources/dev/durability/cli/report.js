'use strict';
(() => {
  const query = document.getElementById('query');
  const count = document.getElementById('count');
  const entries = Array.from(document.querySelectorAll('.entries li'));
  const texts = entries.map(entry => entry.textContent.toLowerCase());
  const show = () => {
    const wanted = query.value.toLowerCase();
    let shown = 0;
    entries.forEach((entry, index) => {
      entry.hidden = !texts[index].includes(wanted);
      shown += entry.hidden ? 0 : 1;
    });
    for (const group of document.querySelectorAll('.group')) {
      group.open = true;
      group.hidden = wanted !== '' && !group.querySelector('.entries li:not([hidden])');
    }
    count.textContent = shown + ' of ' + entries.length + ' entries';
  };
  query.addEventListener('input', show);
  document.getElementById('search').addEventListener('submit', event => event.preventDefault());
  show();
})();
