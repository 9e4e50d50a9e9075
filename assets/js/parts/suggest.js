// Suggestions below a search field: arrows go through them, Escape and leaving puts them away.
const field = (element) => element.closest?.('.gx-suggest');

function links(box) {
  return [...box.querySelectorAll('.gx-suggested a')];
}

function clear(box) {
  box.querySelector('.gx-suggested').replaceChildren();
}

document.addEventListener('keydown', (event) => {
  const box = field(event.target);
  if (!box) return;
  const all = links(box);
  const here = all.indexOf(document.activeElement);
  const input = box.querySelector('input');
  if (event.key === 'Escape' && all.length) {
    clear(box);
    input.focus();
    event.preventDefault();
  } else if (event.key === 'ArrowDown' && here < all.length - 1) {
    all[here + 1].focus();
    event.preventDefault();
  } else if (event.key === 'ArrowUp' && here >= 0) {
    (all[here - 1] ?? input).focus();
    event.preventDefault();
  }
});

document.addEventListener('focusin', (event) => {
  for (const box of document.querySelectorAll('.gx-suggest')) {
    if (!box.contains(event.target)) clear(box);
  }
});

// A field that was emptied, or whose form is on its way, suggests nothing.
document.addEventListener('htmx:beforeSwap', (event) => {
  const box = field(event.detail.target);
  const input = box?.querySelector('input');
  if (input && (!input.value.trim() || document.activeElement !== input)) event.detail.shouldSwap = false;
});

document.addEventListener('submit', (event) => event.target.querySelectorAll('.gx-suggest').forEach(clear));
