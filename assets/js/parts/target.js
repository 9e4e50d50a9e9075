// An address that names an answer unfolds it.
const unfold = () => {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const fold = named && named.closest('details');
  if (fold) fold.open = true;
};

unfold();
addEventListener('hashchange', unfold);
