// A link with data-dialog leads to a page that asks first; with a script it asks in place.
import { one } from './page.js';

async function ask(link) {
  const answer = await fetch(link.href, { headers: { Accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const question = one('[data-confirm]', page);
  if (!answer.ok || !question) {
    location.assign(link.href);
    return;
  }
  const form = one('form', question);
  form.action = form.getAttribute('action') || answer.url;
  const dialog = document.createElement('dialog');
  dialog.className = 'gx-dialog';
  dialog.setAttribute('aria-labelledby', question.getAttribute('aria-labelledby'));
  question.removeAttribute('aria-labelledby');
  dialog.append(document.importNode(question, true));
  dialog.addEventListener('close', () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener('click', event => {
  const closing = event.target.closest('dialog [data-close]');
  if (closing) {
    event.preventDefault();
    closing.closest('dialog').close();
    return;
  }
  const link = event.target.closest('a[data-dialog]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(link).catch(() => location.assign(link.href));
});
