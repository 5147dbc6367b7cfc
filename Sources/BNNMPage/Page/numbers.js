// Numbers as people read them.

/** 8216640 → "8 216 640". */
function grouped(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
}

function scaled(number, units, base) {
  let index = 0;
  while (Math.abs(number) >= 1000 && index < units.length - 1) { number /= base; index += 1; }
  const isWhole = index === 0 && Number.isInteger(number), magnitude = Math.abs(number);
  const digits = isWhole || magnitude >= 100 ? 0 : magnitude < 10 ? 2 : 1;
  return `${number.toFixed(digits)}\u00a0${units[index]}`;
}

function bytes(count) { return scaled(count, ["B", "KB", "MB", "GB"], 1000); }

/** Of microseconds. */
function time(microseconds) {
  if (microseconds < 1) return `${(microseconds * 1000).toFixed(0)}\u00a0ns`;
  return scaled(microseconds, ["µs", "ms", "s"], 1000);
}

/** Of multiply-accumulates per second. */
function rate(number) { return scaled(number, ["MAC/s", "kMAC/s", "MMAC/s", "GMAC/s", "TMAC/s"], 1000); }

/** Of bytes per second. */
function throughput(number) { return scaled(number, ["B/s", "KB/s", "MB/s", "GB/s", "TB/s"], 1000); }

function percent(share) { return `${(share * 100).toFixed(share < 0.0995 ? 2 : 1)}\u00a0%`; }

/** A threshold: whole numbers as they are, others to four digits. */
function threshold(number) {
  return Number.isInteger(number) && Math.abs(number) < 1e9 ? String(number) : String(Number(number.toPrecision(4)));
}

/** "3 layers", "1 layer". */
function plural(count, word) { return `${grouped(count)} ${word}${count === 1 ? "" : "s"}`; }

/** A text cut in its middle to so many characters: the ends of a layer's name tell more. */
function shortened(text, limit) {
  const characters = Array.from(text);
  if (characters.length <= limit) return text;
  const front = Math.max(1, Math.floor((limit - 1) / 3)), back = Math.max(1, limit - 1 - front);
  return `${characters.slice(0, front).join("")}…${characters.slice(-back).join("")}`;
}
