/** What is wrong with how a page lays itself out: looked for in the boxes of its texts, at each width. */
import type { Page } from '@playwright/test';

/** Of a phone, a tablet, two small windows, a laptop and a desk, in CSS pixels. */
export const WIDTHS = [390, 834, 1024, 1152, 1280, 1440];

/** Runs in the page. Texts lie on nothing, leave no box, and no line of them is shorter than four letters. */
function look(): string[] {
  const FEWEST = 4;
  /** What rounding, and boxes of lines that are higher than their letters, come to. */
  const SLACK = 3;
  interface Line {
    node: Node;
    text: string;
    left: number;
    right: number;
    top: number;
    bottom: number;
    layer: Element | null;
  }
  const found: string[] = [];
  const say = (text: string) => JSON.stringify(text.trim().slice(0, 40));
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 0) found.push(`scrolls sideways by ${over} px`);
  const root =
    document.querySelector('[role="dialog"]') ?? document.querySelector('main');
  if (!root) return ['has no main part'];
  const frame = root.getBoundingClientRect();

  /** The part of the window that an element's contents may be seen in; undefined where nobody sees them. */
  const windowOf = (element: Element) => {
    const seen = { left: -1e6, right: 1e6, top: -1e6, bottom: 1e6 };
    let layer: Element | null = null;
    let isCut = false;
    for (
      let at: Element | null = element;
      at && at !== root.parentElement;
      at = at.parentElement
    ) {
      const style = getComputedStyle(at);
      if (
        style.display === 'none' ||
        style.visibility === 'hidden' ||
        style.clipPath.includes('inset(50%)') ||
        style.clip.startsWith('rect(0')
      )
        return undefined;
      if (['fixed', 'sticky'].includes(style.position)) layer ??= at;
      if (style.overflowX !== 'visible' && style.display !== 'inline') {
        const box = at.getBoundingClientRect();
        if (box.width <= 1) return undefined;
        seen.left = Math.max(seen.left, box.left);
        seen.right = Math.min(seen.right, box.right);
        seen.top = Math.max(seen.top, box.top);
        seen.bottom = Math.min(seen.bottom, box.bottom);
        isCut = true;
      }
    }
    return { seen, layer, isCut };
  };
  /** Whether what stands at a place in a text is for machines, which may break anywhere: an id, an address, a name. */
  const isName = (text: string, at: number) => {
    const before = /\S*$/.exec(text.slice(0, at + 1))![0];
    const after = /^\S*/.exec(text.slice(at + 1))![0];
    return /[\d./:@_=]|-.*-/.test((before + after).replace(/[.,:;!?]$/, ''));
  };
  const blockOf = (element: Element): Element => {
    let at = element;
    while (
      at.parentElement &&
      /^(inline|contents)$/.test(getComputedStyle(at).display)
    )
      at = at.parentElement;
    return at;
  };

  const lines: Line[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent ?? '';
    const parent = node.parentElement!;
    if (!text.trim() || parent.closest('[data-live-announcer], svg, option'))
      continue;
    const place = windowOf(parent);
    if (!place) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter(
      box => box.width > 1 && box.height > 1,
    );
    const block = blockOf(parent).getBoundingClientRect();
    const { seen } = place;
    for (const box of boxes) {
      const line = {
        node,
        text,
        left: Math.max(box.left, seen.left),
        right: Math.min(box.right, seen.right),
        top: Math.max(box.top, seen.top),
        bottom: Math.min(box.bottom, seen.bottom),
        layer: place.layer,
      };
      if (line.right - line.left < 2 || line.bottom - line.top < 2) continue;
      lines.push(line);
      if (
        line.right > Math.min(frame.right, window.innerWidth) + SLACK ||
        line.left < frame.left - SLACK
      )
        found.push(`${say(text)} lies outside the page`);
      else if (
        !place.isCut &&
        (line.right > block.right + SLACK || line.left < block.left - SLACK)
      )
        found.push(`${say(text)} lies outside its box`);
    }
    if (boxes.length < 2 || text.trim().length < 2 * FEWEST) continue;
    // The letters of each line.
    const rows: Array<{ from: number; to: number; top: number }> = [];
    for (let i = 0; i < Math.min(text.length, 600); i++) {
      if (!text[i].trim()) continue;
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const box = range.getBoundingClientRect();
      if (!box.width || box.top >= seen.bottom) continue;
      const last = rows[rows.length - 1];
      if (last && Math.abs(last.top - box.top) < box.height / 2) last.to = i;
      else rows.push({ from: i, to: i, top: box.top });
    }
    rows.slice(0, -1).forEach((row, i) => {
      const words = text.slice(row.from, row.to + 1);
      const next = rows[i + 1];
      const before = /[\p{L}\p{N}]*$/u.exec(text.slice(0, row.to + 1))![0];
      const after = /^[\p{L}\p{N}]*/u.exec(text.slice(next.from))![0];
      const isBroken =
        next.from === row.to + 1 && before.length > 0 && after.length > 0;
      if (
        isBroken &&
        !isName(text, row.to) &&
        before.length + after.length <= 24
      )
        found.push(`${say(before + after)} is broken in ${say(text)}`);
      else if (words.length < FEWEST && isBroken)
        found.push(`a line of ${words.length} letters in ${say(text)}`);
    });
  }
  lines.sort((a, b) => a.top - b.top);
  lines.forEach((line, i) => {
    for (let j = i + 1; j < lines.length; j++) {
      const other = lines[j];
      if (other.top > line.bottom - SLACK) break;
      // Chromium gives a text with an ellipsis two boxes: without it, and with it.
      if (other.node === line.node && other.top === line.top) continue;
      const wide =
        Math.min(line.right, other.right) - Math.max(line.left, other.left);
      const high =
        Math.min(line.bottom, other.bottom) - Math.max(line.top, other.top);
      // What is fixed or sticks lies over what goes by below it.
      if (wide > SLACK && high > 2 * SLACK && line.layer === other.layer)
        found.push(`${say(line.text)} lies on ${say(other.text)}`);
    }
  });
  return [...new Set(found)];
}

/** What is wrong with a page as it is now. */
function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(look);
}

/** What is wrong with a page at each of these widths, one line each. */
export async function layoutFaultsAt(
  page: Page,
  name: string,
  widths: number[],
): Promise<string[]> {
  const size = page.viewportSize()!;
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    // Whatever goes by the size of the window or of a box is there two frames later; a menu that closes takes longer.
    await page.waitForTimeout(150);
    let faults = await layoutFaults(page);
    // A page that has not come to rest gets another look.
    for (let i = 0; faults.length && i < 8; i++) {
      await page.waitForTimeout(250);
      faults = await layoutFaults(page);
    }
    found.push(...faults.map(fault => `${name} at ${width} px: ${fault}`));
  }
  await page.setViewportSize(size);
  return found;
}
