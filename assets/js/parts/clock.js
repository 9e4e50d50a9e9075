// Countdowns and the clock in the strip, by the server's time, which every page brings along: a
// wrong clock here changes nothing.
import { all, one, say } from './page.js';

const MINUTE = 60_000;
const offset = Date.parse(document.body.dataset.now) - Date.now() || 0;

const spoken = new Set();
function countdown(element) {
  const { until, over, units, spoken: sentence } = element.dataset;
  const left = Math.max(0, Date.parse(until) - Date.now() - offset);
  if (!left) {
    element.textContent = over;
    return;
  }
  const minutes = Math.floor(left / MINUTE);
  const names = units.split(',');
  const numbers = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  while (numbers.length > 1 && !numbers[0]) {
    numbers.shift();
    names.shift();
  }
  element.replaceChildren(...numbers.flatMap((number, at) => {
    const unit = document.createElement('small');
    unit.textContent = names[at];
    return [String(number), unit];
  }));
  // Spoken three times, not each second.
  for (const mark of [60, 10, 1]) {
    if (minutes === mark && !spoken.has(until + mark)) {
      spoken.add(until + mark);
      say(sentence.replace('%s', mark));
    }
  }
}

const beijing = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai', year: 'numeric', month: 'numeric', day: 'numeric',
  weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});
const chinese = document.documentElement.lang.startsWith('zh');
export function now() {
  const { year, month, day, weekday, hour, minute } = Object.fromEntries(
    beijing.formatToParts(Date.now() + offset).map(({ type, value }) => [type, value]));
  return chinese
    ? `${year}年${month}月${day}日 ${weekday} ${hour}:${minute}`
    : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')} ${hour}:${minute}`;
}

function tick() {
  all('[data-until]').forEach(countdown);
  const clock = one('[data-clock]');
  if (clock && chinese) clock.textContent = now();
}

tick();
setInterval(tick, 15_000);
