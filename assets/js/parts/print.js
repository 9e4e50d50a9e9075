// A page on paper: when it was printed, what it is at the foot of each sheet, every fold open.
import { now } from './clock.js';
import { all, one } from './page.js';

let folded = [];
addEventListener('beforeprint', () => {
  const stamp = one('[data-printed]');
  if (stamp) stamp.textContent = `${stamp.dataset.printed} ${now()}`;
  document.documentElement.style.setProperty('--gx-sheet', JSON.stringify(document.title));
  folded = all('main details:not([open])');
  for (const fold of folded) fold.open = true;
});
addEventListener('afterprint', () => {
  for (const fold of folded) fold.open = false;
});
addEventListener('click', event => {
  if (event.target.closest('[data-print]')) print();
});
