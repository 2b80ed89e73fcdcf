// WCAG 2.2, "contrast ratio" and "relative luminance".
const $ = id => document.getElementById(id);
const LEVELS = [
  ['AA, large text', 3],
  ['AA', 4.5],
  ['AAA', 7],
];

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map(at => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function show() {
  const [text, background] = [$('text').value, $('background').value];
  const ratio = contrast(text, background);
  Object.assign($('sample').style, { color: text, background });
  $('ratio').textContent = `${ratio.toFixed(2)} : 1`;
  $('levels').replaceChildren(
    ...LEVELS.map(([name, least]) => {
      const li = document.createElement('li');
      li.textContent = `${name}: ${ratio >= least ? 'yes' : 'no'}`;
      return li;
    }),
  );
}

$('form').addEventListener('input', show);
$('swap').addEventListener('click', () => {
  [$('text').value, $('background').value] = [
    $('background').value,
    $('text').value,
  ];
  show();
});
show();
