// Hashes a chosen file in the browser and goes to what its digest leads to; the file is not sent.
const LARGEST = 512 * 1024 * 1024;

async function digest(file) {
  const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(hash), byte => byte.toString(16).padStart(2, '0')).join('');
}

for (const box of document.querySelectorAll('[data-verify-file]')) {
  const status = box.querySelector('[data-status]');
  box.hidden = false;
  box.querySelector('input[type=file]').addEventListener('change', async event => {
    const file = event.target.files[0];
    if (!file) return;
    if (!globalThis.crypto?.subtle) return void (status.textContent = box.dataset.insecure);
    if (file.size > LARGEST) return void (status.textContent = box.dataset.large);
    status.textContent = box.dataset.working;
    try {
      const of = box.dataset.of ? `&of=${encodeURIComponent(box.dataset.of)}` : '';
      location.assign(`${box.dataset.verifyFile}${await digest(file)}/?file${of}`);
    } catch {
      status.textContent = box.dataset.unreadable;
    }
  });
}
