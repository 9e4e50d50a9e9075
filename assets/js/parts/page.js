// Finding elements, and saying things to who cannot see them change.
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

let live;
export function say(text) {
  if (!live) {
    live = Object.assign(document.createElement('div'), { className: 'visually-hidden', role: 'status' });
    (one('main') || document.body).append(live);
  }
  live.textContent = text;
}

export const said = name => document.body.dataset[name] || '';
