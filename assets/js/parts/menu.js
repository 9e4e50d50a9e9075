// The menu and the switcher of units on a small screen; filters and menus start folded there.
import { all, one } from './page.js';

const menu = one('.gx-menu');
const nav = one('.gx-nav');
const seat = one('.gx-seat');
const show = on => menu.setAttribute('aria-expanded', nav.classList.toggle('is-shown', on));

menu?.addEventListener('click', () => {
  if (seat) seat.open = false;
  show();
});
seat?.addEventListener('toggle', () => {
  if (seat.open && menu) show(false);
});
addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !seat?.open) return;
  seat.open = false;
  one('summary', seat).focus();
});
addEventListener('click', event => {
  if (seat?.open && !seat.contains(event.target)) seat.open = false;
});

const small = matchMedia('(max-width: 1199.98px)');
const foldAll = () => {
  for (const fold of all('details[data-fold]')) fold.open = !small.matches;
};
if (small.matches) foldAll();
small.addEventListener('change', foldAll);
