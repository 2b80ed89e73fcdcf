// The theme that was chosen in the settings, before anything is painted. Backstage
// keeps it under this name; nothing chosen, the system's own holds (see index.html).
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark')
    document.documentElement.dataset.firstTheme = theme;
} catch {
  // No storage: the system's own.
}
