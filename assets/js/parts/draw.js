// The selection methods, recomputed from draw.json alone: the twin of selection/methods/draw.py and lowest.py, which
// say what each value is. No address is called, no value of the platform is trusted.
const utf = text => new TextEncoder().encode(text);
const bytes = hex => Uint8Array.from(hex.match(/../g) || [], pair => parseInt(pair, 16));
const hex = array => [...array].map(byte => byte.toString(16).padStart(2, '0')).join('');
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
const sha = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
const sized = field => joined(Uint8Array.of(field.length >>> 24, field.length >>> 16, field.length >>> 8, field.length), field);
const lp = (...fields) => joined(...fields.map(sized));

const sorted = value => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]));
};
export const canonical = value => JSON.stringify(sorted(value));

const named = (value, names) => value !== null && typeof value === 'object' && !Array.isArray(value)
  && Object.keys(value).sort().join() === names.split(' ').sort().join();
const isText = value => typeof value === 'string';
const isHex = value => isText(value) && /^[0-9a-f]{64}$/.test(value);
const isCount = value => Number.isInteger(value) && value >= 0;
const isInstant = value => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/.test(value) && !Number.isNaN(Date.parse(value));
const isAmount = value => value === null || (isText(value) && /^(0|[1-9]\d{0,11})\.\d{2}$/.test(value));
const everyOne = (list, test) => Array.isArray(list) && list.every(test);

const isEntry = one => named(one, 'uscc name envelope eligible reason') && isText(one.uscc) && /^[0-9A-HJ-NP-RTUW-Y]{18}$/.test(one.uscc)
  && isText(one.name) && isHex(one.envelope) && isText(one.reason) && one.eligible === (one.reason === '');
const isFrozen = it => named(it, 'order method rule notice commitment winners reserves needed ceiling floor frozen_at entries')
  && isText(it.order) && /^[0-9A-Za-z-]{1,40}$/.test(it.order) && ['draw', 'lowest'].includes(it.method) && it.rule === 'draw-0'
  && isHex(it.notice) && isHex(it.commitment) && [it.winners, it.reserves, it.needed].every(isCount)
  && isAmount(it.ceiling) && isAmount(it.floor) && isInstant(it.frozen_at) && everyOne(it.entries, isEntry)
  && it.entries.every((one, place) => place === 0 || it.entries[place - 1].uscc < one.uscc);
const isDice = it => it === null || (named(it, 'digits thrown_by thrown_as thrown_at confirmations') && isText(it.digits)
  && /^\d{20}$/.test(it.digits) && isText(it.thrown_by) && ['witness', 'regulator'].includes(it.thrown_as) && isInstant(it.thrown_at)
  && everyOne(it.confirmations, one => named(one, 'by at') && isText(one.by) && (one.at === null || isInstant(one.at))));
const isEvidence = it => named(it, 'dice secret quotes') && isDice(it.dice) && (it.secret === null || isHex(it.secret))
  && (it.quotes === null || everyOne(it.quotes, one => named(one, 'uscc price') && isText(one.uscc) && (one.price === null || isText(one.price))));
const isBundle = it => named(it, 'format frozen evidence result digest') && it.format === 'gongxin-draw/1'
  && isFrozen(it.frozen) && isEvidence(it.evidence) && isText(it.digest);

async function root(leaves) {
  if (leaves.length < 2) return leaves.length ? sha(Uint8Array.of(0), leaves[0]) : sha();
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha(Uint8Array.of(1), await root(leaves.slice(0, half)), await root(leaves.slice(half)));
}

async function ticket(key, uscc) {
  const number = BigInt(`0x${hex(await sha(utf(key + uscc)))}`).toString();
  return [...number.padStart(64, '0')].reverse().join('');
}

// A price as fen, exactly; and why a quote is invalid, '' where it is valid.
const fen = price => {
  const [yuan, rest = ''] = price.split('.');
  return BigInt(yuan + rest.padEnd(2, '0'));
};
function fault(frozen, price) {
  if (price === null) return 'not-opened';
  if (!/^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$/.test(price) || fen(price) === 0n) return 'malformed';
  if (frozen.ceiling !== null && fen(price) > fen(frozen.ceiling)) return 'above-ceiling';
  if (frozen.floor !== null && fen(price) < fen(frozen.floor)) return 'below-floor';
  return '';
}

const compared = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const outcome = (frozen, rank) => {
  if (rank <= frozen.winners) return 'winner';
  return rank <= frozen.winners + frozen.reserves ? 'reserve' : 'unchosen';
};
const place = (entry, drawn, facts) => ({
  uscc: entry.uscc, name: entry.name, outcome: 'unchosen', rank: null, ticket: drawn.get(entry.uscc) ?? null, price: null, reason: '', ...facts,
});

