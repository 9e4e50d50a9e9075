// Rows with a box each: one box for all of them, and how many are chosen is told.
import { all, one } from './page.js';

for (const form of all('[data-choose]')) {
  const boxes = () => all('tbody input[type=checkbox]', form);
  const every = one('[data-choose-all]', form);
  const told = one('[data-chosen]', form);
  const tell = () => {
    const chosen = boxes().filter(box => box.checked).length;
    if (told) told.textContent = chosen ? told.dataset.chosen.replace('0', chosen) : '';
    if (every) every.indeterminate = chosen > 0 && chosen < boxes().length;
    if (every) every.checked = chosen > 0 && chosen === boxes().length;
  };
  if (every) {
    every.closest('[hidden]')?.removeAttribute('hidden');
    every.addEventListener('change', () => {
      for (const box of boxes()) box.checked = every.checked;
      tell();
    });
  }
  form.addEventListener('change', tell);
  tell();
}
