// Recomputes a result in the visitor's browser, step by step, and compares each value with the file and with what the page
// shows. On a page of the site the file is fetched from data-recompute; in the offline program it is chosen from a disk.
import { all, one, say } from './parts/page.js';
import { canonical, recompute } from './parts/draw.js';

const plain = text => text.replace(/[\s…]+/g, '');

// What the page itself prints of a value, which the file might contradict; undefined where it prints none.
function published(name) {
  const shown = all(`[data-published="${name}"]`).map(element => plain(element.textContent));
  return shown.length ? shown : undefined;
}

const agrees = (shown, mine) => {
  if (shown === undefined) return true;
  if (!Array.isArray(mine)) return shown.every(value => value === mine);
  return shown.length === mine.length && mine.every((value, at) => shown[at] === value);
};

// [step, what was computed, whether it agrees]; null for a step that this result does not have.
function steps({ given, isWell, digest, commitment, result }) {
  const { frozen, evidence } = given;
  const winners = result.places.filter(place => place.outcome === 'winner').map(place => place.name);
  const tickets = result.places.map(place => place.ticket);
  const isDrawn = result.seed !== null;
  const prices = result.ranking.map(uscc => result.places.find(place => place.uscc === uscc).price);
  return [
    ['form', digest, isWell && digest === given.digest && agrees(published('digest'), digest)],
    ['root', result.root, result.root === given.result.root && agrees(published('root'), result.root)],
    ['quotes', frozen.method === 'lowest' && evidence.quotes ? prices.map(price => `¥${price}`).join('　') : null, true],
    ['commitment', commitment, commitment === frozen.commitment && agrees(published('commitment'), commitment)],
    ['seed', result.seed, result.seed === given.result.seed && agrees(published('seed'), result.seed)],
    ['tickets', isDrawn ? tickets.map(ticket => ticket.slice(0, 12)).join('　') : null,
      canonical(tickets) === canonical(given.result.places?.map(place => place.ticket) ?? null)
        && agrees(published('ticket'), tickets.map(ticket => ticket?.slice(0, 12) ?? ''))],
    ['result', winners.join('　') || '—', canonical(result) === canonical(given.result) && agrees(published('winner'), winners.map(plain))],
  ].filter(([, value]) => value !== null);
}

function show(box, file, computed) {
  const list = one('[data-steps]', box);
  const rows = computed ? steps(computed) : [];
  for (const row of all('[data-step]', list)) {
    const found = rows.find(([name]) => name === row.dataset.step);
    row.hidden = !found;
    row.classList.remove('gx-done', 'gx-fail');
    if (!found) continue;
    const [, value, same] = found;
    row.classList.add(same ? 'gx-done' : 'gx-fail');
    one('[data-mine]', row).textContent = value;
    one('[data-same]', row).textContent = same ? list.dataset.same : list.dataset.different;
    for (const icon of all('use', row)) icon.setAttribute('href', icon.getAttribute('href').replace(/#.*/, same ? '#ok' : '#no'));
  }
  list.hidden = !computed;
  const wrong = rows.filter(([, , same]) => !same).length;
  const verdict = one('[data-verdict]', box);
  const isWon = computed && computed.result.winners.length > 0;
  const words = !computed ? verdict.dataset.broken : wrong ? verdict.dataset.different : isWon ? verdict.dataset.same : verdict.dataset.nobody;
  verdict.textContent = words.replace('{file}', file).replace('{wrong}', wrong).replace('{all}', rows.length)
    .replace('{winner}', rows.length ? rows[rows.length - 1][1] : '');
  verdict.className = computed && !wrong ? 'gx-t gx-done' : 'gx-t gx-fail';
  say(verdict.textContent);
}

async function run(box, name, content) {
  const verdict = one('[data-verdict]', box);
  if (!globalThis.crypto?.subtle) {
    verdict.textContent = verdict.dataset.unable;
    return;
  }
  show(box, name, await recompute(content));
}

for (const box of all('[data-recompute]')) {
  const button = one('[data-start]', box);
  button?.addEventListener('click', async () => {
    button.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(box.dataset.recompute, { cache: 'no-store' });
      await run(box, 'draw.json', answer.ok ? await answer.arrayBuffer() : new ArrayBuffer(0));
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
  one('[data-file]', box)?.addEventListener('change', async event => {
    const file = event.target.files[0];
    if (file) await run(box, file.name, await file.arrayBuffer());
  });
}