function byTicket(frozen, evidence, drawn, failed) {
  let rank = 0;
  return [...frozen.entries].sort((a, b) => compared(drawn.get(a.uscc) ?? '', drawn.get(b.uscc) ?? '') || compared(a.uscc, b.uscc)).map(entry => {
    if (!entry.eligible) return place(entry, drawn, { outcome: 'ineligible', reason: entry.reason });
    if (failed) return place(entry, drawn, {});
    rank += 1;
    return place(entry, drawn, { outcome: outcome(frozen, rank), rank });
  });
}

function byPrice(frozen, evidence, drawn) {
  const asked = new Map((evidence.quotes ?? []).map(quote => [quote.uscc, quote.price]));
  const isValid = entry => entry.eligible && asked.has(entry.uscc) && fault(frozen, asked.get(entry.uscc)) === '';
  const valid = frozen.entries.filter(isValid).sort((a, b) => compared(fen(asked.get(a.uscc)), fen(asked.get(b.uscc)))
    || compared(drawn.get(a.uscc) ?? '', drawn.get(b.uscc) ?? '') || compared(a.uscc, b.uscc));
  const failed = valid.length < Math.max(frozen.needed, 1);
  const ranked = valid.map((entry, at) => place(entry, drawn, {
    price: asked.get(entry.uscc), ...(failed ? {} : { outcome: outcome(frozen, at + 1), rank: at + 1 }),
  }));
  const others = frozen.entries.filter(entry => !isValid(entry)).map(entry => {
    if (!entry.eligible) return place(entry, drawn, { outcome: 'ineligible', reason: entry.reason });
    if (!asked.has(entry.uscc)) return place(entry, drawn, {});
    const price = asked.get(entry.uscc);
    return place(entry, drawn, { outcome: 'invalid', price, reason: fault(frozen, price) });
  });
  return { failed, places: [...ranked, ...others] };
}

// Whether equal prices leave a place open: winners are all alike, each reserve has a place of its own.
function isTied(frozen, ranked) {
  for (let before = 0, after; before < ranked.length; before = after) {
    after = before + 1;
    while (after < ranked.length && fen(ranked[after].price) === fen(ranked[before].price)) after += 1;
    const alike = after <= frozen.winners || before >= frozen.winners + frozen.reserves;
    if (after - before > 1 && !alike) return true;
  }
  return false;
}

async function chosen({ frozen, evidence }) {
  const leaves = frozen.entries.map(entry => lp(utf(entry.uscc), bytes(entry.envelope)));
  const R = await root(leaves);
  let seed = null;
  const drawn = new Map();
  if (evidence.dice !== null && evidence.secret !== null) {
    seed = hex(await sha(lp(utf('draw-0'), utf(frozen.order), R, bytes(evidence.secret), utf(evidence.dice.digits))));
    const key = hex(await sha(utf(seed)));
    for (const entry of frozen.entries) drawn.set(entry.uscc, await ticket(key, entry.uscc));
  }
  const eligible = frozen.entries.filter(entry => entry.eligible);
  const needed = Math.max(frozen.needed, 1);
  let failed = eligible.length < needed;
  let complete = failed || seed !== null;
  let places;
  if (frozen.method === 'draw') {
    places = byTicket(frozen, evidence, drawn, failed);
  } else {
    complete = failed || (evidence.quotes !== null && evidence.quotes.map(quote => quote.uscc).join() === eligible.map(entry => entry.uscc).join());
    ({ failed, places } = byPrice(frozen, evidence, drawn));
    complete &&= failed || seed !== null || !isTied(frozen, places.filter(one => one.rank !== null));
  }
  const usccs = outcome => places.filter(one => one.outcome === outcome).map(one => one.uscc);
  const result = {
    root: hex(R), seed, places, ranking: places.filter(one => one.rank !== null).map(one => one.uscc),
    winners: usccs('winner'), reserves: usccs('reserve'), failure: failed ? 'too-few' : '',
  };
  return { complete, result };
}

// The bundle as written, and the same values computed anew. `isWell` is whether its form, its times and its completeness are
// in order; values are the caller's to compare. null where the file is no bundle at all.
export async function recompute(file) {
  let given;
  let isWell;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
    given = JSON.parse(text);
    if (!isBundle(given)) return null;
    isWell = canonical(given) === text;
  } catch {
    return null;
  }
  const { frozen, evidence } = given;
  const { complete, result } = await chosen(given);
  const { digest, ...content } = given;
  const dice = evidence.dice;
  const isOrderly = dice === null || (frozen.frozen_at <= dice.thrown_at && dice.confirmations.every(one => one.at === null || one.at >= dice.thrown_at));
  return {
    given,
    isWell: isWell && complete && isOrderly,
    digest: hex(await sha(utf(canonical(content)))),
    commitment: evidence.secret === null ? null : hex(await sha(lp(utf('draw-0/op'), utf(frozen.order), bytes(evidence.secret)))),
    result,
  };
}
