// Forms sent by htmx with a <progress data-progress>: how much of the files has gone out.
import { one } from './page.js';

addEventListener('htmx:xhr:progress', event => {
  const bar = event.target.querySelector?.('[data-progress]');
  const { loaded, total } = event.detail;
  if (!bar || !total) return;
  bar.hidden = false;
  bar.value = Math.max(bar.value, Math.round(loaded / total * 100));
});

// A refused form comes back in part: its summary of corrections takes the focus, as on a whole page.
addEventListener('htmx:afterSettle', () => one('[data-focus]')?.focus());
