// Forms: refused by the server in its own words, sent once, saved as they grow.
import { all, one, said } from './page.js';

// The server's corrections are complete and Chinese; the browser's would come before them.
for (const form of all('form[method="post"]')) form.noValidate = true;

one('[data-focus]')?.focus();

// A link of the summary leads to the field itself, also where that is a group of options.
addEventListener('click', event => {
  const link = event.target.closest('.gx-errors a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: 'center' });
  field.focus();
});

// Sent once: the button keeps its width and says so. Coming back by history sets it free again.
addEventListener('submit', event => {
  const form = event.target;
  if (form.method !== 'post' || form.target || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '1';
  const button = event.submitter;
  if (!button || button.tagName !== 'BUTTON' || form.matches('[data-hx-post]')) return;
  button.style.width = `${button.offsetWidth}px`;
  button.dataset.text = button.textContent;
  button.setAttribute('aria-disabled', 'true');
  button.classList.add('is-busy');
  // The button's name and value must still be sent: change its looks after the form was read.
  setTimeout(() => { button.textContent = button.dataset.saying || said('saying'); });
});
function free() {
  for (const form of all('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of all('.is-busy', form)) {
      button.classList.remove('is-busy');
      button.removeAttribute('aria-disabled');
      button.textContent = button.dataset.text;
      button.style.width = '';
    }
  }
}
addEventListener('pageshow', event => { if (event.persisted) free(); });
addEventListener('htmx:afterRequest', free);

// data-autosave="ADDRESS": what was typed goes there two seconds after the last key, and when the
// page is left. The answer's JSON {"saved": "…"} is shown in [data-saved]. Files are not sent.
for (const form of all('form[data-autosave]')) autosave(form);
function autosave(form) {
  const status = one('[data-saved]');
  let timer;
  let changed = false;
  const content = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  };
  async function save() {
    if (!changed || form.dataset.sent) return;
    changed = false;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: 'POST', body: content(), headers: { Accept: 'application/json' },
      });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const { saved } = await answer.json();
      if (status) status.textContent = saved;
    } catch {
      changed = true;
      if (status) status.textContent = form.dataset.unsaved || '';
      timer = setTimeout(save, 10_000);
    }
  }
  form.addEventListener('input', () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  addEventListener('pagehide', () => {
    if (changed && !form.dataset.sent) navigator.sendBeacon(form.dataset.autosave, content());
  });
}
