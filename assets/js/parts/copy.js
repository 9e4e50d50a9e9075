// Buttons that copy what they name.
import { said, say } from './page.js';

addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  say(said('copied'));
});
