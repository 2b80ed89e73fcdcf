// The theme before anything is painted, where Backstage UI looks for it: the one that
// was chosen in the settings (Backstage keeps it under this name), or the system's own.
let theme;
try {
  theme = localStorage.getItem('theme');
} catch {
  // No storage: the system's own.
}
if (theme !== 'light' && theme !== 'dark')
  theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
document.documentElement.dataset.themeMode = theme;
