// Sets the chosen theme before the first paint; without a choice the system's preference holds (tokens.css).
try {
  const theme = localStorage.getItem('spectral.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's preference holds.
}
