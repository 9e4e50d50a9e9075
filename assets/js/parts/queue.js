// j and k walk through the rows of a queue, Enter opens; off while typing, or when switched off.
import { all, one } from './page.js';

const rows = all('[data-queue] > li');
addEventListener('keydown', event => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || !rows.length || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, dialog') || localStorage.getItem('gongxin-keys') === 'off') return;
  const at = rows.findIndex(row => row.contains(document.activeElement));
  one('a, button', rows[Math.min(rows.length - 1, Math.max(0, at + step))])?.focus();
});
