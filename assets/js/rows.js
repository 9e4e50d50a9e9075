// Rows of a form: a button adds empty ones to those that the page came with, as many as the server reads.
const MOST = 100;

function empty(row, from, to) {
  const anew = text => text.replace(`-row-${from}-`, `-row-${to}-`);
  row.dataset.row = to;
  row.className = row.className.replace(/-depth-\d/, '-depth-0');
  for (const part of row.querySelectorAll('*'))
    for (const name of ['id', 'name', 'for', 'aria-describedby', 'data-contentpath'])
      if (part.hasAttribute(name)) part.setAttribute(name, anew(part.getAttribute(name)));
  for (const field of row.querySelectorAll('input, select')) {
    field.removeAttribute('aria-invalid');
    if (field.type === 'checkbox') field.checked = false;
    else field.value = '';
  }
  for (const part of row.querySelectorAll('.w-field--error')) part.classList.remove('w-field--error');
  for (const part of row.querySelectorAll('[data-field-errors]')) part.replaceChildren();
}

for (const list of document.querySelectorAll('[data-rows]')) {
  const button = list.querySelector('[data-add-row]');
  const rows = () => list.querySelectorAll('[data-row]');
  button.hidden = rows().length >= MOST;
  button.addEventListener('click', () => {
    const last = [...rows()].at(-1);
    const row = last.cloneNode(true);
    empty(row, rows().length - 1, rows().length);
    last.after(row);
    row.querySelector('input').focus();
    button.hidden = rows().length >= MOST;
  });
}
