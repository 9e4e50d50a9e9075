// Keys for lists, unless switched off, and never while typing: j and k walk through the rows of a queue (Enter opens,
// as on any link), a r x o do what bears data-key in that row, else on the page; ? opens the list of keys.
import { all, one, say } from './page.js';

const rows = () => all('[data-queue] > *');
const here = () => rows().find(row => row.contains(document.activeElement));

function walk(step) {
  const list = rows();
  const at = list.indexOf(here());
  const row = list[Math.min(list.length - 1, Math.max(0, at + step))];
  if (!row) return;
  row.scrollIntoView({ block: 'nearest' });
  one('a[href], button, input', row)?.focus();
  one('[data-open]', row)?.focus();
}

function act(key) {
  const row = here();
  const found = (row && one(`[data-key="${key}"]`, row)) || one(`[data-key="${key}"]:not([data-queue] *)`)
    || (key === 'o' && one('.gx-file a[href]'));
  if (!found) return false;
  if (found.matches('textarea')) {
    found.focus();
    found.scrollIntoView({ block: 'center' });
  } else {
    found.click();
    if (found.type === 'checkbox') say(found.checked ? found.dataset.on : found.dataset.off);
  }
  return true;
}

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.keys === 'off') return;
  const typing = event.target.closest('textarea, select, dialog, [contenteditable], input:not([type=checkbox])');
  if (typing) return;
  const help = one('[data-keys-list]');
  if (event.key === 'j' || event.key === 'k') walk(event.key === 'j' ? 1 : -1);
  else if (event.key === '?' && help) {
    help.open = !help.open;
    one('summary', help).focus();
  } else if (!['a', 'r', 'x', 'o'].includes(event.key) || !act(event.key)) return;
  event.preventDefault();
});
