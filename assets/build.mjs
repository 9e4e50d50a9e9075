// Builds static/ from assets/ and the packages: the site's stylesheet and the staff's, the scripts, icons, drawings and the paper's fonts.
// Each file directly below assets/js/ becomes a script of its own; assets/js/parts/ is what they share.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { transform } from 'lightningcss';
import * as sass from 'sass';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const from = (...names) => path.join(root, 'assets', ...names);
const to = (...names) => path.join(root, 'static', ...names);
const packaged = createRequire(import.meta.url).resolve;

// The oldest browsers served. Tabler's light-dark() is newer than all three: lightningcss lowers it.
const version = (major, minor = 0) => (major << 16) | (minor << 8);
const targets = { chrome: version(111), edge: version(111), safari: version(16, 2), firefox: version(113) };

async function styles() {
  for (const name of ['gongxin', 'staff']) {
    const { css } = sass.compile(from('scss', `${name}.scss`), {
      loadPaths: [path.join(root, 'node_modules')], quietDeps: true, style: 'expanded',
    });
    const { code } = transform({ filename: `${name}.css`, code: Buffer.from(css), minify: true, targets });
    await writeFile(to(`${name}.css`), code);
  }
}

async function scripts() {
  const names = (await readdir(from('js'))).filter(name => name.endsWith('.js'));
  await esbuild.build({
    entryPoints: names.map(name => from('js', name)), outdir: to('js'),
    bundle: true, minify: true, format: 'iife', legalComments: 'eof', logLevel: 'warning',
    target: ['chrome111', 'edge111', 'safari16.2', 'firefox113'],
  });
}

// A program in one file, which works from a memory stick: the page of assets/offline/ with its script within.
async function offline() {
  const page = await readFile(from('offline', 'verify-draw.html'), 'utf8');
  const { outputFiles: [script] } = await esbuild.build({
    entryPoints: [from('js', 'recompute.js')], write: false, bundle: true, minify: true, format: 'iife', target: ['chrome111', 'firefox113', 'safari16.2'],
  });
  await writeFile(to('verify-draw.html'), page.replace('/*program*/', () => script.text.replaceAll('</script', '<\\/script')));
}

async function fonts() {
  const family = path.dirname(packaged('@expo-google-fonts/noto-sans-sc/package.json'));
  await mkdir(to('fonts'), { recursive: true });
  await cp(path.join(family, '400Regular', 'NotoSansSC_400Regular.ttf'), to('fonts', 'NotoSansSC-Regular.ttf'));
  await cp(path.join(family, '700Bold', 'NotoSansSC_700Bold.ttf'), to('fonts', 'NotoSansSC-Bold.ttf'));
  await cp(path.join(family, 'LICENSE_FONT'), to('fonts', 'LICENSE.txt'));
}

await mkdir(to(), { recursive: true });
for (const name of await readdir(to())) {
  if (name !== '.gitkeep') await rm(to(name), { recursive: true });
}
await Promise.all([
  styles(), scripts(), offline(), fonts(),
  cp(from('icons.svg'), to('icons.svg')), cp(from('img'), to('img'), { recursive: true }),
]);
