/**
 * A length of time as tables show it: `47s`, `3m7s`, `17h`, `3d4h`, `2y11d` (apimachinery's
 * `duration.HumanDuration`).
 *
 * @param ms - milliseconds
 */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return pair(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(hours / (24 * 365));
  if (hours < 24 * 365 * 8)
    return pair(years, 'y', Math.floor(hours / 24) % 365, 'd');
  return `${years}y`;
}

function pair(large: number, unit: string, small: number, smaller: string) {
  return small ? `${large}${unit}${small}${smaller}` : `${large}${unit}`;
}
