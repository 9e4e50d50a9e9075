// What makes the pages quicker. Every page works without it.
import 'htmx.org';
import './parts/menu.js';
import './parts/clock.js';
import './parts/print.js';
import './parts/copy.js';
import './parts/confirm.js';
import './parts/forms.js';
import './parts/progress.js';
import './parts/queue.js';
import './parts/suggest.js';
import './parts/choose.js';
import './parts/target.js';

document.documentElement.classList.add('js');
